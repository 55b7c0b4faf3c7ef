begin;
select plan(7);

select tests.remember('order', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select throws_ok($$ update orders set status = 'approved', approved_at = now() where id = tests.id('order') $$, 'PT409', 'order_transition_illegal', 'from draft to approved there is no way');
select throws_ok($$ update orders set status = 'delivered', delivered_at = now() where id = tests.id('order') $$, 'PT409', null, 'nor to delivered');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'nor for a manager');
select throws_ok($$ select allocate_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'nor to allocated');
select throws_ok($$ update orders set status = 'cancelled' where id = tests.id('order') $$, '42501', null, 'and nobody writes the state');
select cancel_order(tests.id('order'), 'Not wanted');
select throws_ok($$ select submit_order(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'a terminal state is left by nobody');
select tests.sign_out();
select throws_ok($$ update orders set status = 'draft' where id = tests.id('order') $$, 'PT409', 'order_transition_illegal', 'nor by the superuser');

select * from finish();
rollback;
