begin;
select plan(15);

-- What is won is earned.
select tests.sign_in('manager@acme.test');
insert into commission_plans (name, basis, rate, valid_from) values ('Deals', 'won_deals', 5, '2026-01-01');
select tests.sign_in('sales@acme.test');
select tests.remember('deal', (create_deal('Festival', tests.customer('Kilimani Mini Mart'))).id);
select change_deal(tests.id('deal'), 'Festival', 100);
select win_deal(tests.id('deal'));
select tests.remember('earned', (select s.id from commission_statements s));
select tests.sign_out();
-- Figures of every kind: a payment that paid an invoice, an order on the road, one that is reserved.
select tests.money('Kilimani Mini Mart', 500, 'QGH7KLM2XA');
select tests.remember('sold', tests.allocated('Kilimani Mini Mart', 'COL-300', 3));
select tests.remember('trip', tests.on_the_road(array[tests.id('sold')]));
select tests.deliver(tests.id('sold'), 3, payment => '{"method": "cash", "amount": 10}');
select tests.sign_in('driver@acme.test');
select tests.remember('settlement', (submit_settlement(tests.id('trip'), 10)).id);
select tests.sign_in('finance@acme.test');
select approve_settlement(tests.id('settlement'), 10);
select issue_invoice((select id from invoices where order_id = tests.id('sold')));
select tests.sign_in('finance@acme.test');
select allocate_payment(p.id, (select jsonb_build_array(jsonb_build_object('invoice_id', i.id, 'amount', 1)) from invoices i where i.status = 'issued' and i.customer_id = p.customer_id order by i.created_at desc limit 1))
from payments p where p.reference = 'QGH7KLM2XA';
select tests.sign_out();
-- And one crate that came back, with its credit note.
select tests.remember('line', (select i.id from order_items i join orders o on o.id = i.order_id where o.status = 'delivered' and i.quantity_delivered = 3 and o.tenant_id = tests.tenant('acme')));
select tests.sign_in('sales@acme.test');
select tests.remember('invoice', (select i.invoice_id from invoice_items i where i.order_item_id = tests.id('line')));
select tests.remember('return', (request_return(tests.customer('Kilimani Mini Mart'), jsonb_build_array(jsonb_build_object('order_item_id', tests.id('line'), 'quantity', 1)), 'quality')).id);
select tests.sign_in('manager@acme.test');
select approve_return(tests.id('return'));
select receive_return(tests.id('return'), (select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', 1, 'suspect', 0, 'defective', 0)) from return_items i where i.return_id = tests.id('return')));
select tests.sign_in('finance@acme.test');
select tests.remember('note', (select id from credit_notes where return_id = tests.id('return')));
select issue_credit_note(tests.id('note'));
select tests.sign_out();
select tests.remember('reserved', tests.allocated('Kilimani Mini Mart', 'COL-300', 2));
select tests.remember('sent', tests.sent('COL-300', 4));
select tests.sign_in('manager@acme.test');
insert into vendors (name) values ('Mills Ltd');
select tests.remember('purchase', (create_purchase_order((select id from vendors), tests.depot(), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 2, 'unit_cost', 5)))).id);
select tests.sign_out();
insert into products (tenant_id, sku, name, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 1, 'batch');
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), tests.product('MILK'), 3, 'count', 'test', tests.depot());
insert into products (tenant_id, sku, name, base_price, tracking) values (tests.tenant('acme'), 'CYL', 'Cylinder', 1, 'serial');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'nothing differs after a day of work');
select is((select count(*) from private.derivations d where not exists (
  select from information_schema.tables t where t.table_schema = 'private' and t.table_name = 'derived__' || d.derivation)), 0::bigint, 'every figure has its view');

