begin;
select plan(50);

create function pg_temp.outcome(wanted text) returns uuid language sql as $$ select o.id from public.door_outcomes o where o.name = wanted $$;
create function pg_temp.door(wanted text) returns uuid language sql as $$ select d.id from public.doors d where d.address = wanted and d.unit = '' $$;
create function pg_temp.standing(wanted text) returns text language sql as $$ select d.standing::text from public.doors d where d.address = wanted and d.unit = '' $$;
create function pg_temp.mine() returns text[] language sql as $$
  select array(select d.address from public.door_claims c join public.doors d on d.id = c.door_id where c.canvasser_id = auth.uid() and c.day = (now() at time zone 'Africa/Nairobi')::date order by d.address)
$$;
-- Whoever is told what happened, without a right of his own.
create function pg_temp.claims(address text) returns bigint language sql security definer as $$
  select count(*) from public.door_claims c join public.doors d on d.id = c.door_id where d.address = claims.address
$$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into public.doors (address) values ('Moi Avenue 1') $$, '42501', null, 'doors are entered by who manages sales');
select tests.sign_in('manager@acme.test');
update public.territories set area = '{"type": "Polygon", "coordinates": [[[36.8, -1.3], [36.9, -1.3], [36.9, -1.2], [36.8, -1.2], [36.8, -1.3]]]}' where code = 'NBO';
select tests.remember('area', (select t.id from public.territories t where t.code = 'NBO'));
insert into public.doors (address, latitude, longitude) values
  ('Moi Avenue 1', -1.2801, 36.82), ('Moi Avenue 2', -1.2802, 36.82), ('Moi Avenue 3', -1.2803, 36.82), ('Moi Avenue 4', -1.2804, 36.82), ('Moi Avenue 5', -1.2805, 36.82);
select is((select count(*) from public.doors d where d.territory_id = tests.id('area')), 5::bigint, 'a door lies in the area in whose borders it is');
select throws_ok($$ insert into public.doors (address) values ('Moi Avenue 1') $$, 'door_taken', 'an address has one door');
select lives_ok($$ insert into public.doors (address, unit, territory_id) values ('Moi Avenue 1', 'Flat 2', tests.id('area')) $$, 'or one for each flat');
select throws_ok($$ insert into public.doors (address, latitude) values ('Nowhere', 1) $$, 'position_is_complete', 'a position is whole');
select throws_ok($$ insert into public.door_outcomes (name, kind, place, again_after_days) values ('Never', 'do_not_knock', 6, 3) $$, 'left_alone_is_left_alone', 'who wants to be left alone is not visited again');

-- Handing out: the nearest first, to one person each.
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select public.next_doors(tests.id('area')) $$, 'permission_denied', 'doors are given to who goes to them');
select tests.sign_in('sales@acme.test');
select is(jsonb_array_length(public.next_doors(tests.id('area'), 2, -1.2805, 36.82) -> 'doors'), 2, 'whoever asks is given doors');
select is(pg_temp.mine(), '{Moi Avenue 4,Moi Avenue 5}', 'the nearest ones');
select throws_ok($$ select public.next_doors(tests.id('area'), 21) $$, 'input_invalid', 'not all of them at once');
select throws_ok($$ select public.next_doors(tests.id('area'), 1, 95, 0) $$, 'position_is_on_earth', 'from a place on earth');
select throws_ok($$ select public.next_doors(gen_random_uuid()) $$, 'record_not_found', 'of an area that there is');
select tests.sign_in('agent@acme.test');
select is(jsonb_array_length(public.next_doors(tests.id('area'), 1, -1.2805, 36.82) -> 'doors'), 1, 'somebody else is given others');
select is(pg_temp.mine(), '{Moi Avenue 3}', 'the nearest that nobody has');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Nobody home')) $$, 'door_is_anothers', 'and does not go to those of the first');

