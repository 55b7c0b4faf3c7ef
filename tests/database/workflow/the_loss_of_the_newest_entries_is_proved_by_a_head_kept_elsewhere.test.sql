begin;
select plan(10);

select tests.approved('Kilimani Mini Mart', 'COL-300', 1);
select tests.sign_in('auditor@acme.test');
select set_config('tests.head', state_audit_head(), true);
select matches(current_setting('tests.head'), '^[1-9][0-9]*:[0-9a-f]{64}$', 'an auditor has the head stated and keeps it elsewhere');
select is((select present_head from verify_audit()), current_setting('tests.head'), 'checking tells it, too');
select ok((select is_intact and lost = 0 from verify_audit(current_setting('tests.head'))), 'while everything is there the head is found');
select throws_ok($$ select * from verify_audit('12:abc') $$, 'PT422', 'audit_head_invalid', 'a head that was copied by halves is said to be none');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select state_audit_head() $$, '42501', 'permission_denied', 'auditors ask for it');
select tests.sign_out();

-- The trail goes on, and what was noted stays true.
select tests.approved('Westlands Wholesalers', 'COL-300', 1);
select private.seal_audits();
select ok((select is_intact from private.verify_audit_of(tests.tenant('acme'), private.read_audit_head(current_setting('tests.head')))), 'an old head is part of a longer trail');

-- Somebody who can switch triggers off cuts off the newest three entries together with their links.
savepoint intact;
set local session_replication_role = replica;
delete from event_store where sequence in (select sequence from private.audit_chain
  where tenant_id = tests.tenant('acme') and position between split_part(current_setting('tests.head'), ':', 1)::bigint - 2 and split_part(current_setting('tests.head'), ':', 1)::bigint);
delete from private.audit_chain where tenant_id = tests.tenant('acme') and position > split_part(current_setting('tests.head'), ':', 1)::bigint - 3;
set local session_replication_role = origin;
select is((select is_intact from private.verify_audit_of(tests.tenant('acme'))), true, 'the shorter trail is sound by itself');
select results_eq($$ select is_intact, first_broken_position, lost from private.verify_audit_of(tests.tenant('acme'), private.read_audit_head(current_setting('tests.head'))) $$,
  $$ select false, split_part(current_setting('tests.head'), ':', 1)::bigint - 2, 3::bigint $$, 'the head tells that three are lost, and which is the first');
select private.seal_audits();
select results_eq($$ select is_intact, first_broken_position from private.verify_audit_of(tests.tenant('acme'), private.read_audit_head(current_setting('tests.head'))) $$,
  $$ select false, split_part(current_setting('tests.head'), ':', 1)::bigint $$, 'nor does it help to write the end anew');
rollback to intact;
select is((select is_intact from private.verify_audit_of(tests.tenant('globex'), private.read_audit_head(current_setting('tests.head')))), false, 'it is the head of one company');

select * from finish();
rollback;
