begin;
select plan(34);

-- Today is the day it is; days are reckoned from it.
create function pg_temp.today() returns date language sql as $$ select private.tenant_today(tests.tenant('acme')) $$;
create function pg_temp.weekday(wanted date default pg_temp.today()) returns integer language sql as $$ select date_part('isodow', wanted)::integer $$;
create function pg_temp.template(called text, wanted jsonb default tests.lines('COL-300', 10), days integer[] default array[pg_temp.weekday()], customer text default 'Westlands Wholesalers') returns uuid language plpgsql as $$
declare
  made uuid;
begin
  perform tests.sign_in('sales@acme.test');
  made := (create_order_template(tests.customer(customer), tests.depot(), called, wanted, weekdays => days, notes => 'by the back door')).id;
  perform tests.sign_out();
  return made;
end $$;
create function pg_temp.of(called text) returns text language sql as $$
  select coalesce(string_agg(concat_ws(' ', s.due_on - pg_temp.today(), coalesce(o.status::text, s.problem), case when s.is_late then 'late' end), ', ' order by s.due_on), 'nothing')
  from standing_orders s left join orders o on o.id = s.order_id where s.template_id = tests.id(called)
$$;
create function pg_temp.last(called text) returns orders language sql as $$
  select o from standing_orders s join orders o on o.id = s.order_id where s.template_id = tests.id(called) order by s.due_on desc limit 1
$$;
create function pg_temp.stopped(called text, days integer) returns void language sql as $$
  update order_templates set starts_on = pg_temp.today() - days where id = tests.id(called);
  update order_templates set next_on = pg_temp.today() - days where id = tests.id(called);
$$;

select tests.remember('weekly', pg_temp.template('Weekly'));
select is((select next_on from order_templates where id = tests.id('weekly')), pg_temp.today(), 'it begins today');
select is(private.make_standing_orders(), 1::bigint, 'maintenance makes what is due');
select is(pg_temp.of('weekly'), '0 draft', 'as a draft where the company says nothing');
select is(private.make_standing_orders(), 0::bigint, 'and no second one today');
select is((select next_on from order_templates where id = tests.id('weekly')), pg_temp.today() + 7, 'the next is for the same day of the next week');
select is(
  (select concat_ws(' | ', o.notes, o.requested_on - pg_temp.today(), o.channel, o.edited_by = array[tests.account('sales@acme.test')], o.total) from pg_temp.last('weekly') o),
  'by the back door | 1 | standing | t | 8595.60', 'it says what the template says, at today''s prices, and whose it is');
select tests.sign_in('sales@acme.test');
select lives_ok($$ select change_order_template(tests.id('weekly'), tests.depot(), 'Weekly', tests.lines('COL-300', 20), weekdays => array[pg_temp.weekday()]) $$, 'whoever changes it');
select tests.sign_out();
select is((select next_on from order_templates where id = tests.id('weekly')), pg_temp.today() + 7, 'does not make the day that is done a second time');

-- Submitted, by the rule; still by its author, who does not approve.
update tenant_settings set business_rules = business_rules || '{"orders.standing": "submit"}' where tenant_id = tests.tenant('acme');
select tests.sign_in('manager@acme.test');
select tests.remember('managers', (create_order_template(tests.customer('Eastleigh Superstore'), tests.depot(), 'His own', tests.lines('COL-300', 5), weekdays => array[pg_temp.weekday()])).id);
select tests.sign_out();
select private.make_standing_orders();
select is(pg_temp.of('managers'), '0 pending_approval', 'or it is sent for approval');
select is((select rule from event_store where entity_id = (pg_temp.last('managers')).id and step = 'submit'), 'orders.standing', 'by a rule, which the history tells');
select tests.remember('made', (pg_temp.last('managers')).id);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('made')) $$, '42501', 'separation_of_duties', 'who wrote the template does not approve its orders');
select tests.sign_out();

-- After a stop.
select tests.remember('daily', pg_temp.template('Daily', days => '{1,2,3,4,5,6,7}'));
select pg_temp.stopped('daily', 3);
select private.make_standing_orders();
select is(pg_temp.of('daily'), '-3 standing_order_missed late, -2 standing_order_missed late, -1 standing_order_missed late, 0 pending_approval', 'of the days of a stop the last is made, and the others are told');
select tests.remember('late', pg_temp.template('Late', days => array[pg_temp.weekday(pg_temp.today() - 2)]));
select pg_temp.stopped('late', 2);
select private.make_standing_orders();
select is(pg_temp.of('late'), '-2 pending_approval late', 'a day that was missed is made late, and says so');
select is((pg_temp.last('late')).requested_on, pg_temp.today() + 1, 'and is wanted from now on');
select private.make_standing_orders();
select is(pg_temp.of('late'), '-2 pending_approval late', 'once');
select tests.remember('missed', (select id from standing_orders where template_id = tests.id('daily') and due_on = pg_temp.today() - 1));
select tests.sign_in('sales@acme.test');
select lives_ok($$ select retry_standing_order(tests.id('missed')) $$, 'somebody makes a missed one');
select throws_ok($$ select retry_standing_order(tests.id('missed')) $$, 'PT409', 'standing_order_done', 'once');
select lives_ok($$ select dismiss_standing_order((select id from standing_orders where template_id = tests.id('daily') and problem is not null order by due_on limit 1)) $$, 'or says that none is needed');
select throws_ok($$ select retry_standing_order((select id from standing_orders where template_id = tests.id('daily') and problem is not null order by due_on limit 1)) $$, 'PT409', 'standing_order_done', 'which stands');
select tests.sign_out();

