begin;
select plan(30);

-- Westlands Wholesalers, of type wholesale, pays 741.00 for cola and 100.00 for what the depot calls PEN; tax is 16 %.
insert into products (tenant_id, sku, name, category, base_price, tax_rate, allows_fractions) values
  (tests.tenant('acme'), 'PEN', 'Pen', 'Office', 100, 0, false), (tests.tenant('acme'), 'CUP', 'Cup', 'Office', 30, 0, false);
create function pg_temp.offer(name text, kind promotion_kind, percent numeric default null, amount numeric default null, buy numeric default null, get numeric default null, gift text default null, covered text[] default '{}') returns uuid language plpgsql as $$
declare
  made uuid;
begin
  perform tests.sign_in('manager@acme.test');
  insert into promotions (name, kind, percent, amount, buy_quantity, get_quantity, gift_product_id, covers_all)
  values (offer.name, offer.kind, offer.percent, offer.amount, buy, get, tests.product(gift), covered = '{}') returning id into made;
  insert into promotion_products (promotion_id, product_id) select made, tests.product(c) from unnest(covered) c;
  perform tests.sign_out();
  return made;
end $$;
create function pg_temp.quote(lines jsonb, customer text default 'Westlands Wholesalers') returns jsonb language plpgsql as $$
declare
  quoted jsonb;
begin
  perform tests.sign_in('sales@acme.test');
  quoted := quote_order(tests.customer(customer), tests.depot(), lines);
  perform tests.sign_out();
  return quoted;
end $$;
create function pg_temp.off(quoted jsonb) returns text language sql as $$
  select string_agg(trim_scale((l ->> 'quantity')::numeric)::text || ' for ' || (l ->> 'line_total') || ' less ' || (l ->> 'discount_amount') || case when (l ->> 'is_gift')::boolean then ' gift' else '' end, ', ' order by l -> 'line_number')
  from jsonb_array_elements(quoted -> 'lines') l
$$;
create function pg_temp.ends(wanted uuid) returns void language sql as $$ update promotions set is_active = false where id = wanted $$;

-- Off a line, in percent, before the tax.
select tests.remember('offer', pg_temp.offer('Ten off cola', 'line_percent', percent => 10, covered => '{COL-300}'));
select is(pg_temp.quote(tests.lines('COL-300', 10)) - 'lines' - 'credit' - 'similar',
  '{"discount_total": 741.00, "subtotal": 6669.00, "tax_total": 1067.04, "delivery_fee": 0.00, "total": 7736.04, "deposits": 4000.00}', 'a tenth less, and the tax on what is left');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10) || tests.lines('PEN', 1))), '10 for 6669.00 less 741.00, 1 for 100.00 less 0', 'what it does not cover costs what it did');
select is(pg_temp.quote(tests.lines('COL-300', 1)) #> '{lines,0,discounts}', jsonb_build_array(jsonb_build_object('promotion_id', tests.id('offer'), 'name', 'Ten off cola', 'amount', 74.10)), 'the line says which promotion it is');
update promotions set min_quantity = 5 where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 4))), '4 for 2964.00 less 0', 'too few');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 2) || tests.lines('COL-300', 3))), '2 for 1333.80 less 148.20, 3 for 2000.70 less 222.30', 'both lines together are enough');
update promotions set customer_type = 'retail' where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10))), '10 for 7410.00 less 0', 'not for his type');
update promotions set customer_type = 'wholesale', valid_from = current_date + 2 where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10))), '10 for 7410.00 less 0', 'not yet');
update promotions set valid_from = current_date - 9, valid_to = current_date - 2 where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10))), '10 for 7410.00 less 0', 'not any more');
update promotions set customer_type = null, customer_id = tests.customer('Westlands Wholesalers'), valid_to = null where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10))), '10 for 6669.00 less 741.00', 'for him alone');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10), 'Kilimani Mini Mart')) like '%less 0', true, 'and for nobody else');

-- The better one of two; by category; an amount for each unit.
select tests.remember('better', pg_temp.offer('Hundred off a crate', 'line_amount', amount => 100, covered => '{PEN}'));
insert into promotion_products (tenant_id, promotion_id, category) values (tests.tenant('acme'), tests.id('better'), 'Soft drinks');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10) || tests.lines('PEN', 2))), '10 for 6410.00 less 1000.00, 2 for 0.00 less 200.00', 'the one that takes more off counts, and not both');
update promotions set amount = 150 where id = tests.id('better');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 2))), '2 for 0.00 less 200.00', 'never more than the line comes to');
select pg_temp.ends(tests.id('offer')), pg_temp.ends(tests.id('better'));

