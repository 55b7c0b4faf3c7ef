begin;
select plan(33);

select set_config('tests.today', private.tenant_today(tests.tenant('acme'))::text, true);
create function pg_temp.day(days integer) returns date language sql stable as $$ select current_setting('tests.today')::date + days $$;
create function pg_temp.milk() returns uuid language sql stable as $$ select tests.product('MILK') $$;
create function pg_temp.lot(code text, quantity numeric, lasts integer) returns jsonb language sql stable as $$
  select jsonb_strip_nulls(jsonb_build_object('code', code, 'quantity', quantity, 'expires_on', pg_temp.day(lasts)))
$$;
create function pg_temp.adjust(quantity numeric, batches jsonb default null, reason text default 'Correction', place uuid default tests.depot()) returns uuid language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  adjustment := (create_adjustment(place, tests.reason(reason), jsonb_build_array(
    jsonb_build_object('product_id', pg_temp.milk(), 'quantity', quantity) || coalesce(jsonb_build_object('batches', batches), '{}')),
    occurred_at => case when quantity > 0 then now() - interval '1 day' end)).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform tests.sign_in('warehouse@acme.test');
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
  return adjustment;
end $$;
create function pg_temp.left_of(code text, place uuid default tests.depot(), condition stock_condition default 'good') returns numeric language sql stable security definer as $$
  select coalesce(sum(s.on_hand), 0) from batch_stock s join batches b on b.id = s.batch_id where b.code = left_of.code and s.warehouse_id = place and s.condition = left_of.condition
$$;
create function pg_temp.found(batches jsonb, quantity numeric) returns void language plpgsql as $$
begin
  perform tests.sign_in('warehouse@acme.test');
  perform record_stock_count(tests.id('count'), jsonb_build_array(tests.found('MILK', quantity) || jsonb_build_object('batches', batches)));
  perform finish_stock_count(tests.id('count'), leave_uncounted => true);
  perform tests.sign_out();
end $$;
create function pg_temp.available(statement text) returns jsonb language plpgsql as $$
declare
  told text;
begin
  execute statement;
  return '"done"';
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return coalesce(told::jsonb #> '{short,0,available}', to_jsonb(sqlerrm));
end $$;

-- Receipts name the batch and its last day.
insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'carton', 100, 'batch');
select throws_ok($$ select pg_temp.adjust(10) $$, 'PT422', 'batches_invalid', 'what comes in has a batch');
select throws_ok($$ select pg_temp.adjust(10, jsonb_build_array(pg_temp.lot('A', 4, 9))) $$, 'PT422', 'batches_invalid', 'its batches sum to it');
select throws_ok($$ select pg_temp.adjust(10, '[{"code": "A", "quantity": 10, "expires_on": "soon"}]') $$, 'PT422', 'batches_invalid', 'a day is a day');
select throws_ok($$ select pg_temp.adjust(10, '["A"]') $$, 'PT422', 'batches_invalid', 'a batch is named in its form');
select throws_ok($$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), pg_temp.milk(), 1, 'opening', 'test', tests.depot()) $$, 'PT422', 'batch_missing', 'nothing comes in behind its back');
select pg_temp.adjust(30, jsonb_build_array(pg_temp.lot('LATE', 20, 40), pg_temp.lot('OLD', 10, -1)));
select pg_temp.adjust(10, jsonb_build_array(pg_temp.lot('SOON', 10, 5)));
select throws_ok($$ select pg_temp.adjust(1, jsonb_build_array(pg_temp.lot('SOON', 1, 6))) $$, 'PT409', 'batch_expiry_differs', 'a batch has one last day');
select is(tests.stock('MILK'), 40.000, 'all of it is stock');

