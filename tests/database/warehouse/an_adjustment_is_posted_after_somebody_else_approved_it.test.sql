begin;
select plan(11);

select tests.sign_in('warehouse@acme.test');
select tests.remember('adjustment', (create_adjustment(tests.depot(), tests.reason('Damaged'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', -7)))).id);
select throws_ok($$ select apply_adjustment(tests.id('adjustment')) $$, 'PT409', 'adjustment_transition_illegal', 'a draft is not applied');
select is((submit_adjustment(tests.id('adjustment'))).status::text, 'pending_approval', 'it is submitted');
select throws_ok($$ select approve_adjustment(tests.id('adjustment')) $$, '42501', 'permission_denied', 'the clerk does not approve');
select tests.sign_in('manager@acme.test');
select is((approve_adjustment(tests.id('adjustment'))).status::text, 'approved', 'the manager does');
select is(tests.stock('COL-300'), 400.000, 'nothing has moved yet');
select tests.sign_in('warehouse@acme.test');
select is((apply_adjustment(tests.id('adjustment'))).status::text, 'applied', 'it is applied');
select is(tests.stock('COL-300'), 393.000, 'and the stock follows');
select throws_ok($$ select apply_adjustment(tests.id('adjustment')) $$, 'PT409', 'adjustment_transition_illegal', 'once');
select tests.sign_in('manager@acme.test');
select tests.remember('own', (create_adjustment(tests.depot(), tests.reason('Found'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 7)))).id);
select submit_adjustment(tests.id('own'));
select throws_ok($$ select approve_adjustment(tests.id('own')) $$, '42501', 'separation_of_duties', 'a manager does not approve his own');
select tests.sign_in('admin@acme.test');
select throws_ok($$ select reject_adjustment(tests.id('own'), '') $$, 'PT422', 'reason_required', 'a refusal needs a reason');
select is((reject_adjustment(tests.id('own'), 'Count again')).status::text, 'rejected', 'and is possible with one');

select * from finish();
rollback;
