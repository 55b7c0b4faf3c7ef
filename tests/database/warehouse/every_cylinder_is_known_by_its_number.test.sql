begin;
select plan(43);

insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'SHELL', 'Empty cylinder', 'cylinder', 0, 'serial');
insert into products (tenant_id, sku, name, unit, base_price, tracking, container_product_id, order_minimum) values (tests.tenant('acme'), 'FULL', 'Gas 13 kg', 'cylinder', 2000, 'serial', tests.product('SHELL'), 1);
create function pg_temp.adjustment(quantity numeric, sku text default 'SHELL', reason text default 'Correction') returns uuid language sql as $$
  select (create_adjustment(tests.depot(), tests.reason(reason), tests.lines(sku, quantity))).id
$$;
create function pg_temp.apply(adjustment uuid) returns uuid language plpgsql as $$
begin
  perform tests.sign_in('warehouse@acme.test');
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
  return adjustment;
end $$;
create function pg_temp.scan(kind text, document uuid, codes text[], sku text default null, condition stock_condition default null) returns jsonb language sql as $$
  select scan_serials(kind, document, codes, case when sku is not null then tests.product(sku) end, condition)
$$;
create function pg_temp.problem(statement text) returns text language plpgsql as $$
declare
  told text;
begin
  execute statement;
  return 'done';
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return coalesce(told::jsonb #>> '{items,0,problem}', sqlerrm);
end $$;
create function pg_temp.place(code text) returns text language sql stable security definer as $$
  select concat_ws(' ', p.sku, s.condition, coalesce(w.code, c.name, 'gone')) from serials s join products p on p.id = s.product_id
  left join warehouses w on w.id = s.warehouse_id left join customers c on c.id = s.customer_id where s.code = place.code
$$;
grant execute on all functions in schema pg_temp to public;

-- Tracking.
select throws_ok($$ update products set tracking = 'serial' where sku = 'COL-300' $$, 'PT409', 'tracking_needs_no_stock', 'it begins with nothing in stock');
select throws_ok($$ update products set tracking = 'none' where sku = 'SHELL' $$, 'PT409', 'container_tracked_alike', 'a cylinder keeps its number when it is empty');
select throws_ok($$ insert into products (tenant_id, sku, name, unit, base_price, tracking, container_product_id) values (tests.tenant('acme'), 'BAD', 'Bad', 'piece', 1, 'serial', tests.product('EMP-CRATE24')) $$, 'PT409', 'container_tracked_alike', 'and a full of an untracked empty is not tracked');
select throws_like($$ insert into products (tenant_id, sku, name, unit, base_price, tracking, allows_fractions) values (tests.tenant('acme'), 'BAD', 'Bad', 'kg', 1, 'serial', true) $$, '%serials_are_whole%', 'there is no half of one');

-- Receipts.
select tests.sign_in('warehouse@acme.test');
select tests.remember('receipt', pg_temp.adjustment(4));
select is((scanned_serials('adjustment', tests.id('receipt')) #>> '{0,quantity}')::numeric, 4.000, 'the document asks for four');
select is(pg_temp.problem($$ select pg_temp.scan('adjustment', tests.id('receipt'), '{A1}') $$), 'unknown', 'what comes new says what it is');
select pg_temp.scan('adjustment', tests.id('receipt'), '{a 1, A2, A3}', 'SHELL');
select is(scanned_serials('adjustment', tests.id('receipt')) #>> '{0,codes}', '["A1", "A2", "A3"]', 'numbers are kept in capitals without spaces');
select is(jsonb_array_length(pg_temp.scan('adjustment', tests.id('receipt'), '{A1}', 'SHELL') #> '{0,codes}'), 3, 'the same number again is no second piece');
select throws_ok($$ select submit_adjustment(tests.id('receipt')) $$, 'PT409', 'serials_needed', 'three of four is not all');
select is(pg_temp.problem($$ select pg_temp.scan('adjustment', tests.id('receipt'), '{A4, A5}', 'SHELL') $$), 'enough', 'and five are too many');
select is(pg_temp.place('A5'), null, 'of which nothing is kept');
select pg_temp.scan('adjustment', tests.id('receipt'), '{X9}', 'SHELL');
select unscan_serials('adjustment', tests.id('receipt'), '{x9}');
select is(pg_temp.place('X9'), null, 'a number that was read wrongly leaves nothing behind');
select pg_temp.scan('adjustment', tests.id('receipt'), '{A4}', 'SHELL');
select throws_ok($$ select pg_temp.scan('adjustment', tests.id('receipt'), '{}') $$, 'PT422', 'input_invalid', 'something is scanned');
select tests.sign_out();
select pg_temp.apply(tests.id('receipt'));
select is(pg_temp.place('A1'), 'SHELL good NBO', 'they are in the depot');
select is(tests.stock('SHELL'), 4.000, 'and are its stock');
select throws_ok($$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values (tests.tenant('acme'), tests.depot(), tests.product('SHELL'), 1, 'opening', 'test', tests.depot()) $$, 'PT409', 'serials_needed', 'nothing comes in behind its back');
select throws_ok($$ update serials set warehouse_id = tests.depot('KLF') where code = 'A1' $$, 'PT409', 'balance_is_derived', 'a place is not set');
select throws_ok($$ delete from serial_movements $$, 'PT409', 'row_is_append_only', 'and what happened stays');
select tests.sign_in('warehouse@acme.test');
select tests.remember('second', pg_temp.adjustment(1));
select is(pg_temp.problem($$ select pg_temp.scan('adjustment', tests.id('second'), '{A1}', 'SHELL') $$), 'elsewhere', 'what is in stock does not come in again');
select throws_ok($$ select pg_temp.scan('adjustment', tests.id('receipt'), '{A1}', 'SHELL') $$, 'PT409', 'serials_closed', 'what is applied takes no more');
select throws_ok($$ select pg_temp.scan('trip', tests.id('receipt'), '{A1}', 'SHELL') $$, 'PT404', 'record_not_found', 'nor does a document that is another');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.scan('adjustment', tests.id('second'), '{B1}', 'SHELL') $$, 'PT409', 'serials_closed', 'nor one that somebody may not change');
select tests.sign_in('warehouse@globex.test');
select throws_ok($$ select pg_temp.scan('adjustment', tests.id('second'), '{B1}', 'SHELL') $$, 'PT404', 'record_not_found', 'least of all a stranger');

-- Filling keeps the number, and so does taking it back.
select tests.sign_in('warehouse@acme.test');
select tests.remember('refill', (create_refill(tests.depot(), tests.product('FULL'), 3)).id);
select start_refill(tests.id('refill'));
select throws_ok($$ select complete_refill(tests.id('refill')) $$, 'PT409', 'serials_needed', 'which three of the four are filled is said');
select pg_temp.scan('refill', tests.id('refill'), '{A1,A2,A3}');
select complete_refill(tests.id('refill'));
select is(pg_temp.place('A1'), 'FULL good NBO', 'an empty that is filled is the same piece');
select is(pg_temp.place('A4'), 'SHELL good NBO', 'the fourth is empty still');

-- A transfer goes with what was scanned, and arrives with it.
select tests.remember('transfer', (create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('FULL', 2))).id);
select pg_temp.scan('transfer', tests.id('transfer'), '{A1,A2}');
select is(pg_temp.problem(format($$ select pg_temp.scan('refill', %L, '{A4}') $$, (create_refill(tests.depot(), tests.product('FULL'), 1)).id)), 'done', 'an empty can be scanned to be filled');
select is(pg_temp.problem(format($$ select pg_temp.scan('transfer', %L, '{A1}') $$, (create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('FULL', 1))).id)), 'scanned_for_another', 'a piece is scanned for one document at a time');
select dispatch_transfer(tests.id('transfer'));
select is(pg_temp.place('A1'), 'FULL good TRANSIT', 'it is on its way');
select tests.sign_in('manager@acme.test');
select is(scanned_serials('transfer', tests.id('transfer')) #>> '{0,quantity}', null, 'who receives is not told how many');
select pg_temp.scan('transfer', tests.id('transfer'), '{A2}');
select receive_part_transfer(tests.id('transfer'), tests.lines('FULL', 1));
select is(pg_temp.place('A2'), 'FULL good KLF', 'the one that came is there');
select receive_transfer(tests.id('transfer'), '[]', 'Fell off');
select is(pg_temp.place('A1'), 'FULL good gone', 'and the other is lost, by its number');

-- Another condition is of the same piece; what is taken back is what was brought.
select tests.sign_in('warehouse@acme.test');
select tests.remember('inspected', (create_adjustment(tests.depot(), tests.reason('Inspected'), tests.lines('FULL', -1) || jsonb_build_array(tests.lines('FULL', 1) -> 0 || '{"condition": "suspect"}'))).id);
select pg_temp.scan('adjustment', tests.id('inspected'), '{A3}');
select tests.sign_out();
select pg_temp.apply(tests.id('inspected'));
select is(pg_temp.place('A3'), 'FULL suspect NBO', 'a suspect cylinder is known by its number');
select tests.sign_in('manager@acme.test');
select reverse_adjustment(tests.id('inspected'), 'It is good');
select is(pg_temp.place('A3'), 'FULL good NBO', 'and good again when that is taken back');

-- Counts: another piece than the books have is one missing and one found.
select tests.sign_out();
select tests.remember('count', tests.begun(tests.count_of('FULL')));
select tests.sign_in('warehouse@acme.test');
select is_empty($$ select id from serials where warehouse_id = tests.depot() $$, 'who counts does not see which pieces the books have');
select is(pg_temp.problem($$ select pg_temp.scan('stock_count', tests.id('count'), '{A2}', 'FULL') $$), 'elsewhere', 'what the books have in another depot is sent there first');
select pg_temp.scan('stock_count', tests.id('count'), '{A1}', 'FULL');
select throws_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('FULL', 2))) $$, 'PT409', 'serials_needed', 'what is counted is scanned');
select tests.sign_out();
select tests.counted(tests.id('count'), 'FULL', 1);
select is((select variance from stock_count_items where stock_count_id = tests.id('count')), 0.000, 'as many as in the books');
select tests.posted(tests.id('count'));
select results_eq($$ select pg_temp.place('A1'), pg_temp.place('A3') $$, $$ values ('FULL good NBO', 'FULL good gone') $$, 'and others');
select results_eq($$ select quantity from inventory_transactions where reference_id = tests.id('count') order by 1 $$, $$ values (-1.000), (1.000) $$, 'which the ledger says');
select results_eq($$ select m.kind::text, m.quantity::integer from serial_movements m join serials s on s.id = m.serial_id where s.code = 'A1' order by 1, 2 $$,
  $$ values ('adjustment', 1), ('count', 1), ('refill', -1), ('refill', 1), ('transfer', -1), ('transfer', 1), ('transfer_loss', -1) $$, 'the history of a piece is all of it');

-- A document that is given up lets go.
select tests.sign_in('warehouse@acme.test');
select tests.remember('transfer', (create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('FULL', 1))).id);
select pg_temp.scan('transfer', tests.id('transfer'), '{A1}');
select cancel_transfer(tests.id('transfer'), 'Not today');
select tests.remember('transfer', (create_transfer(tests.depot(), tests.depot('KLF'), tests.lines('FULL', 1))).id);
select is(pg_temp.problem($$ select pg_temp.scan('transfer', tests.id('transfer'), '{A1}') $$), 'done', 'what was scanned for a cancelled document is free');
select tests.sign_out();
select is_empty($$ select * from private.rebuild_balances_of(tests.tenant('acme')) $$, 'the pieces of every balance sum to it');

select * from finish();
rollback;
