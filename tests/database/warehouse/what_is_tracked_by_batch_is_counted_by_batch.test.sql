begin;
select plan(20);

create function pg_temp.receive(code text, quantity numeric) returns void language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  adjustment := (create_adjustment(tests.depot(), tests.reason('Correction'), jsonb_build_array(jsonb_build_object('product_id', tests.product('MILK'), 'quantity', quantity,
    'batches', jsonb_build_array(jsonb_build_object('code', code, 'quantity', quantity, 'expires_on', '2190-01-01')))), occurred_at => now() - interval '1 day')).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform tests.sign_in('warehouse@acme.test');
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
end $$;
create function pg_temp.record(quantity numeric, batches text) returns void language sql as $$
  select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('MILK', quantity) || jsonb_build_object('batches', batches::jsonb)))
$$;
create function pg_temp.left_over() returns text language sql stable security definer as $$
  select string_agg(b.code || ' ' || s.on_hand, ', ' order by b.code) from batch_stock s join batches b on b.id = s.batch_id where b.product_id = tests.product('MILK') and s.warehouse_id = tests.depot()
$$;
create function pg_temp.differences() returns text language sql stable as $$
  select string_agg(t.code || ' ' || b.counted || ' of ' || coalesce(b.expected::text, '?'), ', ' order by t.code) from stock_count_batches b join batches t on t.id = b.batch_id where b.stock_count_id = tests.id('count')
$$;
insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'carton', 100, 'batch');
select pg_temp.receive('A', 10);
select pg_temp.receive('B', 5);
select tests.remember('count', tests.begun(tests.count_of('MILK')));

-- What a line has to say.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.record(15, '[]') $$, 'PT422', 'batches_invalid', 'it is said of which batches they are');
select throws_ok($$ select pg_temp.record(15, '[{"code": "A", "counted": 10}]') $$, 'PT422', 'batches_invalid', 'they sum to the line');
select throws_ok($$ select pg_temp.record(15, '[{"code": "A", "counted": 10}, {"code": " A", "counted": 5}]') $$, 'PT422', 'batches_invalid', 'each is named once');
select throws_ok($$ select pg_temp.record(10, '[{"code": "A", "counted": 10, "expires_on": "2190-01-02"}]') $$, 'PT409', 'batch_expiry_differs', 'with the day that is known');
select throws_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 1) || '{"batches": [{"code": "A", "counted": 1}]}')) $$, 'PT422', 'batches_invalid', 'what has no batches names none');
select lives_ok($$ select pg_temp.record(3, '[{"code": "A", "counted": 3}]') $$, 'a first figure');
select lives_ok($$ select pg_temp.record(15, '[{"code": "A", "counted": 8}, {"code": "C", "counted": 7, "expires_on": "2191-01-01"}]') $$, 'which the second one replaces, with a batch that nobody knew');
select is(pg_temp.differences(), 'A 8.000 of ?, C 7.000 of ?', 'who counts is told nothing of the books');
select finish_stock_count(tests.id('count'));
select tests.sign_in('manager@acme.test');
select is(pg_temp.differences(), 'A 8.000 of 10.000, B 0.000 of 5.000, C 7.000 of 0.000', 'then each batch has its difference, also what nobody found');
select is((select variance from stock_count_items where stock_count_id = tests.id('count')), 0.000, 'though the line has none');
select tests.sign_in('admin@globex.test');
select is((select count(*) from stock_count_batches), 0::bigint, 'a stranger sees nothing of it');
select tests.sign_out();

select tests.posted(tests.id('count'));
select is(pg_temp.left_over(), 'A 8.000, B 0.000, C 7.000', 'posted, each batch is what was found');
select is((select string_agg(quantity::text, ', ' order by quantity) from inventory_transactions where reference_id = tests.id('count')), '-7.000, 7.000', 'by what is missing and what was found');
select is(tests.stock('MILK'), 15.000, 'the stock is the same');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every ledger agrees');

-- A recount forgets what was found; a count of nothing empties the batches.
select tests.remember('count', tests.begun(tests.count_of('MILK')));
select tests.sign_in('warehouse@acme.test');
select pg_temp.record(9, '[{"code": "A", "counted": 9}]');
select finish_stock_count(tests.id('count'));
select tests.sign_in('manager@acme.test');
select recount_stock_count(tests.id('count'), jsonb_build_array(jsonb_build_object('product_id', tests.product('MILK'))));
select is(pg_temp.differences(), null, 'counted again, the batches are open again');
select tests.sign_in('warehouse@acme.test');
select lives_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('MILK', 0))) $$, 'nothing is of no batch');
select finish_stock_count(tests.id('count'));
select tests.sign_out();
select tests.posted(tests.id('count'));
select is(pg_temp.left_over(), 'A 0.000, B 0.000, C 0.000', 'then nothing is left');
select is(tests.stock('MILK'), 0.000, 'in sum either');
select throws_ok($$ delete from stock_count_batches $$, '42501', null, 'and nobody takes it away') from tests.sign_in('manager@acme.test');

select * from finish();
rollback;
