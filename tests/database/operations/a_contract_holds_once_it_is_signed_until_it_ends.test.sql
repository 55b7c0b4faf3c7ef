begin;
select plan(48);

create function pg_temp.kind(name text default 'Supply') returns uuid language sql security definer as $$
  select k.id from public.contract_kinds k where k.tenant_id = tests.tenant('acme') and k.name = kind.name
$$;
create function pg_temp.contract(name text default 'contract') returns public.contracts language sql security definer as $$ select c from public.contracts c where c.id = tests.id(name) $$;
create function pg_temp.today() returns date language sql security definer as $$ select private.tenant_today(tests.tenant('acme')) $$;
-- A contract that was signed, remembered under this name.
create function pg_temp.signed(name text, of_kind uuid, starts_on date, ends_on date, renews_months integer default null, notice_days integer default 0) returns public.contracts language plpgsql as $$
begin
  perform tests.remember(name, (public.create_contract(name, of_kind, signed.starts_on, vendor_id => tests.id('vendor'), ends_on => signed.ends_on, renews_months => signed.renews_months,
    notice_days => signed.notice_days)).id);
  return public.activate_contract(tests.id(name), tests.file('contract', tests.id(name)), 'J. Mwangi');
end $$;
select tests.remember('customer', tests.customer('Kilimani Mini Mart'));
select tests.remember('seller', tests.account('sales@acme.test'));
select tests.sign_in('owner@acme.test');
insert into public.contract_kinds (name, is_exclusive) values ('Sole supply', true);
insert into public.vendors (name) values ('Contract Mills');
select tests.remember('vendor', (select v.id from public.vendors v where v.name = 'Contract Mills'));

-- Entered.
select tests.sign_in('driver@acme.test');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer')) $$, '42501', 'permission_denied', 'who may not enter contracts enters none');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today()) $$, 'PT422', 'contract_is_with_one_party', 'a contract is with somebody');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer'), tests.id('vendor')) $$, 'PT404', 'record_not_found', 'a salesperson, who sees no vendors, makes none with one');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer'), tests.id('vendor')) $$, 'PT422', 'contract_is_with_one_party', 'and never with two');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer'), ends_on => pg_temp.today() - 1) $$, 'PT422', 'contract_ends_after_it_begins', 'it ends after it begins');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer'), renews_months => 12) $$, 'PT422', 'what_renews_ends', 'what is renewed has an end');
select throws_ok($$ select create_contract('Flour', pg_temp.kind(), pg_temp.today(), tests.id('customer'), value => 5) $$, 'PT422', 'contract_value_has_its_period', 'a value is per something');
select tests.remember('contract', (create_contract('Crates', pg_temp.kind(), pg_temp.today(), tests.id('customer'), owner_id => tests.id('seller'), value => 5000, value_per => 'month')).id);
select matches((pg_temp.contract()).number, '^CON-', 'it has a number');
select is((pg_temp.contract()).status::text, 'draft', 'and is a draft');

-- Who sees it.
select tests.sign_in('sales@acme.test');
select is((select count(*) from contracts where id = tests.id('contract')), 1::bigint, 'whoever looks after it sees it');
select is((select user_id from assignments where entity_id = tests.id('contract')), tests.id('seller'), 'it is among what he has to do');
select tests.sign_in('agent@acme.test');
select is((select count(*) from contracts where id = tests.id('contract')), 0::bigint, 'a colleague does not');
select throws_ok($$ select cancel_contract(tests.id('contract'), 'because') $$, 'PT404', 'record_not_found', 'nor does he touch it');

-- Signed.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select activate_contract(tests.id('contract'), null, 'J. Mwangi') $$, '42501', 'permission_denied', 'who may not sign does not say that it was');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select activate_contract(tests.id('contract'), null, 'J. Mwangi') $$, 'PT422', 'contract_needs_paper', 'without its paper nothing is signed');
select tests.remember('elsewhere', tests.file('customer', tests.id('customer')));
select throws_ok($$ select activate_contract(tests.id('contract'), tests.id('elsewhere'), 'J. Mwangi') $$, 'PT422', 'contract_needs_paper', 'nor with the paper of something else');
select tests.remember('paper', tests.file('contract', tests.id('contract')));
select throws_ok($$ select activate_contract(tests.id('contract'), tests.id('paper'), 'J. Mwangi', pg_temp.today() + 2) $$, 'PT422', 'contract_day_is_not_past', 'nor on a day to come');
select throws_ok($$ select activate_contract(tests.id('contract'), tests.id('paper'), ' ') $$, 'PT422', 'input_invalid', 'nor by nobody');
select is((activate_contract(tests.id('contract'), tests.id('paper'), 'J. Mwangi')).status::text, 'active', 'with it, it holds');
select throws_ok($$ select remove_attachment(tests.id('paper')) $$, 'PT409', 'contract_keeps_paper', 'the signed paper stays');
select throws_ok($$ select change_contract(tests.id('contract'), 'Other', pg_temp.kind(), pg_temp.today(), tests.id('customer')) $$, 'PT409', 'contract_transition_illegal', 'what is signed is not changed');
select is((assign_contract(tests.id('contract'), tests.account('agent@acme.test'))).owner_id, tests.account('agent@acme.test'), 'somebody else may look after it');
select is((select file_url is not null and status = 'signed' from document_registry where source = 'contracts' and entity_id = tests.id('contract')), true, 'the registry of papers has it');

