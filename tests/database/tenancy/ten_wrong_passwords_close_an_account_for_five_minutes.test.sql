begin;
select plan(15);

create function pg_temp.attempt(person text, is_right boolean) returns jsonb language plpgsql as $$
declare answer jsonb;
begin
  -- As the sign-in service does it.
  perform set_config('role', 'supabase_auth_admin', true);
  answer := private.hook_password_verification_attempt(jsonb_build_object('user_id', tests.account(person), 'valid', is_right));
  perform set_config('role', 'none', true);
  return answer;
end $$;
create function pg_temp.wrong(person text, times integer) returns jsonb language plpgsql as $$
declare answer jsonb;
begin
  for n in 1..times loop
    answer := pg_temp.attempt(person, false);
  end loop;
  return answer;
end $$;

select is(pg_temp.wrong('sales@acme.test', 9), '{"decision": "continue"}', 'nine wrong passwords are answered as ever');
select is(pg_temp.attempt('sales@acme.test', true), '{"decision": "continue"}', 'the right one is accepted');
select is((select count(*) from private.sign_in_failures), 0::bigint, 'and the wrong ones are forgotten');

select is(pg_temp.wrong('sales@acme.test', 10), '{"decision": "continue"}', 'the tenth in a row is wrong like the others');
select is(pg_temp.attempt('sales@acme.test', true), '{"decision": "reject", "message": "Invalid login credentials"}', 'after it the account is closed to the right password, in the words for a wrong one');
select is(pg_temp.attempt('sales@acme.test', false), '{"decision": "reject", "message": "Invalid login credentials"}', 'and to wrong ones');
select is((select count(*) from private.sign_in_failures), 10::bigint, 'what comes meanwhile does not keep it closed for longer');
select is(pg_temp.attempt('manager@acme.test', true), '{"decision": "continue"}', 'other accounts are open');

update private.sign_in_failures set failed_at = failed_at - interval '5 minutes';
select is(pg_temp.attempt('sales@acme.test', true), '{"decision": "continue"}', 'five minutes later it is open again');

-- Whoever proves that the mailbox is his does not wait.
select pg_temp.wrong('sales@acme.test', 10);
insert into private.password_resets (user_id, token_hash) values (tests.account('sales@acme.test'), encode(sha256('token'), 'hex'));
select lives_ok($$ select reset_password('token', 'another-password-2026') $$, 'a new password');
select is(pg_temp.attempt('sales@acme.test', true), '{"decision": "continue"}', 'opens the account');

select is(private.hook_password_verification_attempt('{"user_id": "01a00000-0000-7000-8000-000000000000", "valid": false}'), '{"decision": "continue"}', 'an account that is not ours is none of our business');
select pg_temp.wrong('sales@acme.test', 1);
update private.sign_in_failures set failed_at = failed_at - interval '31 days';
select private.run_maintenance();
select is((select count(*) from private.sign_in_failures), 0::bigint, 'after thirty days nothing is left of it');
select tests.sign_in('owner@acme.test');
select throws_ok($$ select private.hook_password_verification_attempt('{}') $$, '42501', null, 'nobody but the sign-in service may ask');
select tests.sign_out();
select set_eq(
  $$ select p.oid::regproc::text from pg_proc p
     where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace) and p.prorettype <> 'trigger'::regtype
       and has_function_privilege('supabase_auth_admin', p.oid, 'execute') and not p.oid in (select d.objid from pg_depend d where d.deptype = 'e')
     union all
     select c.oid::regclass::text from pg_class c
     where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relkind in ('r', 'v') and has_table_privilege('supabase_auth_admin', c.oid, 'select') $$,
  array['private.begin_proof', 'private.proof_held', 'private.hook_password_verification_attempt'], 'which can do nothing else with what is ours');

select * from finish();
rollback;
