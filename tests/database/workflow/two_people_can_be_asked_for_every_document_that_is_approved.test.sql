begin;
select plan(7);

insert into workflow_definitions (tenant_id, machine, from_state, command, approvals_required) select tests.tenant('acme'), machine, from_state, command, 2 from private.transitions where command = 'approve' and machine not in ('order', 'customer');
select tests.remember('payment', tests.money('Kilimani Mini Mart', 100));
select is(tests.status('payment', tests.id('payment')), 'pending', 'a payment waits for a second');
select tests.sign_in('owner@acme.test');
select is((approve_payment(tests.id('payment'))).status::text, 'approved', 'and gets him');
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.deliver(tests.id('order'), 9, 'Leaking');
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), '[]')).id);
select tests.remember('variance', (select id from variances where offload_id = tests.id('offload')));
select tests.sign_in('manager@acme.test');
select is((approve_variance(tests.id('variance'), 'lost')).status::text, 'pending_review', 'a variance waits');
select tests.sign_in('owner@acme.test');
select is((approve_variance(tests.id('variance'), 'lost')).status::text, 'approved', 'for a second');
select lives_ok($$ select review_offload(tests.id('offload')) $$, 'an offload is reviewed');
select is((approve_offload(tests.id('offload'))).status::text, 'reviewed', 'and waits');
select tests.sign_in('manager@acme.test');
select is((approve_offload(tests.id('offload'))).status::text, 'approved', 'for a second too');

select * from finish();
rollback;