-- What runs until notice is given.
select is((pg_temp.contract()).ends_on, null, 'it has no end');
select throws_ok($$ select give_notice_contract(tests.id('contract'), pg_temp.today() + 2) $$, 'PT422', 'contract_day_is_not_past', 'notice is not given in days to come');
select is((give_notice_contract(tests.id('contract'))).ends_on, pg_temp.today(), 'with notice it has one');
select throws_ok($$ select give_notice_contract(tests.id('contract')) $$, 'PT409', 'contract_notice_given', 'notice is given once');
select is((select starts_at::date from calendar_events where entity_id = tests.id('contract') and event_type = 'contract_ends'), pg_temp.today(), 'the calendar shows it');

-- What just ends.
select pg_temp.signed('fixed', pg_temp.kind(), pg_temp.today() - 30, pg_temp.today() + 20);
select throws_ok($$ select give_notice_contract(tests.id('fixed')) $$, 'PT409', 'contract_just_ends', 'what ends by itself needs no notice');
select throws_ok($$ select terminate_contract(tests.id('fixed'), ' ') $$, 'PT422', 'reason_required', 'it is terminated for a reason');

-- Exclusive kinds.
select pg_temp.signed('sole', pg_temp.kind('Sole supply'), pg_temp.today() - 30, pg_temp.today() + 20, 12, 10);
select throws_ok($$ select pg_temp.signed('second', pg_temp.kind('Sole supply'), pg_temp.today(), pg_temp.today() + 5) $$, 'PT409', 'contract_overlaps', 'of an exclusive kind one holds at a time');
select throws_ok($$ select pg_temp.signed('second', pg_temp.kind('Sole supply'), pg_temp.today() + 300, pg_temp.today() + 305) $$, 'PT409', 'contract_overlaps', 'and one that renews itself has no end');
select is((select starts_at::date from calendar_events where entity_id = tests.id('sole') and event_type = 'notice_until'), pg_temp.today() + 10, 'the calendar shows the last day for notice');

-- Whoever looks after them is told, once.
select tests.sign_out();
select is(private.send_contract_reminders(), 3::bigint, 'what ends or is renewed within 30 days is told');
select is(private.send_contract_reminders(), 0::bigint, 'once');
select is((select count(*) from public.messages where entity_id = tests.id('sole') and template = 'contract.notice_due' and recipient = 'manager@acme.test'), 1::bigint, 'to its owner');

-- By themselves, in the company's days.
select is(private.end_contracts(), 0::bigint, 'on its last day a contract still holds');
update public.contracts set starts_on = pg_temp.today() - 365, ends_on = pg_temp.today() - 1 where id in (tests.id('fixed'), tests.id('sole'));
select is(private.end_contracts(), 2::bigint, 'on the day after they are dealt with');
select is((pg_temp.contract('fixed')).status::text, 'ended', 'one ends');
select is((select rule from public.event_store where entity_id = tests.id('fixed') and step = 'end'), 'contracts.end', 'by a rule');
select is((pg_temp.contract('sole')).status::text, 'active', 'one goes on');
select is((pg_temp.contract('sole')).ends_on, (pg_temp.today() + interval '12 months')::date - 1, 'for as long as was agreed');
select is((select count(*) from public.contract_terms where contract_id = tests.id('sole')), 2::bigint, 'which is its second term');
select is(private.end_contracts(), 0::bigint, 'nothing is renewed twice');
select throws_ok($$ insert into public.contract_terms (tenant_id, contract_id, starts_on) select tenant_id, contract_id, starts_on from public.contract_terms where contract_id = tests.id('sole') $$, '23505', null, 'no term begins twice');

-- Notice in time.
update public.contracts set ends_on = pg_temp.today() + 5 where id = tests.id('sole');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select give_notice_contract(tests.id('sole')) $$, 'PT409', 'contract_notice_too_late', 'after the last day for it notice is too late');
select is((give_notice_contract(tests.id('sole'), pg_temp.today() - 5)).notice_on, pg_temp.today() - 5, 'what was said in time counts, told late');
select tests.sign_in('admin@globex.test');
select is((select count(*) from contracts where tenant_id = tests.tenant('acme')), 0::bigint, 'another company sees none');

select * from finish();
rollback;
