begin;
select plan(40);

create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;
create function pg_temp.month() returns date language sql security definer as $$ select date_trunc('month', pg_temp.today())::date $$;
-- What of an invoice pays for goods.
create function pg_temp.net(invoice uuid, paid numeric) returns numeric language sql security definer as $$
  select round(paid * i.subtotal / i.total, 2) from public.invoices i where i.id = invoice
$$;

-- Plans.
select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into commission_plans (name, basis, rate, valid_from) values ('Mine', 'won_deals', 50, '2026-01-01') $$, '42501', null, 'a salesperson keeps no plan');
select tests.sign_in('manager@acme.test');
select lives_ok($$ insert into commission_plans (name, basis, rate, valid_from) values ('Deals', 'won_deals', 5, '2026-01-01'), ('Money', 'received_money', 2, '2026-01-01') $$, 'a manager does');
select throws_ok($$ insert into commission_plans (name, basis, rate, valid_from) values ('Again', 'won_deals', 6, current_date) $$, 'PT409', 'commission_plan_overlaps', 'two plans do not count for everybody at once');
select throws_ok($$ insert into commission_plans (name, basis, rate, valid_from, person_id, team_id) values ('Both', 'won_deals', 6, '2026-01-01', tests.account('sales@acme.test'), gen_random_uuid()) $$, 'PT422', 'plan_is_of_one', 'a plan is for one');
select throws_ok($$ insert into commission_plans (name, basis, rate, valid_from, valid_until) values ('Backwards', 'won_deals', 6, '2026-02-01', '2026-01-01') $$, 'PT422', 'plan_days_are_ordered', 'and ends after it begins');
select throws_ok($$ update commission_plans set rate = 90 where name = 'Deals' $$, '42501', null, 'its rate stays what it was');

-- A deal.
select tests.sign_in('sales@acme.test');
select tests.remember('deal', (create_deal('Festival', tests.customer('Java Corner Cafe'))).id);
select change_deal(tests.id('deal'), 'Festival', 333.33);
select is((select count(*) from commission_entries), 0::bigint, 'an open deal earns nothing');
select win_deal(tests.id('deal'));
select results_eq($$ select e.base, e.rate, e.amount, e.earned_on, e.number, s.month, s.total, s.user_id from commission_entries e join commission_statements s on s.id = e.statement_id $$,
  $$ select 333.33, 5.00, 16.67, pg_temp.today(), d.number, pg_temp.month(), 16.67, tests.account('sales@acme.test') from deals d where d.id = tests.id('deal') $$, 'a won one earns its owner a part of its value, to the cent');
select reopen_deal(tests.id('deal'));
select is((select array_agg(amount order by round) from commission_entries), array[16.67, -16.67], 'opened again, it is taken back by an entry of its own');
select is((select total from commission_statements), 0.00, 'and nothing is left');
select tests.sign_in('manager@acme.test');
insert into commission_plans (name, basis, rate, valid_from, person_id) values ('Hers', 'won_deals', 10, '2026-01-01', tests.account('sales@acme.test'));
select tests.sign_in('sales@acme.test');
select win_deal(tests.id('deal'));
select is((select total from commission_statements), 33.33, 'won once more it is earned by the plan that is her own now');
select is((select count(*) from commission_plans where name = 'Hers'), 1::bigint, 'which she sees');
select throws_ok($$ select win_deal(tests.id('deal')) $$, 'PT409', 'deal_transition_illegal', 'and once');

-- Money.
select tests.sign_out();
select tests.remember('invoice', tests.invoiced('Java Corner Cafe', 'COL-300', 5));
select tests.remember('half', tests.money('Java Corner Cafe', 700));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('half'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 300)));
select results_eq($$ select base, amount from commission_entries where payment_id = tests.id('half') $$,
  $$ select b, round(b * 2 / 100, 2) from pg_temp.net(tests.id('invoice'), 300) b $$, 'money that pays an invoice earns the salesperson of the customer what of it pays for goods');
select allocate_payment(tests.id('half'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 100)));
select results_eq($$ select count(*), sum(base), sum(amount) from commission_entries where payment_id = tests.id('half') $$,
  $$ select 2::bigint, b, round(b * 2 / 100, 2) from pg_temp.net(tests.id('invoice'), 400) b $$, 'what is added to it earns the rest');

