begin;
select plan(39);

create function pg_temp.worth(sku text, place uuid default tests.depot('KLF')) returns numeric language sql stable security definer as $$
  select coalesce((select v.value from stock_values v where v.product_id = tests.product(sku) and v.warehouse_id = place and v.condition = 'good'), 0)
$$;
create function pg_temp.bought(sku text, quantity numeric, unit_cost numeric) returns jsonb language sql stable security definer as $$
  select jsonb_build_array(jsonb_build_object('product_id', tests.product(sku), 'quantity', quantity, 'unit_cost', unit_cost))
$$;
create function pg_temp.ordered(items jsonb, vendor text default 'Mills Ltd') returns uuid language plpgsql as $$
declare
  made uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  made := (create_purchase_order((select v.id from vendors v where v.name = vendor), tests.depot('KLF'), items)).id;
  perform submit_purchase_order(made);
  perform tests.sign_in('manager@acme.test');
  perform approve_purchase_order(made);
  perform tests.sign_in('warehouse@acme.test');
  return made;
end $$;
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'OIL', 'Oil', 'tin', 100), (tests.tenant('acme'), 'RICE', 'Rice', 'bag', 100);
insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'box', 100, 'batch'), (tests.tenant('acme'), 'TANK', 'Tank', 'tank', 100, 'serial');
select tests.sign_in('manager@acme.test');
insert into vendors (name, over_receipt_percent) values ('Mills Ltd', 0), ('Generous Ltd', 10);

-- Who orders does not approve, and what a vendor is blocked for is not ordered.
select tests.sign_in('warehouse@acme.test');
select tests.remember('po', (create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 3, 3.33) || pg_temp.bought('RICE', 10, 50))).id);
select is((select total from purchase_orders where id = tests.id('po')), 509.99, 'an order is worth its lines');
select is((change_purchase_order(tests.id('po'), (select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 3, 3.33) || pg_temp.bought('RICE', 10, 40))).total, 409.99, 'also when its lines change');
select throws_ok($$ select create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), tests.lines('OIL', 3)) $$, 'PT422', 'costs_invalid', 'a line says what it costs');
select throws_ok($$ select create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), '[]') $$, 'PT422', 'lines_invalid', 'nothing is no order');
select throws_ok($$ select create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.van(), pg_temp.bought('OIL', 1, 1)) $$, 'PT422', 'warehouse_not_available', 'nothing is ordered for a van');
select throws_ok($$ select receive_purchase_order(tests.id('po')) $$, 'PT409', 'purchase_order_transition_illegal', 'a draft is not received');
select is((submit_purchase_order(tests.id('po'))).status::text, 'submitted', 'it waits for approval');
select throws_ok($$ select approve_purchase_order(tests.id('po')) $$, '42501', 'permission_denied', 'not everybody approves');
select tests.sign_in('manager@acme.test');
select tests.remember('own', (create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 1, 1))).id);
select submit_purchase_order(tests.id('own'));
select throws_ok($$ select approve_purchase_order(tests.id('own')) $$, '42501', 'separation_of_duties', 'who entered an order does not approve it');
select tests.sign_in('warehouse@acme.test');
select tests.remember('edited', (create_purchase_order((select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 2, 1))).id);
select tests.sign_in('manager@acme.test');
select change_purchase_order(tests.id('edited'), (select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 1, 2));
select submit_purchase_order(tests.id('edited'));
select throws_ok($$ select approve_purchase_order(tests.id('edited')) $$, '42501', 'separation_of_duties', 'nor does who changed it, though it is worth the same');
select block_vendor((select id from vendors where name = 'Mills Ltd'), 'Sent bad rice');
select throws_ok($$ select approve_purchase_order(tests.id('po')) $$, 'PT409', 'vendor_blocked', 'nothing is ordered from a blocked vendor');
select release_vendor((select id from vendors where name = 'Mills Ltd'));
select is((approve_purchase_order(tests.id('po'))).status::text, 'approved', 'somebody else approves it');
select throws_ok($$ select change_purchase_order(tests.id('po'), (select id from vendors where name = 'Mills Ltd'), tests.depot('KLF'), pg_temp.bought('OIL', 9, 2)) $$, 'PT409', 'purchase_order_transition_illegal', 'what is approved is not changed');
select block_vendor((select id from vendors where name = 'Mills Ltd'), 'Sent bad rice');

