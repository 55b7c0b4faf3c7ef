begin;
select plan(33);

create function pg_temp.month() returns date language sql security definer as $$ select date_trunc('month', private.tenant_today(tests.tenant('acme')))::date $$;
create function pg_temp.kpi(measure text) returns uuid language sql security definer as $$
  select k.id from public.kpi_definitions k where k.tenant_id = tests.tenant('acme') and k.measure::text = kpi.measure
$$;
-- One figure of the board.
create function pg_temp.figure(measure text, person text default 'sales@acme.test', month date default pg_temp.month()) returns numeric language sql as $$
  select b.value from public.kpi_board(month, tests.account(person)) b where b.measure::text = figure.measure
$$;
create function pg_temp.seen(person text) returns text language plpgsql as $$
begin
  perform public.kpi_board(pg_temp.month(), tests.account(person));
  return 'seen';
exception when others then
  return sqlerrm;
end $$;

-- A hand-worked month: what there was, and what comes now.
select tests.sign_in('manager@acme.test');
create temporary table was as select measure::text, value from kpi_board(pg_temp.month(), tests.account('sales@acme.test'));
grant select on was to public;
create function pg_temp.more(measure text) returns numeric language sql as $$ select pg_temp.figure(measure) - (select w.value from was w where w.measure = more.measure) $$;
select is((select count(*) from kpi_definitions), 8::bigint, 'a company begins with eight indicators');
insert into kpi_definitions (name, measure, place) values ('Worth', 'deal_value', 9);
select throws_ok($$ insert into kpi_definitions (name, measure) values ('Worth again', 'deal_value') $$, 'PT409', 'kpi_measure_taken', 'each measured once');
select tests.sign_out();
select tests.remember('invoice', tests.invoiced('Java Corner Cafe', 'COL-300', 5));
select tests.remember('paid', tests.money('Java Corner Cafe', 400));
select tests.remember('refused', tests.money('Java Corner Cafe', 90));
select tests.sign_in('finance@acme.test');
select cancel_payment(tests.id('refused'), 'Counted twice');
select tests.sign_in('sales@acme.test');
select tests.remember('won', (create_deal('Festival', tests.customer('Java Corner Cafe'))).id);
select change_deal(tests.id('won'), 'Festival', 750);
select win_deal(tests.id('won'));
select tests.remember('lost', (create_deal('Wedding', tests.customer('Java Corner Cafe'))).id);
select lose_deal(tests.id('lost'), (select id from lost_reasons where name = 'Too expensive'));
select log_activity('customer', tests.customer('Java Corner Cafe'), 'call', 'Asked for the festival');
select log_activity('customer', tests.customer('Java Corner Cafe'), 'visit', 'Saw the place');
select log_activity('customer', tests.customer('Java Corner Cafe'), 'note', 'Is no call');
select tests.remember('taken_back', (log_activity('customer', tests.customer('Java Corner Cafe'), 'call', 'By mistake')).id);
select remove_activity(tests.id('taken_back'));
select tests.draft('Java Corner Cafe', 'COL-300', 1);
select tests.sign_in('manager@acme.test');
select is(pg_temp.more('invoiced'), (select subtotal from invoices where id = tests.id('invoice')), 'what is invoiced to her customers, before tax');
select is(pg_temp.more('received'), 400.00, 'the money that came and was not taken back');
select is(pg_temp.more('orders_taken'), 1::numeric, 'orders, drafts apart');
select is(pg_temp.more('deals_won'), 1::numeric, 'deals that were won');
select is(pg_temp.figure('deal_value'), 750.00, 'their value');
select is(pg_temp.more('calls_made'), 1::numeric, 'calls that stand');
select is(pg_temp.more('visits_made'), 1::numeric, 'and visits');
select is(pg_temp.figure('deals_won', 'driver@acme.test'), 0::numeric, 'none of it is a colleague''s');
select ok((select value from kpi_board(pg_temp.month()) where measure = 'received') >= pg_temp.figure('received'), 'the company has at least that');

-- Each figure can be taken apart.
select is(
  (select string_agg(b.measure::text, ' ') from kpi_board(pg_temp.month()) b
   where b.value <> (select coalesce(sum(r.amount), 0) from explain_kpi(b.measure, pg_temp.month(), (pg_temp.month() + interval '1 month')::date - 1) r)),
  null, 'every figure is the sum of its rows'
);
select is(
  (select r.what || ' ' || r.number || ' ' || r.amount from explain_kpi('invoiced', pg_temp.month(), (pg_temp.month() + interval '1 month')::date - 1, tests.account('sales@acme.test')) r where r.document_id = tests.id('invoice')),
  (select 'invoice ' || i.number || ' ' || i.subtotal from invoices i where i.id = tests.id('invoice')), 'each with its document'
);
select tests.sign_in('driver@acme.test');
select throws_ok(
  $$ select * from explain_kpi('invoiced', pg_temp.month(), pg_temp.month() + 20, tests.account('sales@acme.test')) $$,
  'PT404', 'record_not_found', 'not for a colleague'
);
select tests.sign_in('manager@acme.test');