-- What cannot be made.
update tenant_settings set business_rules = business_rules - 'orders.standing' where tenant_id = tests.tenant('acme');
select tests.remember('suspended', pg_temp.template('Suspended', customer => 'Kilimani Mini Mart'));
select tests.remember('retired', pg_temp.template('Retired', tests.lines('GIN-300', 2)));
update customers set status = 'suspended', status_reason = 'owes' where id = tests.customer('Kilimani Mini Mart');
update products set is_active = false where id = tests.product('GIN-300');
select private.make_standing_orders();
select is(pg_temp.of('suspended'), '0 customer_suspended', 'a suspended customer gets none, and the reason is kept');
select is(pg_temp.of('retired'), '0 lines_invalid', 'nor is one made of what is no longer sold');
select is((select detail -> 'lines' -> 0 ->> 'sku' from standing_orders where template_id = tests.id('retired')), 'GIN-300', 'it names the product');
update customers set status = 'active' where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('sales@acme.test');
select lives_ok($$ select retry_standing_order((select id from standing_orders where template_id = tests.id('suspended'))) $$, 'once the cause is gone it is made');
select throws_ok($$ select retry_standing_order((select id from standing_orders where template_id = tests.id('retired'))) $$, 'PT422', 'lines_invalid', 'until then the same is said');
select tests.sign_out();

-- Which days.
select tests.remember('paused', pg_temp.template('Paused', days => '{1,2,3,4,5,6,7}'));
insert into holidays (tenant_id, day, name) values (tests.tenant('acme'), pg_temp.today() + 3, 'Jamhuri Day');
select tests.sign_in('sales@acme.test');
select is((change_order_template(tests.id('paused'), tests.depot(), 'Paused', tests.lines('COL-300', 1), weekdays => '{1,2,3,4,5,6,7}', paused_from => pg_temp.today(), paused_to => pg_temp.today() + 2)).next_on, pg_temp.today() + 4, 'a pause and a holiday are left out');
select is((change_order_template(tests.id('paused'), tests.depot(), 'Paused', tests.lines('COL-300', 1), weekdays => '{1,2,3,4,5,6,7}', ends_on => pg_temp.today() + 2, paused_from => pg_temp.today(), paused_to => pg_temp.today() + 2)).next_on, null, 'and after its end there is none');
select is((change_order_template(tests.id('paused'), tests.depot(), 'Paused', tests.lines('COL-300', 1), weekdays => array[pg_temp.weekday()], every_weeks => 3, starts_on => pg_temp.today() - 7)).next_on, pg_temp.today() + 14, 'every third week is counted from the first');
select is((change_order_template(tests.id('paused'), tests.depot(), 'Paused', tests.lines('COL-300', 1), weekdays => array[pg_temp.weekday()], is_active => false)).next_on, null, 'one that is not in use makes none');
select is((create_order_template(tests.customer('Westlands Wholesalers'), tests.depot(), 'By hand', tests.lines('COL-300', 1))).next_on, null, 'nor does one without days');

-- Bad input.
select throws_ok($$ select create_order_template(tests.customer('Westlands Wholesalers'), tests.depot(), 'Odd', tests.lines('COL-300', 1), weekdays => '{8}') $$, 'PT422', 'weekdays_are_known', 'a week has seven days');
select throws_ok($$ select create_order_template(tests.customer('Westlands Wholesalers'), tests.depot(), 'By hand', tests.lines('COL-300', 1)) $$, 'PT409', 'order_template_name_taken', 'a name is given once per customer');
select throws_ok($$ select create_order_template(tests.customer('Westlands Wholesalers'), tests.depot(), 'Pause', tests.lines('COL-300', 1), paused_from => pg_temp.today()) $$, 'PT422', 'pause_ends_after_it_begins', 'a pause has two ends');
select throws_ok($$ select create_order_template(tests.customer('South B Gas Point', 'globex'), tests.depot(), 'Theirs', tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'a customer of another company is unknown');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select change_order_template(tests.id('weekly'), tests.depot(), 'Mine', tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'and so is the template to a stranger');

select * from finish();
rollback;
