begin;
select plan(13);

create function pg_temp.move(quantity numeric) returns void language sql security definer as $$
  insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id)
  values (tests.tenant('acme'), tests.depot(), tests.product('NEW'), quantity, 'adjustment', 'test', tests.depot())
$$;
create function pg_temp.told(event text) returns bigint language sql stable security definer as $$ select count(*) from event_store where event_type = event $$;
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'NEW', 'New', 'crate', 100);
select pg_temp.move(20);
select tests.sign_in('warehouse@acme.test');
update inventory set reorder_point = 10 where product_id = tests.product('NEW');
select tests.sign_out();
select pg_temp.move(-9);
select is(pg_temp.told('inventory.fell_below'), 0::bigint, 'eleven are enough');
select pg_temp.move(-2);
select is(pg_temp.told('inventory.fell_below'), 1::bigint, 'nine are not');
select pg_temp.move(-2);
select is(pg_temp.told('inventory.fell_below'), 1::bigint, 'it is told once while it is low');
select pg_temp.move(8);
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'NEW', 6));
select is(pg_temp.told('inventory.fell_below'), 2::bigint, 'and again after it was enough: what is promised is not available');
select tests.sign_in('warehouse@acme.test');
update inventory set reorder_point = 5 where product_id = tests.product('NEW');
update inventory set reorder_point = 12 where product_id = tests.product('NEW');
select tests.sign_out();
select is(pg_temp.told('inventory.fell_below'), 2::bigint, 'who raises the point knows what he does');

-- Mailed to those who keep that place.
select tests.limit_to('warehouse@acme.test', 'KLF');
select private.process_queue('notifications');
select is_empty($$ select id from messages where template = 'inventory.fell_below' $$, 'who keeps another depot is not mailed');
select tests.limit_to('warehouse@acme.test', 'NBO');
select pg_temp.move(20);
select pg_temp.move(-19);
select private.process_queue('notifications');
select private.process_queue('notifications');
select results_eq($$ select recipient, subject from messages where template = 'inventory.fell_below' $$, $$ values ('warehouse@acme.test', 'Acme Beverages: New runs low') $$, 'who keeps this one is, once');

-- Batches that last not much longer.
insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'carton', 100, 'batch');
select tests.sign_in('warehouse@acme.test');
select tests.remember('receipt', (create_adjustment(tests.depot(), tests.reason('Correction'), jsonb_build_array(jsonb_build_object('product_id', tests.product('MILK'), 'quantity', 3, 'batches', jsonb_build_array(
  jsonb_build_object('code', 'SOON', 'quantity', 1, 'expires_on', current_date + 20), jsonb_build_object('code', 'LATE', 'quantity', 2, 'expires_on', current_date + 40)))))).id);
select submit_adjustment(tests.id('receipt'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('receipt'));
select apply_adjustment(tests.id('receipt'));
select tests.sign_out();
select is(private.tell_nearly_expired(), 1::bigint, 'the batch that expires within thirty days is told of');
select is(private.tell_nearly_expired(), 0::bigint, 'once');
select is(pg_temp.told('batch.nearly_expired'), 1::bigint, 'as an event');
select private.process_queue('notifications');
select is((select subject from messages where template = 'batch.nearly_expired'), 'Acme Beverages: batch SOON expires soon', 'and by mail');

-- How long stock has lain: what came first is gone first.
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'OLD', 'Old', 'crate', 100);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
select tests.tenant('acme'), tests.depot(), tests.product('OLD'), q, 'adjustment', 'test', tests.depot(), now() - make_interval(days => days)
from (values (10, 100), (5, 70), (4, 40), (3, 10), (-7, 5)) as m (q, days) order by days desc;
select tests.sign_in('manager@acme.test');
select results_eq($$ select up_to_30, up_to_60, up_to_90, older, on_hand from stock_ageing(tests.depot()) where product_sku = 'OLD' $$, $$ values (3.000, 4.000, 5.000, 3.000, 15.000) $$, 'what is there is the youngest of what came');
select tests.sign_in('manager@globex.test');
select throws_ok($$ select * from stock_ageing(tests.depot()) $$, 'PT404', 'record_not_found', 'a stranger''s place is unknown');

select * from finish();
rollback;
