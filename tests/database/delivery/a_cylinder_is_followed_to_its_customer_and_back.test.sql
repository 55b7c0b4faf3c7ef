begin;
select plan(24);

insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'SHELL', 'Empty cylinder', 'cylinder', 0, 'serial');
insert into products (tenant_id, sku, name, unit, base_price, tracking, container_product_id) values (tests.tenant('acme'), 'FULL', 'Gas 13 kg', 'cylinder', 2000, 'serial', tests.product('SHELL'));
create function pg_temp.scan(kind text, document uuid, codes text[], sku text default null, condition stock_condition default null) returns jsonb language sql as $$
  select scan_serials(kind, document, codes, case when sku is not null then tests.product(sku) end, condition)
$$;
create function pg_temp.place(code text) returns text language sql stable security definer as $$
  select concat_ws(' ', p.sku, s.condition, coalesce(w.code, c.name, 'gone')) from serials s join products p on p.id = s.product_id
  left join warehouses w on w.id = s.warehouse_id left join customers c on c.id = s.customer_id where s.code = place.code
$$;
create function pg_temp.received(codes text[]) returns void language plpgsql as $$
declare
  receipt uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  receipt := (create_adjustment(tests.depot(), tests.reason('Correction'), tests.lines('FULL', cardinality(codes)), occurred_at => now() - interval '1 day')).id;
  perform pg_temp.scan('adjustment', receipt, codes, 'FULL');
  perform submit_adjustment(receipt);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(receipt);
  perform apply_adjustment(receipt);
  perform tests.sign_out();
end $$;
-- Codes with what was delivered, and with the empties.
create function pg_temp.hand_over(delivered numeric, codes jsonb, empties jsonb default '[]') returns void language plpgsql as $$
begin
  perform tests.sign_in('driver@acme.test');
  perform complete_delivery(tests.id('order'), (select jsonb_agg(l || jsonb_build_object('serials', codes)) from jsonb_array_elements(tests.taken(tests.id('order'), delivered, case when delivered < 3 then 'Too many' end)) l),
    'Tom Odhiambo', tests.signature(), null, empties);
  perform tests.sign_out();
end $$;
grant execute on all functions in schema pg_temp to public;

-- Loading: every cylinder scanned, and both signatures.
select pg_temp.received('{C1,C2,C3,C4}');
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'FULL', 3));
select tests.remember('trip', tests.planned(array[tests.id('order')]));
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, 'PT409', 'serials_needed', 'a load is scanned before it is signed');
select pg_temp.scan('trip', tests.id('trip'), '{C1,C2}');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, 'PT409', 'serials_needed', 'two of three is not all');
select throws_ok($$ select pg_temp.scan('trip', tests.id('trip'), '{C9}') $$, 'PT409', 'serials_invalid', 'a number that nobody knows is not loaded');
select tests.sign_in('driver@acme.test');
select pg_temp.scan('trip', tests.id('trip'), '{C3}');
select throws_ok($$ select pg_temp.scan('trip', tests.id('trip'), '{C4}') $$, 'PT409', 'serials_invalid', 'a fourth is too many');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.scan('trip', tests.id('trip'), '{C3}') $$, 'PT409', 'serials_closed', 'who does not load scans nothing');
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('dispatcher@acme.test');
select dispatch_trip(tests.id('trip'));
select tests.sign_in('driver@acme.test');
select start_trip(tests.id('trip'));
select tests.sign_out();
select results_eq($$ select pg_temp.place('C1'), pg_temp.place('C4') $$, $$ values ('FULL good KDA 101A', 'FULL good NBO') $$, 'the van has what was scanned');

-- At the door: full out, empty in.
select tests.sign_in('driver@acme.test');
select is(jsonb_path_query_array(scanned_serials('order', tests.id('order')), '$[*] ? (@.condition == "good").sku')::text, '["FULL", "SHELL"]', 'a delivery asks for fulls that go and empties that come');
select tests.sign_out();
select throws_ok($$ select tests.deliver(tests.id('order'), 3) $$, 'PT409', 'serials_needed', 'nothing is handed over without its number');
select throws_ok($$ select pg_temp.hand_over(2, '["C1"]') $$, 'PT409', 'serials_needed', 'one of two is not all');
select throws_ok($$ select pg_temp.hand_over(2, '["C1", "C4"]') $$, 'PT409', 'serials_invalid', 'what is not on the van is not handed over');
select throws_ok($$ select pg_temp.hand_over(2, '"C1"') $$, 'PT422', 'input_invalid', 'numbers are a list');
select throws_ok($$ select pg_temp.hand_over(2, '["C1", "C2"]', jsonb_build_array(jsonb_build_object('product_id', tests.product('SHELL'), 'quantity', 2, 'serials', '["E1"]'::jsonb))) $$, 'PT409', 'serials_needed', 'two empties have two numbers');
select pg_temp.hand_over(2, '["C1", "C2"]', jsonb_build_array(jsonb_build_object('product_id', tests.product('SHELL'), 'quantity', 1, 'serials', '["E1"]'::jsonb), jsonb_build_object('product_id', tests.product('SHELL'), 'quantity', 1, 'condition', 'suspect', 'serials', '["E2"]'::jsonb)));
select results_eq($$ select pg_temp.place('C1'), pg_temp.place('C3'), pg_temp.place('E1'), pg_temp.place('E2') $$,
  $$ values ('FULL good Kilimani Mini Mart', 'FULL good KDA 101A', 'SHELL good KDA 101A', 'SHELL suspect KDA 101A') $$, 'the customer holds two, the van one full and two empties');

