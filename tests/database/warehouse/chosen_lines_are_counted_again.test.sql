begin;
select plan(15);

select tests.remember('count', tests.begun(tests.count_of(null)));
select tests.sign_in('warehouse@acme.test');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('WAT-1500', 400)));
select tests.counted(tests.id('count'), 'COL-300', 40);
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select recount_stock_count(tests.id('count'), tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'the clerk does not have himself counted again');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select recount_stock_count(tests.id('count'), '[]') $$, 'PT422', 'input_invalid', 'which lines?');
select throws_ok($$ select recount_stock_count(tests.id('count'), tests.lines('EMP-CYL13', 1)) $$, 'PT422', 'input_invalid', 'lines of the count');
select is((recount_stock_count(tests.id('count'), tests.lines('COL-300', 1), array[tests.account('dispatcher@acme.test')])).status::text, 'recounting', 'the manager does, and names another');
select results_eq($$ select counted, expected from stock_count_items where stock_count_id = tests.id('count') and product_id in (tests.product('COL-300'), tests.product('WAT-1500')) order by counted $$,
  $$ values (400.000, 400.000), (null::numeric, null::numeric) $$, 'the line is open again, the others are not');
select tests.sign_in('warehouse@acme.test');
select is((select count(*) from inventory where warehouse_id = tests.depot()), 0::bigint, 'the counters are blind again');
select throws_ok($$ select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('WAT-1500', 1))) $$, 'PT409', 'count_line_closed', 'and write into that line alone');
select throws_like($$ select finish_stock_count(tests.id('count')) $$, 'count_incomplete', 'which they have to count');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 398)));
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 399)));
select is((finish_stock_count(tests.id('count'))).status::text, 'counted', 'until it is right');
select results_eq($$ select counted, variance from stock_count_items where stock_count_id = tests.id('count') and product_id in (tests.product('COL-300'), tests.product('WAT-1500')) order by counted $$,
  $$ values (399.000, -1.000), (400.000, 0.000) $$, 'it has a difference of its own');
select tests.sign_out();
update memberships set role = 'manager' where id = tests.membership('dispatcher@acme.test');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select approve_stock_count(tests.id('count')) $$, '42501', 'separation_of_duties', 'whoever was named to count does not approve');
select tests.posted(tests.id('count'));
select is(tests.stock('COL-300'), 399.000, 'others do, and it is posted');
select tests.sign_in('auditor@acme.test');
select is((select count(*) from audit_logs where table_name = 'stock_count_items' and new_values ->> 'counted' in ('40', '40.000')), 1::bigint, 'what was found first is in the audit trail');
select tests.sign_out();

select tests.remember('second', tests.begun(tests.count_of('COL-300')));
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select cancel_stock_count(tests.id('second'), '') $$, 'PT422', 'reason_required', 'giving up needs a reason');
select is((cancel_stock_count(tests.id('second'), 'Rain in the yard')).status::text, 'cancelled', 'and is possible with one');

select * from finish();
rollback;
