begin;
select plan(14);

create function pg_temp.trail(part text) returns table (operation text, actor uuid, command text, old_values jsonb, new_values jsonb) language sql as $$
  select l.operation, l.actor_id, l.command, l.old_values, l.new_values from public.audit_logs l
  where l.table_name = part and l.tenant_id = tests.tenant('acme') and l.command is not null order by l.id
$$;

-- Lines of an order: entered, amended, and not a word about what is derived.
select tests.remember('order', tests.approved('Kilimani Mini Mart', 'COL-300', 10));
select results_eq($$ select operation, actor, command, (new_values ->> 'quantity')::numeric from pg_temp.trail('order_items') where command = 'create_order' $$,
  $$ values ('insert', tests.account('sales@acme.test'), 'create_order', 10::numeric) $$, 'a line that is entered');
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('order'), tests.lines('COL-300', 8));
select tests.sign_out();
select results_eq($$ select operation, (coalesce(old_values, new_values) ->> 'quantity')::numeric from pg_temp.trail('order_items') where command = 'amend_order' $$,
  $$ values ('delete', 10::numeric), ('insert', 8::numeric) $$, 'a line that is amended: what it was and what it is');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('order'));
select tests.sign_out();
select is_empty($$ select * from pg_temp.trail('order_items') where command = 'allocate_order' $$, 'what is reserved for it follows and is not told');
update order_items set tax_rate = 8 where order_id = tests.id('order');
select results_eq($$ select old_values ->> 'tax_rate', new_values ->> 'tax_rate' from audit_logs where table_name = 'order_items' and operation = 'update' $$,
  $$ values ('16.00', '8.00') $$, 'a rate written by whatever hand is');
update order_items set tax_rate = 16 where order_id = tests.id('order');

-- Stops and counts of a trip.
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select is((select count(*) from pg_temp.trail('trip_stops') where operation = 'insert' and actor = tests.account('dispatcher@acme.test')), 1::bigint, 'a stop');
select results_eq($$ select actor from pg_temp.trail('loads') where command = 'confirm_load' $$,
  $$ values (tests.account('warehouse@acme.test')), (tests.account('driver@acme.test')) $$, 'who counted the load');
select tests.deliver(tests.id('order'), 6, 'Broken');
select results_eq($$ select actor, new_values ->> 'refused_reason' from pg_temp.trail('fulfilment_items') $$,
  $$ values (tests.account('driver@acme.test'), 'Broken') $$, 'what was delivered, and what was not');

-- Money.
select tests.sign_in('finance@acme.test');
select tests.remember('invoice', (issue_invoice((select i.id from invoices i where i.order_id = tests.id('order')))).id);
select tests.remember('payment', tests.money('Kilimani Mini Mart', 100));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('payment'), jsonb_build_array(jsonb_build_object('invoice_id', tests.id('invoice'), 'amount', 100)));
select cancel_payment(tests.id('payment'), 'typed wrongly');
select tests.sign_out();
select results_eq($$ select operation, command, coalesce(old_values, new_values) ->> 'amount' from pg_temp.trail('payment_allocations') $$,
  $$ values ('insert', 'allocate_payment', '100.00'), ('delete', 'cancel_payment', '100.00') $$, 'what paid what, and no longer does');
select throws_ok($$ update invoice_items set quantity = 1 $$, 'PT409', 'row_is_append_only', 'the lines of an invoice never change');
select throws_ok($$ delete from invoice_items $$, 'PT409', 'row_is_append_only', 'nor go');

-- Stock.
select tests.sign_in('warehouse@acme.test');
select create_adjustment(tests.depot(), tests.reason('Correction'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', -2)));
select tests.sign_out();
select results_eq($$ select actor, new_values ->> 'quantity' from pg_temp.trail('manual_adjustment_items') $$,
  $$ values (tests.account('warehouse@acme.test'), '-2.000') $$, 'a line of an adjustment');
select tests.sign_in('manager@acme.test');
update inventory set reorder_point = 12 where product_id = tests.product('COL-300') and warehouse_id = tests.depot() and condition = 'good';
select tests.sign_out();
select results_eq($$ select l.actor_id, l.new_values ->> 'reorder_point' from audit_logs l where l.table_name = 'inventory' and l.actor_id is not null $$,
  $$ values (tests.account('manager@acme.test'), '12.000') $$, 'and the reorder point, of all that a balance has');

-- The company.
select tests.sign_in('super@mzigo.test');
select set_tenant_status(tests.tenant('globex'), 'suspended');
select tests.sign_out();
select results_eq($$ select l.tenant_id, l.old_values, l.new_values, l.actor_id from audit_logs l where l.table_name = 'tenants' $$,
  $$ values (tests.tenant('globex'), '{"status": "active"}'::jsonb, '{"status": "suspended"}'::jsonb, tests.account('super@mzigo.test')) $$, 'a company that is closed');
select ok((select is_intact from private.verify_audit_of(tests.tenant('acme'))), 'all of it is part of the chain');

select * from finish();
rollback;
