begin;
select plan(15);

-- Westlands Wholesalers pays 741.00 for cola, by the list of its type.
create function pg_temp.rule(wanted text) returns void language sql as $$
  update tenant_settings set business_rules = business_rules || jsonb_build_object('prices.drafts', wanted) where tenant_id = tests.tenant('acme')
$$;
create function pg_temp.costs(wanted numeric) returns void language plpgsql as $$
begin
  perform tests.sign_in('manager@acme.test');
  update price_list_items i set price = wanted from price_lists l where l.id = i.price_list_id and l.name = 'Wholesale' and i.product_id = tests.product('COL-300') and i.min_quantity = 1;
  perform tests.sign_out();
  -- Other events wait in the queue as well.
  for i in 1..10 loop
    perform private.process_queue('order_events', 100);
  end loop;
end $$;
create function pg_temp.line(wanted text) returns text language sql as $$
  select unit_price || ' ' || price_change || ' ' || (select o.total from orders o where o.id = order_id) from order_items where order_id = tests.id(wanted)
$$;

select tests.remember('order', tests.draft('Westlands Wholesalers', 'COL-300', 10));
select tests.remember('waiting', tests.pending('Westlands Wholesalers', 'COL-300', 10));
select is(pg_temp.line('order'), '741.00 0.00 8595.60', 'a line begins without a difference');
select pg_temp.costs(751);
select is(pg_temp.line('order'), '751.00 10.00 8711.60', 'a draft follows the list, total and all, and shows by how much');
select is(pg_temp.line('waiting'), '741.00 0.00 8595.60', 'what was submitted is frozen');
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('order'), tests.lines('COL-300', 20));
select is(pg_temp.line('order'), '751.00 10.00 17423.20', 'whoever changes the quantity still sees it');
select amend_order(tests.id('order'), tests.lines('COL-300', 20) || tests.lines('GIN-300', 1));
select is((select price_change from order_items where order_id = tests.id('order') and product_id = tests.product('GIN-300')), 0.00, 'what is added now begins now');
select tests.sign_out();
delete from price_list_items where product_id = tests.product('COL-300') and min_quantity = 1 and price = 751;
select private.process_queue('order_events', 100);
select is((select unit_price || ' ' || price_source || ' ' || price_change from order_items where order_id = tests.id('order') and product_id = tests.product('COL-300')), '780.00 base 39.00', 'a price that is taken off the list is followed, too');

-- Or it keeps them.
select throws_ok($$ select pg_temp.rule('sometimes') $$, 'PT422', 'input_invalid', 'a company says one or the other');
select pg_temp.rule('keep');
select tests.remember('kept', tests.draft('Westlands Wholesalers', 'ORG-300', 10));
create function pg_temp.orange(wanted numeric) returns void language plpgsql as $$
begin
  perform tests.sign_in('manager@acme.test');
  update price_list_items i set price = wanted from price_lists l where l.id = i.price_list_id and l.name = 'Wholesale' and i.product_id = tests.product('ORG-300') and i.min_quantity = 1;
  perform tests.sign_out();
  perform private.process_queue('order_events', 100);
end $$;
select pg_temp.orange(800);
select is(pg_temp.line('kept'), '741.00 0.00 8595.60', 'a draft keeps the price of its entry where the company says so');
update products set tax_rate = 8 where id = tests.product('ORG-300');
select tests.sign_in('sales@acme.test');
select submit_order(tests.id('kept'));
select is(pg_temp.line('kept'), '741.00 0.00 8002.80', 'also when it is submitted; the tax is that of the day');
select tests.remember('new', (create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('ORG-300', 10))).id);
select is((select unit_price from order_items where order_id = tests.id('new')), 800.00, 'a new order has the new price');
select tests.sign_out();
select tests.remember('kept', tests.draft('Westlands Wholesalers', 'ORG-300', 10));
select pg_temp.rule('refresh');
select pg_temp.orange(810);
select is(pg_temp.line('kept'), '810.00 10.00 8748.00', 'a company may change its mind');
update products set base_price = 900 where id = tests.product('GIN-300');
select private.process_queue('order_events', 100);
select tests.remember('base', tests.draft('Kilimani Mini Mart', 'GIN-300', 1));
select is(pg_temp.line('base'), '900.00 0.00 1044.00', 'a base price counts from now on');
update products set base_price = 920 where id = tests.product('GIN-300');
select private.process_queue('order_events', 100);
select is(pg_temp.line('base'), '920.00 20.00 1067.20', 'and is followed like a list');
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'totals are those of the lines');
select is((select count(*) from pgmq.q_dead_letter), 0::bigint, 'and nothing went wrong on the way');

select * from finish();
rollback;
