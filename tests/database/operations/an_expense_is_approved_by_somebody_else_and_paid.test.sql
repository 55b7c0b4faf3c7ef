begin;
select plan(32);

create function pg_temp.category(name text) returns uuid language sql security definer as $$
  select c.id from public.expense_categories c where c.tenant_id = tests.tenant('acme') and c.name = category.name
$$;
create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into expense_categories (name) values ('Gifts') $$, '42501', null, 'a salesperson adds no category');
select tests.sign_in('admin@acme.test');
select lives_ok($$ insert into expense_categories (name) values ('Gifts') $$, 'the company has words of its own');
select throws_ok($$ insert into expense_categories (name) values ('Gifts') $$, 'PT409', 'expense_category_taken', 'each of them once');

-- Entered by one.
select tests.sign_in('sales@acme.test');
select tests.remember('meal', (create_expense(pg_temp.category('Meals'), pg_temp.today(), 1160, 160, 'person')).id);
select results_eq($$ select net, tax, total, payee_id, status::text from expenses where id = tests.id('meal') $$,
  $$ values (1000.00, 160.00, 1160.00, tests.account('sales@acme.test'), 'draft') $$, 'before tax and tax make the total, and whoever paid is paid back');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today(), 0) $$, 'PT422', 'expense_total_is_bounded', 'nothing is no expense');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today(), 10.005) $$, 'PT422', 'expense_total_is_bounded', 'there is no such coin');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today(), 10, 11) $$, 'PT422', 'expense_tax_is_part_of_total', 'a tax is a part of its total');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today() + 2, 10) $$, 'PT422', 'spent_day_is_near', 'nothing was spent the day after tomorrow');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today(), 10, 0, 'trip_cash') $$, 'PT422', 'cash_is_of_a_trip', 'cash of a trip names the trip');
select throws_ok($$ select create_expense(pg_temp.category('Meals'), pg_temp.today(), 10, 0, 'person', tests.account('admin@globex.test')) $$, 'PT422', 'person_not_in_company', 'nobody of another company is paid back');
select is((change_expense(tests.id('meal'), pg_temp.category('Meals'), pg_temp.today(), 580, 80, 'person')).net, 500.00, 'a draft is written anew');
select is((submit_expense(tests.id('meal'))).status::text, 'submitted', 'it waits for approval');
select throws_ok($$ select change_expense(tests.id('meal'), pg_temp.category('Meals'), pg_temp.today(), 5) $$, 'PT409', 'expense_transition_illegal', 'and is not changed any more');
select throws_ok($$ select approve_expense(tests.id('meal')) $$, '42501', 'permission_denied', 'not everybody approves');
select tests.sign_in('warehouse@acme.test');
select is((select count(*) from expenses), 0::bigint, 'a colleague does not see it');
select throws_ok($$ select cancel_expense(tests.id('meal'), 'x') $$, 'PT404', 'record_not_found', 'nor call it off');

-- Approved by another.
select tests.sign_in('manager@acme.test');
select tests.remember('own', (create_expense(pg_temp.category('Fuel'), pg_temp.today(), 100)).id);
select submit_expense(tests.id('own'));
select throws_ok($$ select approve_expense(tests.id('own')) $$, '42501', 'separation_of_duties', 'who entered it does not approve it');
select tests.remember('for_boss', (create_expense(pg_temp.category('Fuel'), pg_temp.today(), 100, 0, 'person', tests.account('finance@acme.test'))).id);
select submit_expense(tests.id('for_boss'));
select tests.sign_in('finance@acme.test');
select throws_ok($$ select approve_expense(tests.id('for_boss')) $$, '42501', 'separation_of_duties', 'nor does who is paid back');
select throws_ok($$ select pay_expense(tests.id('meal')) $$, 'PT409', 'expense_transition_illegal', 'what nobody approved is not paid');
select is((approve_expense(tests.id('meal'))).status::text, 'approved', 'somebody else approves it');
select throws_ok($$ select reject_expense(tests.id('own'), ' ') $$, 'PT422', 'reason_required', 'what is rejected says why');
select is((reject_expense(tests.id('own'), 'No receipt')).status_reason, 'No receipt', 'which is told');
select is((select open_amount from financial_ledger where entity_id = tests.id('meal')), 580.00, 'it is owed');
select is((pay_expense(tests.id('meal'), ' QGH7 ')).reference, 'QGH7', 'and paid back');
select results_eq($$ select direction, amount, open_amount, is_cash from financial_ledger where entity_id = tests.id('meal') $$, $$ values ('outflow', 580.00, 0.00, true) $$, 'which the ledger says');

-- Closed months.
select tests.sign_in('sales@acme.test');
select tests.remember('old', (create_expense(pg_temp.category('Fuel'), (date_trunc('month', pg_temp.today()) - interval '40 days')::date, 70)).id);
select submit_expense(tests.id('old'));
select tests.sign_in('finance@acme.test');
select throws_ok($$ select close_month((date_trunc('month', (select spent_on from expenses where id = tests.id('old'))))::date) $$, 'PT409', 'month_has_open_documents', 'a month is not closed over an expense that waits');
select is((approve_expense(tests.id('old'))).status::text, 'approved', 'once that is decided');
select lives_ok($$ select close_month((date_trunc('month', (select spent_on from expenses where id = tests.id('old'))))::date) $$, 'it is');
select throws_ok($$ select create_expense(pg_temp.category('Fuel'), (select spent_on from expenses where id = tests.id('old')), 5) $$, 'PT409', 'month_is_closed', 'and takes no expense any more');

-- Another company.
select tests.sign_in('admin@globex.test');
select is((select count(*) from expenses), 0::bigint, 'another company sees none of it');
select throws_ok($$ select approve_expense(tests.id('own')) $$, 'PT404', 'record_not_found', 'nor decides on it');
select throws_ok($$ select create_expense(pg_temp.category('Fuel'), current_date - 2, 5) $$, 'PT404', 'record_not_found', 'nor uses its words');

select * from finish();
rollback;
