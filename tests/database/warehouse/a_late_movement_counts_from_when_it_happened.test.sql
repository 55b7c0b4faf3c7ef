begin;
select plan(8);

create function pg_temp.move(quantity numeric, happened timestamptz) returns void language sql as
$$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
   values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), quantity, 'adjustment', 'test', tests.depot(), happened) $$;
select pg_temp.move(-400, now() - interval '5 days');
select pg_temp.move(400, now() - interval '3 days');
select throws_ok($$ select pg_temp.move(-10, now() - interval '10 days') $$, 'PT409', 'stock_history_negative', 'what was taken before the shelf was emptied would have been missing then');
select throws_ok($$ select pg_temp.move(-10, now() - interval '4 days') $$, 'PT409', 'stock_history_negative', 'while it was empty nothing could be taken');
select throws_ok($$ select pg_temp.move(-10, now() - interval '40 days') $$, 'PT409', 'stock_history_negative', 'nor before there was anything');
select lives_ok($$ select pg_temp.move(-10, now() - interval '2 days') $$, 'after it was filled again it could');
select lives_ok($$ select pg_temp.move(10, now() - interval '10 days') $$, 'a late receipt is always welcome');
select lives_ok($$ select pg_temp.move(-10, now() - interval '8 days') $$, 'and can be taken from');
select is(tests.stock('COL-300'), 390.000, 'the balance is the sum');
select throws_ok($$ select pg_temp.move(-391, now()) $$, 'PT409', 'stock_short', 'more than is there cannot go');

select * from finish();
rollback;
