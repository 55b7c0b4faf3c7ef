begin;
select plan(3);

select tests.sign_in('sales@acme.test');
select lives_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), external_reference => 'WEB-1') $$, 'the first');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), external_reference => 'WEB-1') $$, 'PT409', 'order_reference_taken', 'the second');
select tests.sign_in('sales@globex.test');
select lives_ok($$ select create_order(tests.customer('South B Gas Point', 'globex'), tests.depot('NBO', 'globex'), jsonb_build_array(jsonb_build_object('product_id', tests.product('GAS-06', 'globex'), 'quantity', 1)), external_reference => 'WEB-1') $$, 'another company has its own');

select * from finish();
rollback;
