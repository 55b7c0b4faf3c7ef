begin;
select plan(13);

create function pg_temp.at(address text) returns void language plpgsql as $$
begin
  perform set_config('request.headers', json_build_object('x-forwarded-for', address)::text, true);
  perform set_config('response.headers', '', true);
end $$;
create function pg_temp.guess(times integer) returns text language plpgsql as $$
declare answer jsonb;
begin
  for n in 1..times loop
    answer := case when n % 2 = 0 then reset_password('guess-' || n, 'stolen-password-9') else accept_invitation('guess-' || n, 'stolen-password-9') end;
  end loop;
  return answer ->> 'message';
end $$;
create function pg_temp.wait_for(kind text, address text) returns integer language plpgsql as $$
declare answer record;
begin
  -- As the front of the sign-in service does it.
  perform set_config('role', 'supabase_auth_admin', true);
  answer := private.begin_proof(kind, address);
  perform set_config('role', 'none', true);
  return answer.wait_seconds;
end $$;
grant execute on all functions in schema pg_temp to public;

set local role anon;
select pg_temp.at('192.0.2.1');
select matches(pg_temp.guess(30), '_not_valid$', 'thirty guesses at links are answered, whatever they were for');
select is(pg_temp.guess(1), 'proof_rests', 'then the address rests');
select is(current_setting('response.status'), '429', 'with the status for it');
select is((current_setting('response.headers')::jsonb -> 0 ->> 'Retry-After')::int between 290 and 300, true, 'and for how long');

reset role;
insert into private.password_resets (user_id, token_hash) values (tests.account('sales@acme.test'), encode(sha256('token'), 'hex'));
set local role anon;
select is(reset_password('token', 'another-password-2026') ->> 'message', 'proof_rests', 'a right link is not looked at either');
select pg_temp.at('192.0.2.2');
select is(reset_password('token', 'another-password-2026') ->> 'email', 'sales@acme.test', 'from elsewhere it works');
reset role;
select is((select count(*) from private.proof_attempts where address = encode(sha256('192.0.2.2'), 'hex')), 0::bigint, 'and what was right is not counted');
select is((select count(*) from private.proof_attempts where address like '%192%'), 0::bigint, 'addresses are not kept as such');

-- Signing in has counts of its own.
select is(pg_temp.wait_for('password', '192.0.2.1'), 0, 'whoever guessed at links may still sign in');
select pg_temp.wait_for('password', '192.0.2.1') from generate_series(1, 29);
select is(pg_temp.wait_for('password', '192.0.2.1') between 290 and 300, true, 'thirty times');
select is(pg_temp.wait_for('refresh', '192.0.2.1'), 0, 'sessions are renewed meanwhile');
update private.proof_attempts set tried_at = tried_at - interval '5 minutes';
select is(pg_temp.wait_for('password', '192.0.2.1'), 0, 'five minutes later it is open again');
update private.proof_attempts set tried_at = tried_at - interval '61 minutes';
select private.run_maintenance();
select is((select count(*) from private.proof_attempts), 0::bigint, 'after an hour nothing is left of it');

select * from finish();
rollback;