-- Back at the depot: what is missing is known by its number.
select tests.sign_in('driver@acme.test');
select pg_temp.scan('trip', tests.id('trip'), '{E1}');
select pg_temp.scan('trip', tests.id('trip'), '{E2}');
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(tests.found('FULL', 0), tests.found('SHELL', 1), tests.found('SHELL', 1, 'suspect')))).id);
select tests.sign_in('manager@acme.test');
select approve_variance(v.id, 'lost') from variances v where v.offload_id = tests.id('offload');
select review_offload(tests.id('offload'));
select approve_offload(tests.id('offload'));
select tests.sign_out();
select results_eq($$ select pg_temp.place('C3'), pg_temp.place('E1'), pg_temp.place('E2') $$, $$ values ('FULL good gone', 'SHELL good NBO', 'SHELL suspect NBO') $$, 'what nobody scanned is lost, the rest is home');

-- What the customer returns is of what he got.
select pg_temp.received('{D1,D2,D3}');
select tests.sign_in('sales@acme.test');
select tests.remember('return', (request_return(tests.customer('Kilimani Mini Mart'), (select jsonb_agg(jsonb_build_object('order_item_id', i.id, 'quantity', 1)) from order_items i where i.order_id = tests.id('order')), 'unsold')).id);
select tests.sign_in('manager@acme.test');
select approve_return(tests.id('return'));
select tests.sign_in('warehouse@acme.test');
create function pg_temp.take_back() returns returns language sql as $$
  select receive_return(tests.id('return'), (select jsonb_agg(jsonb_build_object('return_item_id', i.id, 'good', 0, 'suspect', 1, 'defective', 0)) from return_items i where i.return_id = tests.id('return')))
$$;
grant execute on function pg_temp.take_back to public;
select throws_ok($$ select pg_temp.take_back() $$, 'PT409', 'serials_needed', 'which of the two comes back is said');
select throws_ok($$ select pg_temp.scan('return', tests.id('return'), '{D1}', 'FULL', 'suspect') $$, 'PT409', 'serials_invalid', 'what we have here does not come back');
select pg_temp.scan('return', tests.id('return'), '{C2}', 'FULL', 'suspect');
select pg_temp.take_back();
select tests.sign_out();
select results_eq($$ select pg_temp.place('C1'), pg_temp.place('C2') $$, $$ values ('FULL good Kilimani Mini Mart', 'FULL suspect NBO') $$, 'it is back, and the other is with the customer still');

-- A piece that was scanned by mistake goes off the sheet, and a trip that is given up lets go of all.
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'FULL', 3));
create function pg_temp.later_trip() returns uuid language plpgsql as $$
declare
  trip uuid;
begin
  perform tests.sign_in('dispatcher@acme.test');
  trip := (create_trip(tests.depot(), now() + interval '30 hours', now() + interval '32 hours', tests.vehicle('KDA 101A'), tests.driver(), array[tests.id('order')])).id;
  perform plan_trip(trip);
  perform tests.sign_in('warehouse@acme.test');
  return trip;
end $$;
grant execute on function pg_temp.later_trip to public;
select tests.remember('trip', pg_temp.later_trip());
select pg_temp.scan('trip', tests.id('trip'), '{D1,D2,D3}');
select unscan_serials('trip', tests.id('trip'), '{D3}');
select lives_ok($$ select pg_temp.scan('trip', tests.id('trip'), '{C4}') $$, 'another takes its place on the sheet');
select tests.sign_in('dispatcher@acme.test');
select cancel_trip(tests.id('trip'), 'Rain');
select tests.remember('trip', pg_temp.later_trip());
select lives_ok($$ select pg_temp.scan('trip', tests.id('trip'), '{D1,D2,C4}') $$, 'what was scanned for a cancelled trip is free');
select tests.sign_out();
select is_empty($$ select * from private.rebuild_balances_of(tests.tenant('acme')) $$, 'pieces and balances agree');

-- Who had it when.
select tests.sign_in('manager@acme.test');
select results_eq($$ select m.kind::text, m.quantity::integer, c.name from serial_movements m join serials s on s.id = m.serial_id left join orders o on o.id = m.reference_id left join returns r on r.id = m.reference_id left join customers c on c.id = coalesce(o.customer_id, r.customer_id) where s.code = 'C2' order by 1, 2 $$,
  $$ values ('adjustment', 1, null), ('delivery', -1, 'Kilimani Mini Mart'), ('load', -1, null), ('load', 1, null), ('return', 1, 'Kilimani Mini Mart') $$, 'the history of a cylinder names who had it');
select results_eq($$ select s.code, c.name from serials s join customers c on c.id = s.customer_id $$, $$ values ('C1', 'Kilimani Mini Mart') $$, 'and who has it now');
select tests.sign_in('manager@globex.test');
select is_empty($$ select code from serials where code like 'C%' $$, 'a stranger sees none');
select tests.sign_in('driver@acme.test');
select is_empty($$ select code from serials $$, 'nor does who does not see stock');

select * from finish();
rollback;
