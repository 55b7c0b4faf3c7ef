begin;
select plan(11);

create function pg_temp.close() returns jsonb language plpgsql as $$
declare detail text;
begin
  perform tests.sign_in('manager@acme.test');
  perform deactivate_customer(tests.customer('Kilimani Mini Mart'));
  return 'null';
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return jsonb_build_object('error', sqlerrm) || detail::jsonb - 'customer_id';
end $$;
create function pg_temp.number(wanted text) returns text language sql security definer as $$
  select number from public.orders where id = tests.id(wanted) union all select number from public.payments where id = tests.id(wanted)
$$;
-- Things open with him, one after the other.
select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('money', tests.money('Kilimani Mini Mart', 5000));
select is(pg_temp.close(), jsonb_build_object('error', 'customer_has_open_documents', 'orders', jsonb_build_array(pg_temp.number('order')), 'payments', jsonb_build_array(pg_temp.number('money'))), 'an order and money are named');
select is(tests.status('customer', tests.customer('Kilimani Mini Mart')), 'active', 'he stays');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'), 'x');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('order'));
select tests.sign_out();
select is(pg_temp.close() -> 'orders', jsonb_build_array(pg_temp.number('order')), 'an allocated one too, with its reservation');
select tests.sign_out();
select throws_ok($$ update customers set status = 'inactive' where id = tests.customer('Kilimani Mini Mart') $$, 'PT409', 'customer_has_open_documents', 'whichever way he is closed');
select tests.on_the_road(array[tests.id('order')]);
select tests.deliver(tests.id('order'), 10, null, tests.lines('EMP-CRATE24', 10));
select is(pg_temp.close() -> 'invoices', jsonb_build_array(pg_temp.number('order')), 'a draft invoice by its order');
select tests.sign_in('finance@acme.test');
select issue_invoice((select id from invoices where order_id = tests.id('order')));
select is(pg_temp.close() -> 'invoices', '["INV-000001"]', 'an issued one by its number');
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('money'), (select jsonb_build_array(jsonb_build_object('invoice_id', i.id, 'amount', 4000)) from invoices i));
select tests.sign_out();
select tests.remember('rest', tests.money('Kilimani Mini Mart', 5048));
select tests.sign_in('finance@acme.test');
select allocate_payment(tests.id('rest'), (select jsonb_build_array(jsonb_build_object('invoice_id', i.id, 'amount', i.balance)) from invoices i));
select is(pg_temp.close(), jsonb_build_object('error', 'customer_has_open_documents', 'payments', jsonb_build_array(pg_temp.number('money'))), 'his advance is his');
select tests.sign_in('finance@acme.test');
select is((refund_payment(tests.id('money'), 1000, 'He closes')).unallocated, 0.00, 'given back');
select is(pg_temp.close(), 'null', 'he can be closed');
select is(tests.status('customer', tests.customer('Kilimani Mini Mart')), 'inactive', 'and is');
select tests.sign_out();
select is(tests.reserved('COL-300'), 0.000, 'with nothing reserved');

select * from finish();
rollback;
