begin;
select plan(3);

update tenant_settings set timezone = case when (now() at time zone 'Pacific/Kiritimati')::date <> current_date then 'Pacific/Kiritimati' else 'Pacific/Pago_Pago' end where tenant_id = tests.tenant('acme');
insert into price_lists (tenant_id, name, is_default, valid_from, valid_to)
select tests.tenant('acme'), 'Only today', true, d, d from (select (now() at time zone s.timezone)::date as d from tenant_settings s where s.tenant_id = tests.tenant('acme')) x;
insert into price_list_items (tenant_id, price_list_id, product_id, price) select l.tenant_id, l.id, tests.product('COL-300'), 555 from price_lists l where l.name = 'Only today';
select isnt((select valid_from from price_lists where name = 'Only today'), current_date, 'the server has another date');
select tests.sign_in('sales@acme.test');
select is((select (q -> 'lines' -> 0 ->> 'unit_price')::numeric from quote_order(tests.customer('Java Corner Cafe'), tests.depot(), tests.lines('COL-300', 1)) q), 555.00, 'a quote uses the company''s date');
select is((create_order(tests.customer('Java Corner Cafe'), tests.depot(), tests.lines('COL-300', 1))).subtotal, 555.00, 'and so does an order');

select * from finish();
rollback;