-- Who sees it.
select is((select count(*) from commission_statements), 1::bigint, 'finance sees what everybody earns');
select tests.sign_in('dispatcher@acme.test');
select is((select count(*) from commission_entries), 0::bigint, 'a dispatcher does not');
select is((select count(*) from commission_plans), 0::bigint, 'nor by which plan');
select tests.sign_in('admin@globex.test');
select is((select count(*) from commission_entries) + (select count(*) from commission_plans) + (select count(*) from commission_statements), 0::bigint, 'another company sees none of it');
select throws_ok(format($$ select close_commission_statement(%L) $$, (select id from public.commission_statements)), 'PT404', 'record_not_found', 'nor closes it');
select tests.sign_out();
update memberships set role = 'agent' where user_id = tests.account('dispatcher@acme.test');
select tests.sign_in('dispatcher@acme.test');
select is((select count(*) from commission_statements), 0::bigint, 'a colleague who sells sees nothing of hers');
select results_eq($$ select name from commission_plans order by name $$, array['Deals', 'Money'], 'and the plans that count for him alone');

-- A month is closed by somebody else when it is over.
select tests.sign_out();
select tests.remember('statement', (select id from commission_statements where tenant_id = tests.tenant('acme')));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select close_commission_statement(tests.id('statement')) $$, '42501', 'permission_denied', 'she does not close her own');
select tests.sign_in('finance@acme.test');
select is((select 'close' = any (s.allowed_commands) from commission_statements s), false, 'closing is not offered before the month is over');
select throws_ok($$ select close_commission_statement(tests.id('statement')) $$, 'PT409', 'month_not_over', 'nor possible');
select tests.sign_out();
update commission_statements set month = month - interval '1 month' where id = tests.id('statement');
update memberships set role = 'finance' where user_id = tests.account('sales@acme.test');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select close_commission_statement(tests.id('statement')) $$, '42501', 'separation_of_duties', 'whatever her rights are');
select is((select 'close' = any (s.allowed_commands) from commission_statements s), false, 'nor is it offered to her');
select tests.sign_out();
update memberships set role = 'sales' where user_id = tests.account('sales@acme.test');
select tests.sign_in('finance@acme.test');
select is((select 'close' = any (s.allowed_commands) from commission_statements s), true, 'it is offered to others');
select is((close_commission_statement(tests.id('statement'))).status::text, 'closed', 'who do');
select throws_ok($$ select close_commission_statement(tests.id('statement')) $$, 'PT409', 'commission_statement_transition_illegal', 'once');
select results_eq($$ select transaction_type, direction, amount = (select total from commission_statements where id = tests.id('statement')), open_amount = amount, is_cash from financial_ledger where entity_id = tests.id('statement') $$,
  $$ values ('commission', 'outflow', true, true, false) $$, 'it is owed now');

-- What is found out later stands in the next open month.
select cancel_payment(tests.id('half'), 'The cheque was returned');
select is((select sum(amount) from commission_entries where payment_id = tests.id('half')), 0.00, 'a payment that is taken back takes its commission with it');
select results_eq($$ select s.month, s.status::text, s.total from commission_entries e join commission_statements s on s.id = e.statement_id where e.payment_id = tests.id('half') and e.amount < 0 $$,
  $$ select pg_temp.month(), 'open', -round(pg_temp.net(tests.id('invoice'), 400) * 2 / 100, 2) $$, 'in the next open month');
select tests.sign_out();
select is((select s.month from commission_statements s where s.id = private.open_commission_statement(tests.tenant('acme'), tests.account('sales@acme.test'), (pg_temp.month() - interval '1 month')::date)), pg_temp.month(), 'a closed month takes nothing any more');
select throws_ok($$ update commission_entries set amount = 0 $$, null, null, 'and no entry changes');
select tests.sign_in('finance@acme.test');
select is((pay_commission_statement(tests.id('statement'), ' Payroll 11 ')).reference, 'Payroll 11', 'what is closed is paid');
select results_eq($$ select open_amount, is_cash from financial_ledger where entity_id = tests.id('statement') $$, $$ values (0.00, true) $$, 'which the ledger says');

-- Credit notes and write-offs are no money; a customer of nobody earns nobody anything.
select tests.sign_out();
update customers set sales_rep_id = null where id = tests.customer('Java Corner Cafe');
select tests.remember('nobodys', tests.money('Java Corner Cafe', 100));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('nobodys'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 100)));
select is((select count(*) from commission_entries where payment_id = tests.id('nobodys')), 0::bigint, 'the money of a customer of nobody earns nothing');
select tests.sign_out();
select is((select count(*) from commission_entries e join commission_statements s on s.id = e.statement_id where s.tenant_id <> e.tenant_id), 0::bigint, 'all of it is of one company');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every sum is what its parts say');

select * from finish();
rollback;
