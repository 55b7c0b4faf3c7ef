begin;
select plan(12);

select tests.sign_in('sales@acme.test');
create function pg_temp.enter(quantity numeric, key uuid) returns uuid language sql as $$ select (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', quantity), idempotency_key => key)).id $$;
select tests.remember('order', pg_temp.enter(1, '01a00000-0000-7000-8000-000000000001'));
select is(pg_temp.enter(1, '01a00000-0000-7000-8000-000000000001'), tests.id('order'), 'the same request has the same answer');
select is((select count(*) from orders), 1::bigint, 'and there is one order');
select throws_ok($$ select pg_temp.enter(2, '01a00000-0000-7000-8000-000000000001') $$, 'PT409', 'idempotency_key_reused', 'another request under this key is refused');
select throws_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000001') $$, 'PT409', 'idempotency_key_reused', 'as is another command');
select throws_ok($$ select pg_temp.enter(0, '01a00000-0000-7000-8000-000000000002') $$, 'PT422', 'lines_invalid', 'a request that fails');
select lives_ok($$ select pg_temp.enter(3, '01a00000-0000-7000-8000-000000000002') $$, 'does not burn its key');
select lives_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003') $$, 'a step with a key');
select is((submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003')).status::text, 'pending_approval', 'is not refused the second time');
select throws_ok($$ select submit_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'without the key it is');
select tests.sign_in('sales@globex.test');
select throws_ok($$ select submit_order(tests.id('order'), null, '01a00000-0000-7000-8000-000000000003') $$, 'PT404', 'record_not_found', 'a key of another company tells a stranger nothing');

-- A phone that waited while its app and the server were renewed sends what it kept.
select tests.sign_out();
create sequence private.times;
grant usage on sequence private.times to authenticated;
create function pg_temp.renew(arguments text) returns void language plpgsql as $renew$
begin
  delete from private.exposed_functions where function_name = 'count_once';
  drop function if exists public.count_once, private.count_once;
  execute format('create function private.count_once(%s) returns bigint language sql as %L', arguments, $$ select nextval('private.times') $$);
  comment on function private.count_once is 'Counts.';
  perform private.expose_command('count_once');
  grant execute on function private.count_once, public.count_once to authenticated;
end
$renew$;
select pg_temp.renew('what text');
select tests.sign_in('sales@acme.test');
select count_once(what => 'crates', idempotency_key => '01a00000-0000-7000-8000-000000000004');
select tests.sign_out();
select pg_temp.renew('what text, more text default null');
select tests.sign_in('sales@acme.test');
select is(count_once(what => 'crates', idempotency_key => '01a00000-0000-7000-8000-000000000004'), 1::bigint, 'a retry that outlived an update of the command is answered as before');
select throws_ok($$ select count_once('crates', 'bottles', '01a00000-0000-7000-8000-000000000004') $$, 'PT409', 'idempotency_key_reused', 'unless it says more than it did');

select * from finish();
rollback;
