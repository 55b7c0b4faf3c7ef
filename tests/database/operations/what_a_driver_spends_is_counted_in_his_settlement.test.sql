begin;
select plan(32);

create function pg_temp.category(name text) returns uuid language sql security definer as $$
  select c.id from public.expense_categories c where c.tenant_id = tests.tenant('acme') and c.name = category.name
$$;
create function pg_temp.closes(settlement uuid) returns boolean language sql security definer as $$
  select s.billed = s.counted + s.spent + s.other_money + s.on_credit - s.difference from public.settlements s where s.id = settlement
$$;

select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('one')]));
select tests.deliver(tests.id('one'), 10, null, '[]', '{"method": "cash", "amount": 3000}');
select tests.sign_in('driver@acme.test');
select is((select 'record_trip_expense' = any (t.allowed_commands) from trips t where t.id = tests.id('trip')), true, 'the driver is offered to tell of an expense');
select tests.remember('fuel', (record_trip_expense(tests.id('trip'), pg_temp.category('Fuel'), 500, 80)).id);
select results_eq($$ select status::text, paid_by::text, net, created_by = tests.account('driver@acme.test'), vehicle_id is not null, warehouse_id is not null from expenses where id = tests.id('fuel') $$,
  $$ values ('submitted', 'trip_cash', 420.00, true, true, true) $$, 'it waits for approval at once, with his van and depot');
select tests.remember('toll', (record_trip_expense(tests.id('trip'), pg_temp.category('Toll'), 200)).id);
select tests.remember('huge', (record_trip_expense(tests.id('trip'), pg_temp.category('Repair'), 2600)).id);
select tests.remember('parking', (record_trip_expense(tests.id('trip'), pg_temp.category('Parking'), 50)).id);
select tests.remember('own', (record_trip_expense(tests.id('trip'), pg_temp.category('Meals'), 90, 0, 'person')).id);
select is((select payee_id from expenses where id = tests.id('own')), tests.account('driver@acme.test'), 'what he paid himself he is paid back');
select throws_ok($$ select record_trip_expense(tests.id('trip'), pg_temp.category('Toll'), 5, spent_at => now() - interval '20 days') $$, 'PT422', 'captured_at_invalid', 'nothing was spent on the trip before it');
select throws_ok($$ select approve_expense(tests.id('fuel')) $$, '42501', 'separation_of_duties', 'he does not approve it');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select record_trip_expense(tests.id('trip'), pg_temp.category('Toll'), 5) $$, '42501', 'not_the_driver', 'nor does somebody else tell for him');

-- An owner who drives the van himself, as small companies have it.
select tests.sign_out();
update drivers set membership_id = tests.membership('owner@acme.test') where id = (select driver_id from trips where id = tests.id('trip'));
select tests.sign_in('owner@acme.test');
select throws_ok($$ select approve_expense(tests.id('fuel')) $$, '42501', 'separation_of_duties', 'whoever accounts for the cash does not approve what was spent of it, whoever entered that');
select is((select e.allowed_commands && '{approve,reject}' from expenses e where e.id = tests.id('fuel')), false, 'nor is it offered to him');
select is((select 'approve' = any (e.allowed_commands) from expenses e where e.id = tests.id('own')), true, 'what a colleague paid himself is');
select tests.sign_out();
update drivers set membership_id = tests.membership('driver@acme.test') where id = (select driver_id from trips where id = tests.id('trip'));

-- He hands in what is left.
select tests.sign_in('driver@acme.test');
select tests.remember('settlement', (submit_settlement(tests.id('trip'), 2350)).id);
select is((select spent from settlements where id = tests.id('settlement')), 0.00, 'what is not approved is his to account for');
select tests.sign_in('finance@acme.test');
select is((approve_expense(tests.id('fuel'))).status::text, 'approved', 'one is approved');
select is((select spent from settlements where id = tests.id('settlement')), 500.00, 'and lowers what is expected of him at once');
select throws_ok($$ select pay_expense(tests.id('fuel')) $$, 'PT409', 'expense_transition_illegal', 'it is not paid a second time');
select throws_ok($$ select approve_expense(tests.id('huge')) $$, 'PT409', 'expense_exceeds_cash', 'no more is spent than the trip took');
select is((pay_back_expense(tests.id('huge'))).payee_id, tests.account('driver@acme.test'), 'the rest is paid back to him');
select is((approve_expense(tests.id('huge'))).status::text, 'approved', 'then it is approved');
select is((reject_expense(tests.id('parking'), 'No receipt')).status::text, 'rejected', 'another one is not');
select is((select sum(amount) from explain_figure('settlement_spent', tests.id('settlement'))), 500.00, 'the figure names the expenses');
select is((select number from explain_figure('settlement_spent', tests.id('settlement'))), (select number from expenses where id = tests.id('fuel')), 'one by one');

-- Counted: 3,000 taken, 500 spent, 2,350 counted.
select is((approve_settlement(tests.id('settlement'), 2350)).difference, -150.00, 'what is missing is what was spent without approval, and not handed in');
select results_eq($$ select expected, actual, value, responsible_id from variances where trip_id = tests.id('trip') and kind = 'cash' $$,
  $$ values (2500.000, 2350.000, -150.00, tests.membership('driver@acme.test')) $$, 'in his name');
select is(pg_temp.closes(tests.id('settlement')), true, 'the equation closes');
select is((select sum(amount) from explain_figure('settlement_difference', tests.id('settlement'))), -150.00, 'and its difference is the sum of its rows');
select is((select status::text from expenses where id = tests.id('fuel')), 'paid', 'what was approved is paid');
select results_eq($$ select status::text, paid_by::text, payee_id from expenses where id = tests.id('toll') $$,
  $$ values ('submitted', 'person', tests.account('driver@acme.test')) $$, 'what nobody had decided on is paid back to him once approved');
select is((approve_expense(tests.id('toll'))).status::text, 'approved', 'as it is now');
select is((select spent from settlements where id = tests.id('settlement')), 500.00, 'which changes nothing that was counted');
select tests.sign_in('driver@acme.test');
select is((record_trip_expense(tests.id('trip'), pg_temp.category('Toll'), 20)).paid_by::text, 'person', 'what his phone tells after that is paid back, too');
select throws_ok($$ select create_expense(pg_temp.category('Toll'), current_date - 1, 20, 0, 'trip_cash', trip_id => tests.id('trip')) $$, 'PT409', 'trip_cash_is_counted', 'and nothing is entered as its cash');

-- Told after a month was closed.
select tests.sign_out();
update trips set started_at = now() - interval '70 days', dispatched_at = now() - interval '70 days' where id = tests.id('trip');
insert into months (tenant_id, starts_on) values (tests.tenant('acme'), (date_trunc('month', private.tenant_today(tests.tenant('acme'))) - interval '1 month')::date);
select tests.sign_in('driver@acme.test');
select is((record_trip_expense(tests.id('trip'), pg_temp.category('Toll'), 20, spent_at => now() - interval '60 days')).spent_on,
  (select date_trunc('month', private.tenant_today(tests.tenant('acme')))::date), 'what a phone tells of a closed month counts from the first open day');
select tests.sign_out();
select is((select count(*) from late_postings where document = 'expense'), 1::bigint, 'which is written down');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every sum is what its parts say');

select * from finish();
rollback;
