begin;
select plan(9);

create function pg_temp.basket(customer text default 'Westlands Wholesalers') returns text language sql as $$
  select string_agg(b.sku || ' ' || trim_scale(b.quantity) || ' ' || b.times || '/' || b.of_orders, ', ') from usual_basket(tests.customer(customer)) b
$$;
create function pg_temp.ordered(wanted jsonb) returns uuid language plpgsql as $$
declare
  entered uuid;
begin
  perform tests.sign_in('sales@acme.test');
  entered := (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), wanted, submit => true)).id;
  perform tests.sign_out();
  return entered;
end $$;
update orders set status = 'cancelled', status_reason = 'arranged' where customer_id = tests.customer('Westlands Wholesalers') and status in ('draft', 'pending_approval', 'approved');

select tests.sign_in('sales@acme.test');
select is((select count(*) from usual_basket((select id from customers c where not exists (select from orders o where o.customer_id = c.id) limit 1))), 0::bigint, 'who never ordered has no usual basket');
select tests.sign_out();
select pg_temp.ordered(tests.lines('COL-300', n) || case when n > 12 then tests.lines('GIN-300', 2) else '[]' end || case when n = 10 then tests.lines('ORG-300', 1) else '[]' end)
from generate_series(10, 15) n;
select tests.sign_in('sales@acme.test');
select is(pg_temp.basket(), 'COL-300 12 6/6, GIN-300 2 3/6', 'what is in at least half of the last six orders, in its middle quantity, the most frequent first');
select tests.remember('draft', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 90))).id);
select is(pg_temp.basket(), 'COL-300 12 6/6, GIN-300 2 3/6', 'a draft is no habit');
select tests.sign_out();
update products set is_active = false where id = tests.product('GIN-300');
select tests.sign_in('sales@acme.test');
select is(pg_temp.basket(), 'COL-300 12 6/6', 'what is no longer sold is left out');
select lives_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), (select jsonb_agg(jsonb_build_object('product_id', b.product_id, 'quantity', b.quantity)) from usual_basket(tests.customer('Westlands Wholesalers')) b)) $$, 'it can be ordered as it is');
select tests.sign_out();

-- An order that was split is one order.
select tests.remember('split', tests.approved('Kilimani Mini Mart', 'COL-300', (select i.available + 7 from inventory i where i.warehouse_id = tests.depot() and i.product_id = tests.product('COL-300') and i.condition = 'good'), true));
create temp table whole as select quantity from order_items where order_id = tests.id('split');
grant select on whole to authenticated;
update orders set status = 'cancelled', status_reason = 'arranged' where customer_id = tests.customer('Kilimani Mini Mart') and status in ('draft', 'pending_approval', 'approved') and id <> tests.id('split');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('split'));
select tests.sign_in('sales@acme.test');
select is((select max(b.quantity) from usual_basket(tests.customer('Kilimani Mini Mart')) b where b.sku = 'COL-300'), (select quantity from whole), 'with what went into its backorder');
select throws_ok($$ select * from usual_basket((select id from customers where tenant_id = tests.tenant('globex') limit 1)) $$, 'PT404', 'record_not_found', 'a customer that is not there has none');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select * from usual_basket(tests.customer('Westlands Wholesalers')) $$, 'PT404', 'record_not_found', 'a stranger learns nothing');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select * from usual_basket(tests.customer('Westlands Wholesalers')) $$, '42501', 'permission_denied', 'nor does who takes no orders');

select * from finish();
rollback;