-- It comes in parts, in any order, and is worth to the cent what was ordered.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select receive_purchase_order(tests.id('po'), tests.lines('OIL', 3)) $$, 'PT409', 'purchase_short', 'a part is not all');
select is((receive_part_purchase_order(tests.id('po'), tests.lines('RICE', 4) || tests.lines('OIL', 1), ' DN-7 ')).status::text, 'partially_received', 'a part comes, also from a vendor who was blocked since');
select is(tests.stock('RICE', tests.depot('KLF')), 4.000, 'it is stock of the depot');
select is(pg_temp.worth('RICE'), 160.00, 'at what it was ordered for');
select is((select delivery_note from purchase_receipts where purchase_order_id = tests.id('po')), 'DN-7', 'the paper of the vendor is written down');
select throws_ok($$ select receive_part_purchase_order(tests.id('po'), tests.lines('RICE', 7)) $$, 'PT409', 'purchase_exceeds_order', 'no more comes than was ordered, over all parts');
select throws_ok($$ select receive_part_purchase_order(tests.id('po'), tests.lines('COL-300', 1)) $$, 'PT409', 'purchase_exceeds_order', 'nor what was not ordered');
select throws_ok($$ select cancel_purchase_order(tests.id('po'), 'Late') $$, 'PT409', 'purchase_order_transition_illegal', 'what has come in part is not called off');
select is((receive_part_purchase_order(tests.id('po'), tests.lines('OIL', 1))).status::text, 'partially_received', 'a second part comes');
select is((receive_purchase_order(tests.id('po'))).status::text, 'received', 'and the rest, without saying what');
select is((select received_total from purchase_orders where id = tests.id('po')), 409.99, 'all parts together are worth the order');
select is(array[pg_temp.worth('OIL'), pg_temp.worth('RICE')], array[9.99, 400.00], 'and so is the stock');
select throws_ok($$ select receive_part_purchase_order(tests.id('po'), tests.lines('OIL', 1)) $$, 'PT409', 'purchase_order_transition_illegal', 'nothing more comes of it');
select tests.sign_in('manager@acme.test');
select is((select sum(amount) from explain_figure('purchase_order_received_total', tests.id('po'))), 409.99, 'the figure names its receipts');
select is((select sum(amount) from explain_figure('purchase_order_total', tests.id('po'))), 409.99, 'and the total its lines');
select release_vendor((select id from vendors where name = 'Mills Ltd'));

-- The average moves; what nobody brings is closed; some vendors may bring more.
select tests.remember('next', pg_temp.ordered(pg_temp.bought('RICE', 10, 60)));
select receive_part_purchase_order(tests.id('next'), tests.lines('RICE', 5));
select is(pg_temp.worth('RICE'), 700.00, 'the next receipt moves the average');
select throws_ok($$ select close_purchase_order(tests.id('next'), 'Harvest failed') $$, '42501', 'permission_denied', 'who takes goods in does not close an order');
select tests.sign_in('manager@acme.test');
select is((close_purchase_order(tests.id('next'), 'Harvest failed')).status::text, 'closed', 'what does not come is closed with a reason');
select tests.remember('more', pg_temp.ordered(pg_temp.bought('OIL', 25, 2), 'Generous Ltd'));
select throws_ok($$ select receive_purchase_order(tests.id('more'), tests.lines('OIL', 28)) $$, 'PT409', 'purchase_exceeds_order', 'a vendor brings no more than he may');
select is((receive_purchase_order(tests.id('more'), tests.lines('OIL', 27))).received_total, 54.00, 'up to that, in whole units, more is taken in and paid for');

-- Goods that are tracked.
select tests.remember('tracked', pg_temp.ordered(pg_temp.bought('MILK', 6, 10) || pg_temp.bought('TANK', 1, 900)));
select throws_ok($$ select receive_part_purchase_order(tests.id('tracked'), tests.lines('MILK', 2)) $$, 'PT422', 'batches_invalid', 'goods that have batches name them');
select receive_part_purchase_order(tests.id('tracked'), jsonb_build_array(jsonb_build_object('product_id', tests.product('MILK'), 'quantity', 6,
  'batches', '[{"code": "A1", "quantity": 4, "expires_on": "2031-01-01"}, {"code": "A2", "quantity": 2, "expires_on": "2031-02-01"}]'::jsonb)));
select is((select string_agg(b.code || ' ' || m.quantity, ', ' order by b.code) from batch_movements m join batches b on b.id = m.batch_id where m.reference_id = tests.id('tracked')), 'A1 4.000, A2 2.000', 'and are of them');
select throws_ok($$ select receive_purchase_order(tests.id('tracked')) $$, 'PT409', 'serials_needed', 'pieces are scanned before they come in');
select scan_serials('purchase_order', tests.id('tracked'), '{t-100}', tests.product('TANK'), 'good');
select is((receive_purchase_order(tests.id('tracked'))).status::text, 'received', 'then they do');
select tests.remember('off', pg_temp.ordered(pg_temp.bought('TANK', 1, 900)));
select scan_serials('purchase_order', tests.id('off'), '{t-200}', tests.product('TANK'), 'good');
select tests.sign_in('manager@acme.test');
select cancel_purchase_order(tests.id('off'), 'Late');
select tests.sign_out();
select is((select count(*) from private.serial_scans c where c.document_id = tests.id('off') and c.is_open), 0::bigint, 'what was scanned for an order that was called off is free again');

select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme')) r where r.derivation ~ 'purchase|stock|serial|batch' and r.kept <> r.derived), 0::bigint, 'what is kept follows from what came');

select * from finish();
rollback;
