begin;
select plan(10);

create function pg_temp.with_type(wanted public.order_type, quantity numeric) returns uuid language plpgsql as $$
declare
  created uuid;
begin
  perform tests.sign_in('sales@acme.test');
  created := (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', quantity), order_type => wanted, submit => true, acknowledges_similar => true)).id;
  perform tests.sign_in('manager@acme.test');
  perform approve_order(created, 'known customer');
  perform tests.sign_in('dispatcher@acme.test');
  perform allocate_order(created);
  perform tests.sign_out();
  return created;
end
$$;
create function pg_temp.empties(quantity numeric) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('product_id', p.container_product_id, 'quantity', empties.quantity)) from products p where p.id = tests.product('COL-300')
$$;
grant execute on function pg_temp.empties to public;

-- Only what comes in a container that goes back.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 1) || tests.lines('WAT-500', 1), order_type => 'refill') $$,
  'PT422', 'order_type_needs_containers', 'water in lost bottles is not refilled');
select tests.remember('mixed', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 1) || tests.lines('WAT-500', 1))).id);
select throws_ok($$ select amend_order(tests.id('mixed'), order_type => 'exchange') $$, 'PT422', 'order_type_needs_containers', 'nor exchanged');
select is((amend_order(tests.id('mixed'), tests.lines('COL-300', 1), order_type => 'exchange')).order_type::text, 'exchange', 'without it the rest is');
select tests.sign_out();

select tests.remember('refill', pg_temp.with_type('refill', 10));
select tests.remember('exchange', pg_temp.with_type('exchange', 10));
select tests.on_the_road(array[tests.id('refill'), tests.id('exchange')]);
select tests.sign_in('driver@acme.test');
select throws_ok($$ select complete_delivery(tests.id('refill'), tests.taken(tests.id('refill'), 10), 'Tom', tests.signature(), null, pg_temp.empties(9)) $$,
  'PT409', 'refill_without_empty', 'one full too many');
select throws_ok($$ select complete_delivery(tests.id('refill'), tests.taken(tests.id('refill'), 10), 'Tom', tests.signature()) $$, 'PT409', 'refill_without_empty', 'or all of them');
select lives_ok($$ select complete_delivery(tests.id('refill'), tests.taken(tests.id('refill'), 9, 'One empty was missing'), 'Tom', tests.signature(), null, pg_temp.empties(9)) $$, 'nine for nine');
select lives_ok($$ select complete_delivery(tests.id('exchange'), tests.taken(tests.id('exchange'), 10), 'Tom', tests.signature(), null, pg_temp.empties(9)) $$, 'an exchange lacks one');
select tests.sign_in('finance@acme.test');
select is((select deposit_total from invoices where order_id = tests.id('refill')), 0.00, 'the refill costs no deposit');
select is((select deposit_total / c.deposit_amount from invoices v join products p on p.id = tests.product('COL-300') join products c on c.id = p.container_product_id where v.order_id = tests.id('exchange')), 1.0,
  'the exchange costs that of the missing one');
select tests.sign_out();
select is((select sum(quantity) from container_ledger where holder = 'customer' and reference_id = tests.id('refill')), 0.000, 'after a refill he holds what he held');

select * from finish();
rollback;
