begin;
select plan(26);

insert into products (tenant_id, sku, name, unit, base_price, allows_fractions) values (tests.tenant('acme'), 'GAS', 'Gas', 'kg', 1, true);
insert into products (tenant_id, sku, name, unit, base_price) values (tests.tenant('acme'), 'CYL', 'Cylinder', 'cylinder', 0);
insert into products (tenant_id, sku, name, unit, base_price, container_product_id, content_product_id, content_quantity)
values (tests.tenant('acme'), 'FULL', 'Gas 12.5 kg', 'cylinder', 2000, tests.product('CYL'), tests.product('GAS'), 12.5);
insert into product_costs (tenant_id, product_id, cost_price) values
  (tests.tenant('acme'), tests.product('GAS'), 80), (tests.tenant('acme'), tests.product('CYL'), 1000), (tests.tenant('acme'), tests.product('FULL'), 9999);
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values
  (tests.tenant('acme'), tests.depot(), tests.product('GAS'), 100, 'opening', 'warehouse', tests.depot()),
  (tests.tenant('acme'), tests.depot(), tests.product('CYL'), 10, 'opening', 'warehouse', tests.depot());
create function pg_temp.worth(sku text) returns numeric language sql stable security definer as $$
  select coalesce((select sum(v.value) from stock_values v where v.product_id = tests.product(sku)), 0)
$$;
create function pg_temp.books() returns text language sql stable security definer as $$
  select format('%s kg, %s empty, %s full; %s, %s, %s', tests.stock('GAS')::float, tests.stock('CYL')::int, tests.stock('FULL')::int, pg_temp.worth('GAS'), pg_temp.worth('CYL'), pg_temp.worth('FULL'))
$$;
grant execute on all functions in schema pg_temp to public;
create function pg_temp.drafted(quantity numeric, sku text default 'FULL', place uuid default tests.depot()) returns uuid language sql as
$$ select (create_refill(place, tests.product(sku), quantity)).id $$;

-- As many empties leave as fulls come, with what they take; the worth goes along.
select tests.sign_in('warehouse@acme.test');
select tests.remember('refill', pg_temp.drafted(6));
select is(pg_temp.books(), '100 kg, 10 empty, 0 full; 8000.00, 10000.00, 0', 'nothing moves before it is done');
select throws_ok($$ select complete_refill(tests.id('refill')) $$, 'PT409', 'refill_transition_illegal', 'it is started first');
select start_refill(tests.id('refill'));
select throws_ok($$ select complete_refill(tests.id('refill'), 7) $$, 'PT422', 'refill_quantity_invalid', 'no more is filled than was planned');
select throws_ok($$ select complete_refill(tests.id('refill'), 0) $$, 'PT422', 'refill_quantity_invalid', 'some are');
select throws_ok($$ select complete_refill(tests.id('refill'), 1.5) $$, 'PT422', 'refill_quantity_invalid', 'and whole ones');
select complete_refill(tests.id('refill'), 4);
select is(pg_temp.books(), '50 kg, 6 empty, 4 full; 4000.00, 6000.00, 8000.00', 'four empties and fifty kilograms are four fulls, worth what both were');
select is((select filled from refills where id = tests.id('refill')), 4.000, 'the document says how many');
select throws_ok($$ select complete_refill(tests.id('refill')) $$, 'PT409', 'refill_transition_illegal', 'it is done once');

-- What is not there is not filled.
select tests.remember('more', pg_temp.drafted(5));
select start_refill(tests.id('more'));
select throws_ok($$ select complete_refill(tests.id('more')) $$, 'PT409', 'stock_short', 'there is gas for four');
select is(pg_temp.books(), '50 kg, 6 empty, 4 full; 4000.00, 6000.00, 8000.00', 'and then nothing has moved');
select throws_ok($$ select cancel_refill(tests.id('more'), ' ') $$, 'PT422', 'reason_required', 'giving up has a reason');
select cancel_refill(tests.id('more'), 'The gas is out');
select throws_ok($$ select start_refill(tests.id('more')) $$, 'PT409', 'refill_transition_illegal', 'what was given up stays so');

-- Back, exactly; by somebody else, and once.
select throws_ok($$ select reverse_refill(tests.id('refill'), 'They leak') $$, '42501', 'permission_denied', 'it is not taken back by who has not the right');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reverse_refill(tests.id('refill'), '') $$, 'PT422', 'reason_required', 'nor without a reason');
select reverse_refill(tests.id('refill'), 'They leak');
select is(pg_temp.books(), '100 kg, 10 empty, 0 full; 8000.00, 10000.00, 0.00', 'all is as it was, in pieces and in money');
select throws_ok($$ select reverse_refill(tests.id('refill'), 'They leak') $$, 'PT409', 'refill_transition_illegal', 'once');
select tests.remember('own', pg_temp.drafted(1));
select start_refill(tests.id('own'));
select complete_refill(tests.id('own'));
select throws_ok($$ select reverse_refill(tests.id('own'), 'They leak') $$, '42501', 'separation_of_duties', 'not by who entered it');
select tests.sign_out();
select tests.remember('count', tests.begun(tests.count_of('CYL')));
select tests.counted(tests.id('count'), 'CYL', 9);
select tests.posted(tests.id('count'));
select tests.sign_in('admin@acme.test');
select throws_ok($$ select reverse_refill(tests.id('own'), 'They leak') $$, 'PT409', 'stock_was_counted', 'nor after a count that knew of it');

-- Refusals.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.drafted(1, 'CYL') $$, 'PT422', 'not_refillable', 'an empty is in nothing');
select throws_ok($$ select pg_temp.drafted(0) $$, 'PT422', 'refill_quantity_invalid', 'of nothing');
select throws_ok($$ select pg_temp.drafted('NaN') $$, 'PT422', 'refill_quantity_invalid', 'of no number');
select throws_ok($$ select pg_temp.drafted(1, place => tests.van()) $$, 'PT422', 'warehouse_not_available', 'a van fills nothing');
select throws_ok($$ select create_refill(tests.depot(), tests.depot(), 1) $$, 'PT404', 'record_not_found', 'a product that there is not');
select tests.sign_in('admin@acme.test');
select throws_ok($$ update products set content_quantity = null where sku = 'FULL' $$, 'PT422', 'content_is_in_a_container', 'a content has a quantity');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select start_refill(tests.id('own')) $$, 'PT404', 'record_not_found', 'another company knows of none');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'the books agree');

select * from finish();
rollback;