-- Somebody who can switch triggers off changes one figure of each kind.
set local session_replication_role = replica;
create temporary table tampered (derivation text, record_id uuid);
grant select on tampered to authenticated;
with t as (update inventory set on_hand = on_hand + 5 where tenant_id = tests.tenant('acme') and warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good' returning id)
insert into tampered select 'inventory_on_hand', id from t union all select 'containers_in_places', tests.depot();
with t as (update inventory set reserved = reserved + 1 where tenant_id = tests.tenant('acme') and warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good' returning id)
insert into tampered select 'inventory_reserved', id from t;
with t as (update purchase_order_items set received = 1 where purchase_order_id = tests.id('purchase') returning id)
insert into tampered select 'purchase_order_received', id from t;
with t as (update purchase_orders set total = total + 1, received_total = 1 where id = tests.id('purchase') returning id)
insert into tampered select d, t.id from t, (values ('purchase_order_total'), ('purchase_order_received_total')) v (d);
with t as (insert into proposals (tenant_id, number, deal_id, revision, valid_until, currency, subtotal) values (tests.tenant('acme'), 'PROP-1', gen_random_uuid(), 1, '2090-01-01', 'KES', 1) returning id)
insert into tampered select 'proposal_total', id from t;
with t as (update order_items set quantity = quantity + 1 where order_id = tests.id('reserved') returning id)
insert into tampered select 'order_item_reserved', id from t;
with t as (update order_items i set quantity_delivered = 2 from orders o where o.id = i.order_id and o.tenant_id = i.tenant_id and o.status = 'delivered' and i.quantity_delivered = 3 returning i.id)
insert into tampered select 'order_item_delivered', id from t;
with t as (update order_items set discount_amount = 1 where order_id = tests.id('reserved') returning id)
insert into tampered select 'order_item_discount', id from t;
with t as (update orders set subtotal = subtotal + 1 where id = tests.id('reserved') returning id)
insert into tampered select 'order_subtotal', id from t;
with t as (update orders set tax_total = tax_total + 1 where id = tests.id('reserved') returning id)
insert into tampered select 'order_tax', id from t;
with t as (update invoices i set paid_total = i.paid_total + 1 where i.id = tests.id('invoice') returning id)
insert into tampered select 'invoice_paid', id from t;
with t as (update payments p set allocated_total = 2 where p.reference = 'QGH7KLM2XA' returning id)
insert into tampered select 'payment_allocated', id from t;
with t as (update invoices i set subtotal = subtotal + 1 where i.id = tests.id('invoice') returning id)
insert into tampered select 'invoice_total', id from t;
with t as (update payments p set refunded_total = 3 where p.reference = 'QGH7KLM2XA' returning id)
insert into tampered select 'payment_refunded', id from t;
with t as (update private.deposit_layers l set held = held + 1, invoiced = invoiced - 1, kept = kept + 1 where l.tenant_id = tests.tenant('acme') and l.customer_id = tests.customer('Kilimani Mini Mart') and l.held > 0 returning customer_id)
insert into tampered select d, t.customer_id from t, (values ('containers_held'), ('containers_invoiced'), ('containers_kept')) v (d);
with t as (update credit_notes c set subtotal = subtotal + 1 where c.id = tests.id('note') returning id)
insert into tampered select d, t.id from t, (values ('credit_note_total'), ('credit_note_money')) v (d);
with t as (update settlements s set cash = 11, spent = 1 where s.id = tests.id('settlement') returning id)
insert into tampered select d, t.id from t, (values ('settlement_cash'), ('settlement_spent')) v (d);
with t as (update commission_statements s set total = total + 1 where s.id = tests.id('earned') returning id)
insert into tampered select 'commission_total', id from t;
with t as (update order_items i set quantity_returned = 2 where i.id = tests.id('line') returning id)
insert into tampered select 'order_line_returned', id from t;
with t as (update transfer_items set received = received + 1 where transfer_id = tests.id('sent') returning id, product_id)
insert into tampered select 'transfer_received', id from t union all select 'goods_in_transit', i.id from t join inventory i using (product_id) where i.warehouse_id = tests.transit() and i.condition = 'good';
with t as (update batch_stock set on_hand = on_hand + 1 where product_id = tests.product('MILK') returning id, product_id)
insert into tampered select 'batch_stock', id from t union all select 'batches_of_stock', i.id from t join inventory i using (product_id) where i.warehouse_id = tests.depot() and i.condition = 'good';
with t as (update stock_values set value = value + 1 where tenant_id = tests.tenant('acme') and warehouse_id = tests.depot('KLF') and product_id = tests.product('COL-300') returning id)
insert into tampered select 'stock_value', id from t;
-- A cylinder that no movement brought here.
with t as (insert into assets (tenant_id, number, name, kind_id, warehouse_id, last_maintenance_on, next_maintenance_on)
  select k.tenant_id, 'AST-1', 'Cooler', k.id, tests.depot(), '2026-01-01', '2026-02-01' from asset_kinds k where k.tenant_id = tests.tenant('acme') and k.name = 'Cooler' returning id)
insert into tampered select d, t.id from t, (values ('asset_last_maintenance'), ('asset_next_maintenance')) v (d);
insert into inventory (tenant_id, warehouse_id, product_id) values (tests.tenant('acme'), tests.depot(), tests.product('CYL'));
with t as (insert into serials (tenant_id, code, product_id, warehouse_id) values (tests.tenant('acme'), 'CYL-1', tests.product('CYL'), tests.depot()) returning id, product_id)
insert into tampered select 'serial_places', id from t union all select 'serials_of_stock', i.id from t join inventory i using (product_id) where i.warehouse_id = tests.depot() and i.condition = 'good';
set local session_replication_role = origin;
select set_eq($$ select distinct derivation from tampered $$, $$ select derivation from private.derivations where derivation not in (select registry from private.registries) $$, 'one figure of every kind was changed');

select tests.sign_in('auditor@acme.test');
select set_eq($$ select derivation, record_id from rebuild_balances()
  -- Registries say what stood there before: that is tried in tests/database/registries.
  where derivation not in ('activity_feed', 'assignments', 'calendar_events', 'document_registry', 'financial_ledger', 'inventory_registry', 'location_registry', 'people_directory', 'status_tracker') $$, $$ select derivation, record_id from tampered $$, 'each of them is named, and nothing else');
select results_eq($$ select kept - derived from rebuild_balances() where derivation = 'inventory_on_hand' $$, $$ values (5.000) $$, 'by how much it differs');
select tests.sign_in('admin@globex.test');
select is((select count(*) from rebuild_balances()), 0::bigint, 'another company sees none of it');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select * from rebuild_balances() $$, '42501', 'permission_denied', 'auditors ask for it');
select tests.sign_out();

-- A balance that was never made, and one whose movements are gone.
savepoint tampered;
set local session_replication_role = replica;
delete from inventory where warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good';
set local session_replication_role = origin;
select set_eq($$ select derivation, kept is null from private.rebuild_balances_of(tests.tenant('acme')) where derivation like 'inventory%' and derivation <> 'inventory_registry' $$,
  $$ values ('inventory_on_hand', true), ('inventory_reserved', true) $$, 'a balance that is missing differs, too');
rollback to tampered;

-- Every company once a day. What is kept wrongly of a document is also not what the ledger tells of it.
select set_config('tests.differences', ((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))) + (select count(*) from private.refold_documents_of(tests.tenant('acme'))))::text, true);
select is((select count(*) from generate_series(1, 5) n where private.verify_next_company() = 1), 2::bigint, 'each company is verified');
select is(private.verify_next_company(), 0::bigint, 'once');
select results_eq($$ select differences, is_audit_intact, jsonb_array_length(examples) from private.verifications where tenant_id = tests.tenant('acme') $$,
  $$ select current_setting('tests.differences')::bigint, true, least(20, current_setting('tests.differences')::int) $$, 'what differs is noted, the first twenty in full');
select is((select differences from private.verifications where tenant_id = tests.tenant('globex')), 0::bigint, 'for each company by itself');
select ok((select m.value from private.metrics() m where m.name = 'mzigo_verification_differences') = current_setting('tests.differences')::numeric, 'and shows in the metrics');
update private.verifications set verified_at = verified_at - interval '25 hours' where tenant_id = tests.tenant('globex');
select is((private.run_maintenance() ->> 'verified')::int, 1, 'maintenance does it again the next day');
select is((select verified_at from private.verifications where tenant_id = tests.tenant('globex')), now(), 'for whoever is due');

select * from finish();
rollback;