-- Off the order: each line its share, to the cent, of what is left of it.
select tests.remember('order', pg_temp.offer('Hundred off', 'order_amount', amount => 100));
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 1) || tests.lines('PEN', 1) || tests.lines('PEN', 1))), '1 for 66.67 less 33.33, 1 for 66.66 less 33.34, 1 for 66.67 less 33.33', 'thirds of a hundred sum to a hundred');
select is(pg_temp.quote(tests.lines('CUP', 2)) - 'lines' - 'credit' - 'similar', '{"discount_total": 60.00, "subtotal": 0.00, "tax_total": 0.00, "delivery_fee": 0.00, "total": 0.00, "deposits": 0}', 'an order of less comes to nothing, never to less');
update promotions set min_amount = 300.01 where id = tests.id('order');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 3))), '3 for 300.00 less 0', 'a cent short of it');
select tests.remember('tenth', pg_temp.offer('A tenth off all', 'order_percent', percent => 10));
update promotions set is_active = true where id = tests.id('offer');
select is(pg_temp.off(pg_temp.quote(tests.lines('COL-300', 10))), '10 for 6002.10 less 1407.90', 'a tenth of what the line promotion left');
select pg_temp.ends(tests.id('offer')), pg_temp.ends(tests.id('order')), pg_temp.ends(tests.id('tenth'));

-- So many of one product, some of them free.
select tests.remember('dozen', pg_temp.offer('Eleven for ten', 'buy_get', buy => 10, get => 1));
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 10))), '10 for 1000.00 less 0', 'ten are ten');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 6) || tests.lines('CUP', 10) || tests.lines('PEN', 5))), '6 for 500.00 less 100.00, 10 for 300.00 less 0, 5 for 500.00 less 0', 'eleven of one product are ten, on whatever lines');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 33))), '33 for 3000.00 less 300.00', 'thirty-three are thirty');
select pg_temp.ends(tests.id('dozen'));

-- Another product comes along.
select tests.remember('cups', pg_temp.offer('Two cups with five pens', 'free_goods', buy => 5, get => 2, gift => 'CUP', covered => '{PEN}'));
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 14))), '14 for 1400.00 less 0, 4 for 0.00 less 120.00 gift', 'four cups are a line of their own and cost nothing');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 4))), '4 for 400.00 less 0', 'none with four');
update products set is_active = false where id = tests.product('CUP');
select is(pg_temp.off(pg_temp.quote(tests.lines('PEN', 14))), '14 for 1400.00 less 0', 'what is no longer sold is not given away');
update products set is_active = true where id = tests.product('CUP');
select tests.remember('drafted', tests.draft('Westlands Wholesalers', 'PEN', 10));
select is((select string_agg(product_sku || ' ' || quantity || ' ' || is_gift || ' ' || discount_amount, ', ' order by line_number) from order_items where order_id = tests.id('drafted')), 'PEN 10.000 false 0.00, CUP 4.000 true 120.00', 'so it is on the order');
select tests.sign_in('sales@acme.test');
select submit_order(tests.id('drafted'));
select is((select count(*) || ' ' || sum(amount) from order_discounts where order_id = tests.id('drafted')), '1 120.00', 'and once, however often it is priced');
select amend_order(tests.id('drafted'), tests.lines('PEN', 5));
select is((select string_agg(product_sku || ' ' || quantity, ', ' order by line_number) from order_items where order_id = tests.id('drafted')), 'PEN 5.000, CUP 2.000', 'less ordered, less given');
select is((select total || ' ' || discount_total(o) from orders o where id = tests.id('drafted')), '500.00 60.00', 'what is off is told with the order');
select is((select sum(amount) from explain_figure('order_discount', tests.id('drafted'))), 60.00, 'and by promotion and line');
select is((select string_agg(sku, ' ') from usual_basket(tests.customer('Westlands Wholesalers'))), 'PEN', 'a gift is no habit');
select tests.sign_out();

-- What fits its kind.
select tests.sign_in('manager@acme.test');
select throws_ok($$ insert into promotions (name, kind, amount) values ('Odd', 'line_percent', 5) $$, 'PT422', 'promotion_gives_what_its_kind_says', 'a percentage that is none');
select throws_ok($$ insert into promotions (name, kind, get_quantity, gift_product_id) values ('Half', 'free_goods', 0.5, tests.product('CUP')) $$, 'PT422', 'quantity_not_whole', 'no half cups');

select * from finish();
rollback;