-- Only what can still be sold is set aside.
select is(pg_temp.available($$ select tests.allocated('Kilimani Mini Mart', 'MILK', 31) $$), '30', 'the expired ten are not promised');
select tests.sign_in('sales@acme.test');
select is((select (q #>> '{lines,0,available}')::numeric from quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('MILK', 1)) q), 30.000, 'nor offered');
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'MILK', 14));
select throws_ok($$ select pg_temp.adjust(-17, jsonb_build_array(jsonb_build_object('code', 'LATE', 'quantity', 17))) $$, 'PT409', 'batch_short', 'what is set aside stays there in goods that can be sold');

-- First expired, first out; the van takes its batches along.
select tests.on_the_road(array[tests.id('order')]);
select results_eq($$ select pg_temp.left_of('OLD'), pg_temp.left_of('SOON'), pg_temp.left_of('LATE') $$, $$ values (10.000, 0.000, 16.000) $$, 'what expires first is loaded first');
select results_eq($$ select pg_temp.left_of('SOON', tests.van()), pg_temp.left_of('LATE', tests.van()) $$, $$ values (10.000, 4.000) $$, 'and is on the van');
select tests.deliver(tests.id('order'), 12, 'Two cartons too many');
select tests.sign_in('manager@acme.test');
select results_eq($$ select b.code, r.customer_name, r.quantity from batch_recipients r join batches b on b.id = r.batch_id order by b.code $$,
  $$ values ('LATE', 'Kilimani Mini Mart', 2.000), ('SOON', 'Kilimani Mini Mart', 10.000) $$, 'a recall knows who got how much');
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (select (submit_offload(t.id, jsonb_build_array(tests.found('MILK', 3)))).id from trips t where t.id = (select s.trip_id from trip_stops s where s.order_id = tests.id('order'))));
select tests.sign_out();
select tests.sign_in('manager@acme.test');
select approve_variance(v.id, 'other') from variances v where v.offload_id = tests.id('offload');
select review_offload(tests.id('offload'));
select approve_offload(tests.id('offload'));
select is(pg_temp.left_of('LATE'), 19.000, 'what comes home is of its batch, and what nobody expected of the one that lasts longest');
select tests.sign_out();

-- Returned goods are of the batches that went out, the ones that came back before left out.
create function pg_temp.returned(back_again numeric) returns void language plpgsql as $$
declare
  back uuid;
