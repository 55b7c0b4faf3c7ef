begin;
select plan(12);

create function pg_temp.suggested(sku text, depot text default 'NBO') returns numeric language sql as $$
  select s.suggested from reorder_suggestions s where s.product_id = tests.product(sku) and s.warehouse_id = tests.depot(depot) $$;
grant execute on all functions in schema pg_temp to public;
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.suggested('COL-300'), null, 'there is enough');
select lives_ok($$ update inventory set reorder_point = 450 where product_id = tests.product('COL-300') and warehouse_id = tests.depot() $$, 'the reorder point is set where the stock is');
select is(pg_temp.suggested('COL-300'), 500.000, 'what is missing to twice as much is suggested');
select is((select array_agg(product_id) from inventory where is_below), array[tests.product('COL-300')], 'and the balance says that it is below');
select tests.sign_out();
select tests.allocated('Westlands Wholesalers', 'COL-300', 30);
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.suggested('COL-300'), 530.000, 'what is reserved is as good as gone');
select throws_ok($$ update inventory set reorder_point = -1 $$, 'PT422', 'reorder_point_is_bounded', 'a reorder point is not negative');
select tests.sign_out();
update inventory set reorder_point = 125 where product_id = tests.product('COL-300') and warehouse_id = tests.depot('KLF');
select tests.sign_in('manager@acme.test');
select is(pg_temp.suggested('COL-300', 'KLF'), 130.000, 'another place has its own');
select tests.sign_out();
select tests.sent('COL-300', 4);
select tests.sign_in('manager@acme.test');
select is(pg_temp.suggested('COL-300', 'KLF'), 126.000, 'what is on its way there counts');
select tests.sign_out();
select tests.sent('COL-300', 1);
select tests.sign_in('manager@acme.test');
select is(pg_temp.suggested('COL-300', 'KLF'), null, 'when that is enough nothing is suggested');
select tests.sign_out();
update products set is_active = false where id = tests.product('COL-300');
select tests.sign_in('manager@acme.test');
select is(pg_temp.suggested('COL-300'), null, 'what is not sold any more is not ordered again');
select tests.sign_in('admin@globex.test');
select is((select count(*) from reorder_suggestions where product_id = tests.product('COL-300')), 0::bigint, 'another company sees its own');
select tests.sign_in('driver@acme.test');
select is((select count(*) from reorder_suggestions), 0::bigint, 'who has no business with the stock sees none');

select * from finish();
rollback;
