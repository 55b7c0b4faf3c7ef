begin;
select plan(12);

create function pg_temp.lines() returns setof text language sql stable security definer as $$
  select p.sku || ' ' || i.condition || coalesce(' ' || i.counted, '') from stock_count_items i join products p on p.id = i.product_id where i.stock_count_id = tests.id('count') order by 1
$$;
create function pg_temp.move(sku text, quantity numeric, condition stock_condition default 'good') returns void language sql security definer as $$
  insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
  values (tests.tenant('acme'), tests.depot(), tests.product(sku), condition, quantity, 'adjustment', 'test', tests.depot())
$$;

select tests.remember('count', tests.begun(tests.count_of(null)));
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select refresh_stock_count(tests.id('count')) $$, '42501', 'counters_are_blind', 'who counts does not compare with the books');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 400), tests.found('EMP-CRATE24', 3)));
select tests.sign_out();
select pg_temp.move('ORG-300', 4, 'suspect');
select is((select count(*) from pg_temp.lines() l where l = 'ORG-300 suspect'), 0::bigint, 'what comes while it is counted has no line yet');
select tests.sign_in('manager@acme.test');
select lives_ok($$ select refresh_stock_count(tests.id('count')) $$, 'somebody else looks again');
select is((select count(*) from pg_temp.lines() l where l = 'ORG-300 suspect'), 1::bigint, 'then it has');
select tests.sign_out();
select tests.counted(tests.id('count'), 'WAT-500', 390);

-- Four lines are counted again; two of them are empty by now, one of those was added by hand.
select tests.sign_in('manager@acme.test');
select recount_stock_count(tests.id('count'), tests.lines('COL-300', 1) || tests.lines('ORG-300', 1) || tests.lines('EMP-CRATE24', 1) || tests.lines('GIN-300', 1));
select tests.sign_out();
select pg_temp.move('ORG-300', -400);
select pg_temp.move('GIN-300', -400);
select pg_temp.move('TON-300', -400);
select tests.sign_in('warehouse@acme.test');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('GIN-300', 0)));
select tests.sign_in('manager@acme.test');
select refresh_stock_count(tests.id('count'));
select is((select count(*) from pg_temp.lines() l where l = 'ORG-300 good'), 0::bigint, 'what is not there any more need not be counted again');
select is((select count(*) from pg_temp.lines() l where l like 'EMP-CRATE24 good'), 1::bigint, 'what was added by hand stays');
select is((select count(*) from pg_temp.lines() l where l = 'GIN-300 good 0.000'), 1::bigint, 'so does a zero that was typed');
select is((select count(*) from pg_temp.lines() l where l = 'COL-300 good'), 1::bigint, 'and what is still there');
select is((select count(*) from pg_temp.lines() l where l like 'TON-300 good%'), 1::bigint, 'lines of the round before are as they were');
select refresh_stock_count(tests.id('count'));
select is((select count(*) from pg_temp.lines() l where l like 'WAT-500 good 390%'), 1::bigint, 'however often it is done');
select tests.sign_in('warehouse@acme.test');
select finish_stock_count(tests.id('count'), leave_uncounted => true);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select refresh_stock_count(tests.id('count')) $$, 'PT409', 'stock_count_transition_illegal', 'a finished count is not changed');
select tests.sign_out();
select tests.posted(tests.id('count'));
select is(tests.stock('WAT-500'), 390.000, 'and is posted with what was found, whatever has moved that nobody counted');

select * from finish();
rollback;