begin
  perform tests.sign_in('sales@acme.test');
  back := (request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_agg(jsonb_build_object('order_item_id', i.id, 'quantity', back_again)) from order_items i where i.order_id = tests.id('order')), 'unsold')).id;
  perform tests.sign_in('manager@acme.test');
  perform approve_return(back);
  perform tests.sign_in('warehouse@acme.test');
  perform receive_return(back, (select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', 0, 'suspect', back_again, 'defective', 0)) from return_items i where i.return_id = back));
  perform tests.sign_out();
end $$;
select pg_temp.returned(10);
select pg_temp.returned(2);
select results_eq($$ select pg_temp.left_of('SOON', tests.depot(), 'suspect'), pg_temp.left_of('LATE', tests.depot(), 'suspect') $$, $$ values (10.000, 2.000) $$, 'what comes back is of the batches that went out');

-- Between depots, in two steps.
select tests.remember('sent', tests.sent('MILK', 15));
select results_eq($$ select pg_temp.left_of('OLD', tests.transit()), pg_temp.left_of('LATE', tests.transit()) $$, $$ values (10.000, 5.000) $$, 'a transfer takes what expires first');
select tests.remember('other', tests.sent('MILK', 5));
select tests.sign_in('manager@acme.test');
select receive_part_transfer(tests.id('other'), tests.lines('MILK', 5));
select tests.sign_out();
select is(pg_temp.left_of('LATE', tests.depot('KLF')), 5.000, 'each transfer arrives with its own batches');
select tests.sign_in('manager@acme.test');
select receive_transfer(tests.id('sent'), tests.lines('MILK', 12), 'Three fell');
select tests.sign_out();
select is((select sum(quantity) from batch_movements where reference_id = tests.id('sent')), -3.000, 'what was lost is lost of its batch');
select is(tests.stock('MILK', tests.depot('KLF')), 17.000, 'the rest is there');
select is((select sum(s.on_hand) from batch_stock s where s.warehouse_id = tests.depot('KLF')), 17.000, 'batch by batch');

-- Conditions, reversals and counts.
select tests.remember('set_aside', (with a as (select create_adjustment(tests.depot(), tests.reason('Inspected'), jsonb_build_array(
  jsonb_build_object('product_id', pg_temp.milk(), 'quantity', -2), jsonb_build_object('product_id', pg_temp.milk(), 'quantity', 2, 'condition', 'suspect'))) from tests.sign_in('warehouse@acme.test')) select (create_adjustment).id from a));
select submit_adjustment(tests.id('set_aside'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('set_aside'));
select apply_adjustment(tests.id('set_aside'));
select tests.sign_out();
select is(pg_temp.left_of('LATE', tests.depot(), 'suspect'), 4.000, 'another condition is of the same batch');
select tests.sign_in('manager@acme.test');
select reverse_adjustment(tests.id('set_aside'), 'They are good');
select tests.sign_out();
select results_eq($$ select pg_temp.left_of('LATE', tests.depot(), 'suspect'), pg_temp.left_of('LATE') $$, $$ values (2.000, 9.000) $$, 'and is that again when it is taken back');
select tests.remember('count', tests.begun(tests.count_of('MILK')));
select pg_temp.found('[{"code": "LATE", "counted": 12}]', 12);
select tests.posted(tests.id('count'));
select is(pg_temp.left_of('LATE'), 12.000, 'what a count finds is of the batch that it names');
insert into warehouses (tenant_id, code, name) values (tests.tenant('acme'), 'NEW', 'New depot');
select tests.remember('count', tests.begun(tests.count_of('MILK', 'NEW')));
select pg_temp.found('[{"code": "FOUND", "counted": 1, "expires_on": "2199-01-01"}]', 1);
select tests.posted(tests.id('count'));
select results_eq($$ select s.on_hand, b.status::text from batch_stock s join batches b on b.id = s.batch_id where b.code = 'FOUND' $$, $$ values (1.000, 'open') $$, 'also where nobody knew it');

-- The ledgers agree, and nobody writes into them.
select is_empty($$ select i.warehouse_id, i.condition from inventory i where i.product_id = pg_temp.milk() and i.on_hand <> (
  select coalesce(sum(s.on_hand), 0) from batch_stock s where s.warehouse_id = i.warehouse_id and s.product_id = i.product_id and s.condition = i.condition) $$, 'the batches of a balance sum to it');
select is_empty($$ select m.id from inventory_transactions m where m.product_id = pg_temp.milk() and m.quantity <> (select coalesce(sum(b.quantity), 0) from batch_movements b where b.movement_id = m.id) $$, 'those of a movement, too');
select throws_ok($$ update batch_stock set on_hand = on_hand + 1 $$, 'PT409', 'balance_is_derived', 'a balance is not set');
select throws_ok($$ delete from batch_movements $$, 'PT409', 'row_is_append_only', 'a movement does not go');

-- Tracking begins and ends with nothing in stock.
select tests.sign_in('admin@acme.test');
select throws_ok($$ update products set tracking = 'none' where sku = 'MILK' $$, 'PT409', 'tracking_needs_no_stock', 'it does not end while some of it is there');
select throws_ok($$ update products set tracking = 'batch' where sku = 'COL-300' $$, 'PT409', 'tracking_needs_no_stock', 'nor begin');
select lives_ok($$ update products set tracking = 'batch' where sku = 'EMP-CRATE24' $$, 'it begins where nothing is');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Found'), '[]') $$, 'PT422', 'lines_invalid', 'lines are needed all the same');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Found'), jsonb_build_array(tests.lines('COL-300', 1) -> 0 || '{"batches": [{"code": "A", "quantity": 1}]}')) $$, 'PT422', 'batches_invalid', 'what has no batches names none');

select * from finish();
rollback;