-- What came of it.
select tests.sign_in('sales@acme.test');
select tests.remember('visit', (public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Nobody home'), now() - interval '1 hour', -1.2806, 36.82, 8)).id);
select is((select (v.metres_from_door, v.is_far)::text from public.door_visits v where v.id = tests.id('visit')), '(11,f)', 'how far the phone was from the door is worked out');
select is((select d.next_visit_on - v.visited_on from public.doors d join public.door_visits v on v.door_id = d.id where v.id = tests.id('visit')), 2, 'the outcome says when somebody goes again');
select is(pg_temp.standing('Moi Avenue 5'), 'again', 'and the door shows it');
select is((public.visit_door(pg_temp.door('Moi Avenue 4'), pg_temp.outcome('Not interested'), now() - interval '30 minutes', -1.2904, 36.82, 20)).is_far, true, 'who was not there is noticed');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Nobody home'), now() + interval '1 hour') $$, 'visited_at_invalid', 'a visit is not to come');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Nobody home'), now() - interval '8 days') $$, 'visited_at_invalid', 'nor long past');

-- What is sent late does not undo what came later.
select lives_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 4'), pg_temp.outcome('Come again'), now() - interval '2 hours') $$, 'an earlier visit may be sent later');
select is((select (d.visits, o.name)::text from public.doors d join public.door_outcomes o on o.id = d.last_outcome_id where d.address = 'Moi Avenue 4'), '(2,"Not interested")', 'the later one still says how the door stands');

-- Interest is a lead, handed over to a closer with the wished time.
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 1'), pg_temp.outcome('Interested'), first_name => 'Wanjiru') $$, 'lead_is_reachable', 'who is interested can be reached');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 2'), pg_temp.outcome('Interested'), first_name => 'Wanjiru', phone => '0733000001', closer_id => tests.account('dispatcher@acme.test')) $$, 'closer_not_in_team', 'a closer is of a team');
select is(pg_temp.claims('Moi Avenue 2'), 0::bigint, 'what is refused leaves nothing behind');
select tests.sign_in('manager@acme.test');
insert into public.teams (name) values ('Closers');
insert into public.team_members (team_id, membership_id) select t.id, tests.membership('dispatcher@acme.test') from public.teams t where t.name = 'Closers';
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 2'), pg_temp.outcome('Interested'), first_name => 'Wanjiru', phone => '0733000001', closer_id => tests.account('dispatcher@acme.test'), wished_at => now() - interval '1 day') $$, 'wish_comes_after_the_visit', 'and goes there later');
select tests.remember('handed', (public.visit_door(pg_temp.door('Moi Avenue 2'), pg_temp.outcome('Interested'), first_name => 'Wanjiru', phone => '0733000001', note => 'Ask for the shop',
  closer_id => tests.account('dispatcher@acme.test'), wished_at => now() + interval '2 days')).id);
select is((select s.name from public.door_visits v join public.leads l on l.id = v.lead_id join public.lead_sources s on s.id = l.source_id where v.id = tests.id('handed')), null, 'a lead that was handed over is the closer''s alone');
select tests.sign_in('manager@acme.test');
select results_eq(
  $$ select l.first_name, s.name, l.town, l.owner_id, t.assignee_id, t.title, t.due_on from public.door_visits v join public.leads l on l.id = v.lead_id join public.lead_sources s on s.id = l.source_id join public.tasks t on t.id = v.task_id and t.document_id = l.id where v.id = tests.id('handed') $$,
  $$ select 'Wanjiru', 'Door to door', 'Moi Avenue 2', tests.account('dispatcher@acme.test'), tests.account('dispatcher@acme.test'), 'Wanjiru, Moi Avenue 2', ((now() + interval '2 days') at time zone 'Africa/Nairobi')::date $$,
  'he has the lead and the task with the day');
select tests.sign_in('sales@acme.test');
select is((public.visit_door(pg_temp.door('Moi Avenue 1'), pg_temp.outcome('Come again'), first_name => 'Nobody', phone => '0733000009')).lead_id, null, 'only interest makes a lead');

-- What was done is added up by person.
select results_eq(
  $$ select r.full_name, r.visits, r.doors, r.talks, r.leads, r.won, r.far from public.door_results(current_date - 2, current_date + 1) r $$,
  $$ select u.full_name, 5::bigint, 4::bigint, 4::bigint, 1::bigint, 0::bigint, 1::bigint from public.users u where u.id = tests.account('sales@acme.test') $$, 'what each did is added up');
