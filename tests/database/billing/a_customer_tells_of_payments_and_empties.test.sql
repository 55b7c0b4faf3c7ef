begin;
select plan(24);

select tests.sign_in('customer@acme.test');

-- Money.
select tests.remember('told', tell_my_payment(500, 'qwe 123 rty'));
select is((select array_agg(p.status || ' ' || p.reference) from my_payments() p), array['pending QWE123RTY'], 'what he tells of waits');
select is((my_account() ->> 'told')::numeric, 500.00, 'and is told to wait');
select is((my_account() ->> 'advances')::numeric, 0::numeric, 'it pays nothing yet');
select throws_ok($$ select tell_my_payment(500, 'QWE123RTY') $$, 'PT409', 'payment_reference_taken', 'the same money is told of once');
select throws_ok($$ select tell_my_payment(500, '  ') $$, 'PT422', 'mpesa_has_its_code', 'by its code');
select throws_ok($$ select tell_my_payment(-5, 'QWE124RTY') $$, 'PT422', 'payment_invalid', 'and its amount');
select throws_ok($$ select approve_payment(tests.id('told')) $$, '42501', 'permission_denied', 'he does not confirm it himself');
select throws_ok($$ select my_paper('receipt', tests.id('told')) $$, 'PT404', 'record_not_found', 'there is no receipt for it yet');
select tests.sign_in('finance@acme.test');
select is((approve_payment(tests.id('told'))).status::text, 'approved', 'finance confirms it');
select tests.sign_in('customer@acme.test');
select is((my_account() ->> 'advances')::numeric, 500.00, 'then it is his');
select is(my_paper('receipt', tests.id('told')) #>> '{document,amount}', '500.00', 'and has its receipt');
select is((select balance from my_statement() order by on_date desc, balance limit 1), -500.00, 'and stands on his statement');

-- Empties.
select tests.sign_out();
select private.move_containers(tests.tenant('acme'), 'depot', tests.depot(), 'customer', tests.customer('Mama Njeri Shop'), 'test', tests.customer('Mama Njeri Shop'),
  jsonb_build_array(jsonb_build_object('product_id', p.id, 'quantity', 12, 'unit_deposit', 300)), now())
from (select container_product_id as id from products where id = tests.product('COL-300')) p;
select tests.remember('crate', (select container_product_id from products where id = tests.product('COL-300')));
select tests.sign_in('customer@acme.test');
select is((select (quantity, deposit, counted)::text from my_containers()), '(12.000,3600.00,)', 'he sees what he holds');
select is(confirm_my_containers(jsonb_build_array(jsonb_build_object('product_id', tests.id('crate'), 'counted', 12))), true, 'he confirms it');
select is((select counted from my_containers()), 12.000, 'which is kept');
select is(confirm_my_containers(jsonb_build_array(jsonb_build_object('product_id', tests.id('crate'), 'counted', 10))), false, 'or says otherwise');
select is((select (quantity, counted)::text from my_containers()), '(12.000,10.000)', 'the books do not follow him');
select throws_ok($$ select confirm_my_containers(jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'counted', 10))) $$, 'PT422', 'containers_invalid', 'what is no container of his is not counted');
select throws_ok($$ select confirm_my_containers(jsonb_build_array(jsonb_build_object('product_id', tests.id('crate'), 'counted', -1))) $$, 'PT422', 'containers_invalid', 'nor less than nothing');

-- What is wrong.
select lives_ok($$ select ask_for_help('Two bottles were broken', 'payment', tests.id('told')) $$, 'he complains');
select is((select array_agg(r.status || ' ' || coalesce(r.document_kind, '') order by r.created_at, r.id) from my_requests() r), array['open ', 'open payment'], 'and sees what became of it');
select throws_ok($$ select ask_for_help('Mine?', 'order', tests.id('told')) $$, 'PT404', 'record_not_found', 'about nothing that is not his');
select throws_ok($$ select ask_for_help('  ') $$, 'PT422', 'request_text_is_bounded', 'in words');
select tests.sign_in('finance@acme.test');
select is((select array_agg(t.title order by t.id) from tasks t where t.created_by = tests.account('customer@acme.test')),
  array['Mama Njeri Shop: Empty crate with 24 bottles: 10 / 12', 'Mama Njeri Shop: Two bottles were broken'], 'each is a task of a colleague');

select * from finish();
rollback;
