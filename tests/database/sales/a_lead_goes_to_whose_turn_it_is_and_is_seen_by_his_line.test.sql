begin;
select plan(22);

create function pg_temp.owner_of(lead uuid) returns text language sql security definer as $$
  select u.email from public.leads l join public.users u on u.id = l.owner_id where l.id = lead
$$;
create function pg_temp.sees(lead uuid) returns boolean language sql as $$ select exists (select from public.leads l where l.id = lead) $$;

select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into public.teams (name) values ('Nairobi') $$, '42501', null, 'teams are kept by who manages sales');
select tests.sign_in('manager@acme.test');
insert into public.teams (name) values ('Kenya'), ('Nairobi');
update public.teams set parent_id = (select t.id from public.teams t where t.name = 'Kenya') where name = 'Nairobi';
select throws_ok($$ update public.teams set parent_id = (select t.id from public.teams t where t.name = 'Nairobi') where name = 'Kenya' $$, 'team_in_a_circle', 'a team is not above itself');
create function pg_temp.joins(team text, person text, is_lead boolean, takes_leads boolean) returns void language sql as $$
  insert into public.team_members (team_id, membership_id, is_lead, takes_leads) select t.id, tests.membership(person), is_lead, takes_leads from public.teams t where t.name = team
$$;
select pg_temp.joins('Nairobi', 'sales@acme.test', false, true);
select pg_temp.joins('Nairobi', 'agent@acme.test', false, true);
select pg_temp.joins('Kenya', 'dispatcher@acme.test', true, false);
select throws_ok($$ insert into public.team_members (team_id, membership_id) select t.id, tests.membership('sales@acme.test') from public.teams t where t.name = 'Nairobi' $$, 'team_member_taken', 'nobody is in a team twice');

-- Without a rule a new lead is nobody's, and whoever works on leads may take it.
select tests.remember('loose', (public.create_lead('Asha', phone => '0733 000 001')).id);
select is(pg_temp.owner_of(tests.id('loose')), null, 'without a rule a lead is nobody''s');
select is((select l.phone from public.leads l where l.id = tests.id('loose')), '+254733000001', 'its number is kept in one form');
select tests.sign_in('sales@acme.test');
select ok(pg_temp.sees(tests.id('loose')), 'everybody who works on leads sees it');
select is((public.take_lead(tests.id('loose'))).owner_id, tests.account('sales@acme.test'), 'and may take it');
select tests.sign_in('agent@acme.test');
select ok(not pg_temp.sees(tests.id('loose')), 'which then is no other''s business');
select throws_ok($$ select public.take_lead(tests.id('loose')) $$, 'record_not_found', 'who cannot take it either');

-- With one, members take turns.
select tests.sign_in('manager@acme.test');
insert into public.lead_routes (place, team_id) select 1, t.id from public.teams t where t.name = 'Nairobi';
select tests.remember('first', (public.create_lead('Baraka', phone => '0733000002')).id);
select tests.remember('second', (public.create_lead('Chebet', phone => '0733000003')).id);
select tests.remember('third', (public.create_lead('Dida', phone => '0733000004')).id);
select results_eq(
  $$ select pg_temp.owner_of(tests.id(l)) from unnest(array['first', 'second', 'third']) l $$,
  $$ values ('sales@acme.test'), ('agent@acme.test'), ('sales@acme.test') $$, 'leads go round');
select tests.sign_out();
update public.memberships set status = 'inactive' where id = tests.membership('agent@acme.test');
select tests.sign_in('manager@acme.test');
select tests.remember('fourth', (public.create_lead('Esi', phone => '0733000005')).id);
select is(pg_temp.owner_of(tests.id('fourth')), 'sales@acme.test', 'who left the company is passed over');
delete from public.team_members where membership_id = tests.membership('sales@acme.test');
select tests.remember('fifth', (public.create_lead('Fatuma', phone => '0733000006')).id);
select is(pg_temp.owner_of(tests.id('fifth')), null, 'where nobody is left it is nobody''s');

-- Rights of a role that sees its own line only.
select tests.sign_out();
update public.memberships set status = 'active' where id = tests.membership('agent@acme.test');
update public.memberships set role = 'sales' where id = tests.membership('dispatcher@acme.test');
select tests.sign_in('dispatcher@acme.test');
select ok(pg_temp.sees(tests.id('second')), 'who leads the team above sees what a member owns');
select ok(not pg_temp.sees(tests.id('first')), 'but not what somebody owns who is no member any more');
select tests.sign_in('manager@acme.test');
update public.teams set is_active = false where name = 'Kenya';
select tests.sign_in('dispatcher@acme.test');
select ok(not pg_temp.sees(tests.id('second')), 'a team that is not in use gives nothing');
select throws_ok($$ select public.contact_lead(tests.id('second')) $$, 'record_not_found', 'nor does it let him work on it');
select throws_ok($$ select public.assign_lead(tests.id('fifth'), tests.account('sales@acme.test')) $$, 'permission_denied', 'only who gives leads away gives one to another');
select tests.sign_in('manager@acme.test');
select is((public.assign_lead(tests.id('fifth'), tests.account('sales@acme.test'))).owner_id, tests.account('sales@acme.test'), 'who does may');
select throws_ok($$ select public.assign_lead(tests.id('fifth'), tests.account('sales@globex.test')) $$, 'person_not_in_company', 'but not to a stranger');

-- Its score follows the rules, and the rules it.
select throws_ok($$ insert into public.lead_score_rules (name, condition, points) values ('Odd', '{"nonsense": 1}', 5) $$, 'rule_operator_unknown', 'a rule has to be one');
insert into public.lead_score_rules (name, condition, points) values
  ('Has a business', '{"!!": {"var": "lead.company_name"}}', 20), ('Website', '{"==": [{"var": "lead.source"}, "Website"]}', 15), ('No mail', '{"!": {"var": "lead.email"}}', -5);
select is((select l.score from public.leads l where l.id = tests.id('first')), -5, 'open leads follow the rules');
select is((public.create_lead('Gakii', company_name => 'Gakii Stores', email => 'Gakii@Stores.test', source_id => (select s.id from public.lead_sources s where s.name = 'Website'))).score, 35, 'new ones have their score at once');
select tests.sign_out();

select * from finish();
rollback;
