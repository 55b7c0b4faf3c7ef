begin;
select plan(30);

create function pg_temp.item(wanted text, sku text) returns uuid language sql security definer as $$
  select i.id from order_items i where i.order_id = tests.id(wanted) and i.product_id = tests.product(sku)
$$;
create function pg_temp.split(wanted text, sku text, quantity numeric) returns jsonb language sql as $$
  select jsonb_build_array(jsonb_build_object('order_item_id', pg_temp.item(wanted, sku), 'quantity', split.quantity))
$$;
create function pg_temp.lines(wanted text) returns text language sql as $$
  select string_agg(i.product_sku || ' ' || i.quantity || ' at ' || i.unit_price || ' less ' || i.discount_amount, ', ' order by i.line_number) from order_items i where i.order_id = tests.id(wanted)
$$;
grant execute on function pg_temp.item to public;

-- Two products, a tenth off, and a fee.
select tests.sign_in('manager@acme.test');
insert into promotions (name, kind, percent, customer_uses, valid_from) values ('Tenth', 'line_percent', 10, 1, '2026-01-01');
insert into promotion_products (promotion_id, product_id) select id, tests.product('COL-300') from promotions where name = 'Tenth';
select tests.sign_in('sales@acme.test');
select tests.remember('order', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 10) || tests.lines('WAT-500', 4), delivery_fee => 100, submit => true)).id);
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 4)) $$, 'PT409', 'order_not_editable', 'what is not approved is changed, not split');
select tests.sign_in('manager@acme.test');
select approve_order(tests.id('order'));
select tests.sign_in('manager@acme.test');
select allocate_order(tests.id('order'));
select is(pg_temp.lines('order'), 'COL-300 10.000 at 741.00 less 741.00, WAT-500 4.000 at 399.00 less 0.00', 'an order of two lines');
create temporary table before as select total, (customer_credit(tests.customer('Westlands Wholesalers')) ->> 'used')::numeric as used from orders where id = tests.id('order');
grant select on before to public;

-- What cannot be.
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 11)) $$, 'PT422', 'split_invalid', 'no more than was ordered');
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 0)) $$, 'PT422', 'split_invalid', 'not nothing');
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 10) || pg_temp.split('order', 'WAT-500', 4)) $$, 'PT422', 'split_invalid', 'not all of it');
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 2) || pg_temp.split('order', 'COL-300', 2)) $$, 'PT422', 'split_invalid', 'no line twice');
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 0.5)) $$, 'PT422', 'split_invalid', 'no half crates');
select throws_ok($$ select split_order(tests.id('order'), '[{"quantity": 1}]') $$, 'PT422', null, 'and of no line that is not there');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 4)) $$, '42501', 'permission_denied', 'who may not change orders does not split them');

-- Four crates go later from Mombasa.
select tests.sign_in('manager@acme.test');
select ok('split' = any (allowed_commands(o)), 'it is offered') from orders o where o.id = tests.id('order');
select tests.remember('part', (split_order(tests.id('order'), pg_temp.split('order', 'COL-300', 4), tests.depot('KLF'), '2026-12-24')).id);
select is(pg_temp.lines('order'), 'COL-300 6.000 at 741.00 less 444.60, WAT-500 4.000 at 399.00 less 0.00', 'the rest stays at its price');
select is(pg_temp.lines('part'), 'COL-300 4.000 at 741.00 less 296.40', 'and so does the part');
select is((select status || ' ' || warehouse_id || ' ' || requested_on || ' ' || delivery_fee from orders where id = tests.id('part')), 'approved ' || tests.depot('KLF') || ' 2026-12-24 0.00', 'approved, from another depot, for another day, brought for nothing');
select is((select sum(total) from orders where tests.id('order') in (id, backorder_of_id)), (select total from before), 'they come to what the order came to');
select is((customer_credit(tests.customer('Westlands Wholesalers')) ->> 'used')::numeric, (select used from before), 'and take as much credit');
select is(tests.reserved('COL-300') || ' ' || tests.reserved('COL-300', tests.depot('KLF')), '6.000 0.000', 'what stays keeps its stock');
select tests.sign_in('manager@acme.test');
select is((select promotion_given(p) from promotions p where name = 'Tenth'), '{"uses": 1, "amount": 741.00}', 'the promotion was used once');
select tests.sign_in('manager@acme.test');
select is((select string_agg(order_progress(o)::text, ' ' order by o.number) from orders o where tests.id('order') in (id, backorder_of_id)), 'open open', 'nothing has left');

-- The part is not wanted after all.
select ok('rejoin' = any (allowed_commands(o)), 'a part can be put back') from orders o where o.id = tests.id('part');
select throws_ok($$ select rejoin_order(tests.id('order')) $$, 'PT409', 'order_is_no_part', 'the order itself is none');
select is((rejoin_order(tests.id('part'))).id, tests.id('order'), 'the part is put back');
select is(pg_temp.lines('order'), 'COL-300 10.000 at 741.00 less 741.00, WAT-500 4.000 at 399.00 less 0.00', 'the order is what it was');
select is(tests.reserved('COL-300') || ' ' || (select status || ' ' || status_reason from orders where id = tests.id('part')), '10.000 cancelled Put back into ' || (select number from orders where id = tests.id('order')), 'its goods are reserved again, and the part stays in the list');
select throws_ok($$ select rejoin_order(tests.id('part')) $$, 'PT409', 'order_not_editable', 'once');
select is((select total from orders where id = tests.id('order')) || ' ' || (customer_credit(tests.customer('Westlands Wholesalers')) ->> 'used'), (select total || ' ' || used from before), 'to the cent');

-- And once more; the first one leaves, and the part with it no more.
select tests.remember('later', (split_order(tests.id('order'), pg_temp.split('order', 'WAT-500', 4))).id);
select tests.sign_out();
select tests.on_the_road(array[tests.id('order')]);
select tests.sign_in('manager@acme.test');
select is((select order_progress(o)::text from orders o where id = tests.id('order')), 'partly_shipped', 'one of two has left');
select throws_ok($$ select rejoin_order(tests.id('later')) $$, 'PT409', 'order_is_no_part', 'what has left takes nothing back');
select tests.sign_out();
select tests.deliver(tests.id('order'), 10);
select tests.sign_in('manager@acme.test');
select is((select order_progress(o)::text from orders o where id = tests.id('order')), 'partly_delivered', 'one of two is delivered');
select tests.sign_in('manager@acme.test');
select cancel_order(tests.id('later'), 'not wanted');
select is((select order_progress(o)::text from orders o where id = tests.id('order')), 'delivered', 'without the other, all of it is');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and everything that is kept adds up');

select * from finish();
rollback;
