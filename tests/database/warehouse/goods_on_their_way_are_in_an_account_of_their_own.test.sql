begin;
select plan(17);

create function pg_temp.everywhere() returns numeric language sql security definer as $$
  select sum(i.on_hand) from inventory i where i.tenant_id = tests.tenant('acme') and i.product_id = tests.product('COL-300') $$;
select set_config('tests.total', pg_temp.everywhere()::text, true);
create function pg_temp.is_whole() returns boolean language sql as $$ select pg_temp.everywhere() = current_setting('tests.total')::numeric $$;

select tests.sign_in('warehouse@acme.test');
select tests.remember('transfer', (create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('COL-300', 30), 'Easter')).id);
select is(tests.stock('COL-300'), 400.000, 'a draft moves nothing');
select is((dispatch_transfer(tests.id('transfer'))).status::text, 'dispatched', 'it is sent');
select is(tests.stock('COL-300'), 370.000, 'and has left');
select is(tests.stock('COL-300', tests.transit()), 30.000, 'it is on its way');
select is(tests.stock('COL-300', tests.depot('KLF')), 120.000, 'and not there yet');
select ok(pg_temp.is_whole(), 'nothing is lost from the sum');
select throws_ok($$ select create_adjustment(tests.transit(), tests.reason('Correction'), tests.lines('COL-300', -1)) $$, 'PT422', 'warehouse_not_available', 'nobody works in the account of what is on its way');
select tests.sign_in('manager@acme.test');
select throws_ok($$ update warehouses set is_active = true where kind = 'transit' $$, 'PT422', 'transit_is_never_chosen', 'nor opens it');
select throws_ok($$ insert into warehouses (code, name, kind, is_active) values ('T2', 'Another', 'transit', false) $$, 'PT409', 'transit_account_taken', 'there is one');
select is((receive_transfer(tests.id('transfer'), tests.lines('COL-300', 30))).status::text, 'received', 'somebody else receives it');
select is(tests.stock('COL-300', tests.depot('KLF')), 150.000, 'it is there');
select is(tests.stock('COL-300', tests.transit()), 0.000, 'nothing is on its way any more');
select ok(pg_temp.is_whole(), 'the sum is the same');

select tests.sign_out();
select tests.remember('back', tests.sent('COL-300', 5));
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select cancel_transfer(tests.id('back'), ' ') $$, 'PT422', 'reason_required', 'calling it off needs a reason');
select is((cancel_transfer(tests.id('back'), 'The road is closed')).status::text, 'cancelled', 'then it turns round');
select is(tests.stock('COL-300'), 370.000, 'and the goods are back');
select ok(pg_temp.is_whole(), 'all of them');

select * from finish();
rollback;
