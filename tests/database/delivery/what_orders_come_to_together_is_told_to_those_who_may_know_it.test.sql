begin;
select plan(17);

select tests.remember('one', tests.pending('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('two', tests.approved('Kilimani Mini Mart', 'COL-300', 20));
select tests.remember('three', tests.allocated('Karen Country Kiosk', 'COL-300', 5));
select tests.remember('trip', tests.planned(array[tests.id('three')], 'KDB 202B'));
select tests.sign_out();
update customers set credit_limit = 20000 where id = tests.customer('Kilimani Mini Mart');
create table pg_temp.truth as
select (select available from inventory where warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good') as available,
  (select total from orders where id = tests.id('one')) as one, (select weight_kg from products where sku = 'COL-300') as weight,
  private.credit_used(tests.tenant('acme'), tests.customer('Kilimani Mini Mart')) as used;
grant select on pg_temp.truth to public;
create function pg_temp.look(variadic names text[]) returns jsonb language sql as $$ select preview_orders(array(select tests.id(n) from unnest(names) n)) $$;
grant execute on all functions in schema pg_temp to public;

select tests.sign_in('manager@acme.test');
select is((pg_temp.look('one', 'two', 'three') #>> '{goods,0,wanted}')::numeric, 35::numeric, 'lines of one product are one line');
select is((pg_temp.look('one', 'two', 'three') #>> '{goods,0,reserved}')::numeric, 5::numeric, 'what is set aside for them already');
select is((pg_temp.look('one', 'two', 'three') #>> '{goods,0,available}')::numeric, (select available from pg_temp.truth), 'what is free besides');
select is((pg_temp.look('one', 'two', 'three') #>> '{goods,0,missing}')::numeric, 0::numeric, 'and nothing is missing');
select tests.sign_out();
update order_items set quantity = (select available + 8 from pg_temp.truth) where order_id = tests.id('two');
select tests.sign_in('manager@acme.test');
select is((pg_temp.look('one', 'two', 'three') #>> '{goods,0,missing}')::numeric, 18::numeric, 'all of them together want more than there is, though each alone nearly gets its goods');
select tests.sign_out();
update order_items set quantity = 20 where order_id = tests.id('two');
select tests.sign_in('manager@acme.test');
select is((select count(*) from jsonb_array_elements(pg_temp.look('one', 'two') -> 'credit')), 1::bigint, 'two orders of a customer are one line of credit');
select is((pg_temp.look('one', 'two') #>> '{credit,0,used}')::numeric, (select used from pg_temp.truth), 'with what he owes, of which the approved one is a part');
select is((pg_temp.look('one', 'two') #>> '{credit,0,added}')::numeric, (select one from pg_temp.truth), 'what the other one adds');
select is((pg_temp.look('one', 'two') #>> '{credit,0,over}')::numeric, (select used + one - 20000 from pg_temp.truth), 'and by how much that is too much');
select is((pg_temp.look('one') #>> '{load,weight_kg}')::numeric, (select 10 * weight from pg_temp.truth), 'and what they weigh');

select tests.sign_in('dispatcher@acme.test');
select is((preview_orders(array[tests.id('two')], tests.id('trip')) #>> '{trip,units}')::numeric, 5::numeric, 'a trip is told with what it carries');
select ok(pg_temp.look('two') -> 'trips' @> jsonb_build_array(jsonb_build_object('id', tests.id('trip'))), 'and those that may still be changed are offered');
select is(pg_temp.look('two') -> 'credit', 'null', 'credit is not told to who neither enters nor approves orders');
select throws_ok($$ select preview_orders(array[tests.id('two')], gen_random_uuid()) $$, 'PT404', 'record_not_found', 'an unknown trip is said to be unknown');
select throws_ok($$ select preview_orders(array_fill(tests.id('two'), array[5001])) $$, 'PT422', 'too_many_orders', 'and nobody asks for all orders at once');
select tests.sign_out();
select tests.limit_to('dispatcher@acme.test', 'KLF');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select pg_temp.look('one', 'two', 'three') $$, 'PT404', 'record_not_found', 'orders of another depot than one''s own are nobody''s');
select tests.sign_in('manager@globex.test');
select throws_ok($$ select pg_temp.look('one', 'two', 'three') $$, 'PT404', 'record_not_found', 'like those of another company');

select * from finish();
rollback;