select results_eq($$ select r.visits from public.door_results(current_date + 2, current_date + 3) r $$, $$ select null::bigint where false $$, 'within the days that are asked for');
select results_eq(
  $$ select a.name, a.doors, a.fresh, a.later, a.done, a.visits from public.door_areas a $$,
  $$ select t.name, 6::bigint, 2::bigint, 3::bigint, 1::bigint, 5::bigint from public.territories t where t.code = 'NBO' $$, 'and so is how far the area is');

-- Left alone.
select lives_ok($$ select public.visit_door((select d.id from public.doors d where d.unit = 'Flat 2'), pg_temp.outcome('Do not knock'), note => 'A dog') $$, 'somebody wants to be left alone');
select is((select (d.standing, d.do_not_knock_until, d.do_not_knock_reason, d.do_not_knock_by = tests.account('sales@acme.test'))::text from public.doors d where d.unit = 'Flat 2'), '(do_not_knock,,"A dog",t)', 'for ever: by whom and why is written down');
select throws_ok($$ select public.visit_door((select d.id from public.doors d where d.unit = 'Flat 2'), pg_temp.outcome('Interested'), first_name => 'X', phone => '0733000002') $$, 'door_do_not_knock', 'nobody knocks there, whatever he says');
select throws_ok($$ select public.forbid_door(pg_temp.door('Moi Avenue 1'), ' ') $$, 'reason_for_the_door_is_short', 'one says why');
select throws_ok($$ select public.forbid_door(pg_temp.door('Moi Avenue 1'), 'Holiday', current_date - 5) $$, 'do_not_knock_day_invalid', 'not until a day that is over');
select throws_ok($$ select public.allow_door(pg_temp.door('Moi Avenue 1')) $$, 'permission_denied', 'who walks does not lift it');
select lives_ok($$ select public.forbid_door(pg_temp.door('Moi Avenue 5'), 'Rang the office', current_date + 40) $$, 'or until a day');

-- What happened before somebody wrote that down has happened, and is told when there is network.
select tests.sign_out();
update public.doors set do_not_knock_since = now() - interval '20 minutes' where address = 'Moi Avenue 5';
select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Not interested'), now() - interval '10 minutes') $$, 'door_do_not_knock', 'a visit after that is refused');
select lives_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Not interested'), now() - interval '40 minutes') $$, 'one before that is taken, however late it is sent');
select is((select (d.do_not_knock_since = now() - interval '20 minutes', d.do_not_knock_until - current_date, d.do_not_knock_reason, o.name)::text from public.doors d join public.door_outcomes o on o.id = d.last_outcome_id where d.address = 'Moi Avenue 5'),
  '(t,40,"Rang the office","Not interested")', 'the door is left alone as before');
select lives_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Do not knock'), now() - interval '30 minutes', note => 'A sign') $$, 'who was told so at the door before that');
select is((select (d.do_not_knock_since = now() - interval '30 minutes', d.do_not_knock_until, d.do_not_knock_reason)::text from public.doors d where d.address = 'Moi Avenue 5'), '(t,,"A sign")', 'has it left alone for ever');
select throws_ok($$ select public.visit_door(pg_temp.door('Moi Avenue 5'), pg_temp.outcome('Not interested'), now() - interval '25 minutes') $$, 'door_do_not_knock', 'since he was told');
select tests.sign_out();
update public.doors set next_visit_on = current_date - 1 where address in ('Moi Avenue 4', 'Moi Avenue 5');
delete from public.door_visits;
delete from public.door_claims;
select tests.sign_in('agent@acme.test');
select is(jsonb_array_length(public.next_doors(tests.id('area'), 20) -> 'doors'), 2, 'what is due or new is given, what is left alone is not');
select is((select array_agg(m order by m) from unnest(pg_temp.mine()) m), '{Moi Avenue 3,Moi Avenue 4}', 'nor what is done');
select is(public.leave_doors() ->> 'doors', '2', 'who goes home gives back what he did not visit');
select tests.sign_in('manager@acme.test');
select is((public.allow_door(pg_temp.door('Moi Avenue 5'))).standing::text, 'again', 'who manages sales lifts it');

select * from finish();
rollback;