-- Company time: what is closed at 01:30 in Nairobi on the first is of the new month.
select tests.sign_out();
update deals set closed_at = (pg_temp.month() + time '01:30') at time zone 'Africa/Nairobi' where id = tests.id('won');
select tests.sign_in('manager@acme.test');
select is(pg_temp.more('deals_won'), 1::numeric, 'a deal of the first hour of the month is of this month');
select tests.sign_out();
update deals set closed_at = (pg_temp.month() + time '01:30') at time zone 'Africa/Nairobi' - interval '2 hours' where id = tests.id('won');
select tests.sign_in('manager@acme.test');
select is(pg_temp.more('deals_won'), 0::numeric, 'one of the last hour before is not');
select is((select previous from kpi_board(pg_temp.month(), tests.account('sales@acme.test')) where measure = 'deal_value'), 750.00, 'but stands beside it, as the month before');

-- Targets.
select lives_ok($$ insert into kpi_targets (kpi_id, person_id, month, target) values (pg_temp.kpi('calls_made'), tests.account('sales@acme.test'), pg_temp.month(), 40) $$, 'a manager sets a target');
select throws_ok($$ insert into kpi_targets (kpi_id, person_id, month, target) values (pg_temp.kpi('calls_made'), tests.account('sales@acme.test'), pg_temp.month(), 50) $$, 'PT409', 'kpi_target_taken', 'once a month');
select throws_ok($$ insert into kpi_targets (kpi_id, month, target) values (pg_temp.kpi('calls_made'), pg_temp.month() + 1, 50) $$, 'PT422', 'target_month_begins', 'for a whole month');
select is((select target from kpi_board(pg_temp.month(), tests.account('sales@acme.test')) where measure = 'calls_made'), 40.00, 'it stands beside the figure');
select is((select elapsed from kpi_board((pg_temp.month() - interval '1 month')::date) limit 1), 1.0000, 'a month before is over');

-- Who sees whose.
select tests.sign_in('sales@acme.test');
select is(pg_temp.seen('sales@acme.test'), 'seen', 'everybody sees his own');
select is(pg_temp.seen('driver@acme.test'), 'record_not_found', 'nobody a colleague''s');
select throws_ok($$ select kpi_board(pg_temp.month()) $$, '42501', 'permission_denied', 'nor the company''s');
select throws_ok($$ insert into kpi_targets (kpi_id, person_id, month, target) values (pg_temp.kpi('calls_made'), tests.account('sales@acme.test'), '2026-01-01', 1) $$, '42501', null, 'nobody sets his own target');
select is((select count(*) from agent_performance(pg_temp.month(), pg_temp.month() + 27)), 1::bigint, 'he is alone in the table of what was done');
select tests.sign_in('driver@acme.test');
select is((select count(*) from kpi_targets), 0::bigint, 'a colleague does not see the target');
select tests.sign_in('manager@acme.test');
insert into teams (name) values ('North');
insert into team_members (team_id, membership_id, is_lead) select t.id, m.id, m.is_lead from teams t, (values (tests.membership('sales@acme.test'), false), (tests.membership('driver@acme.test'), true)) m (id, is_lead) where t.name = 'North';
select tests.sign_in('driver@acme.test');
select is(pg_temp.seen('sales@acme.test'), 'seen', 'who leads a team sees its members');
select is((select count(*) from kpi_targets), 1::bigint, 'and their targets');

-- The table of people.
select tests.sign_in('manager@acme.test');
select results_eq($$ select deals_won, deals_lost, calls_made, visits_made from agent_performance(pg_temp.month() - 1, pg_temp.month() + 30) where user_id = tests.account('sales@acme.test') $$,
  $$ select 1::bigint, 1::bigint, pg_temp.figure('calls_made'), pg_temp.figure('visits_made') $$, 'the table says what each did');
select throws_ok($$ select * from agent_performance('2026-01-01', '2028-01-01') $$, 'PT422', 'input_invalid', 'in a year at most');
select tests.sign_in('admin@globex.test');
select is(pg_temp.seen('sales@acme.test'), 'record_not_found', 'another company sees none of it');

select * from finish();
rollback;
