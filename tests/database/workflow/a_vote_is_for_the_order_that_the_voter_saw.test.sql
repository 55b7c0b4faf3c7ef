begin;
select plan(3);

insert into workflow_definitions (tenant_id, machine, from_state, command, approvals_required) values (tests.tenant('acme'), 'order', 'pending_approval', 'approve', 2);
select tests.remember('order', tests.pending('Westlands Wholesalers', 'COL-300', 1));
select tests.sign_in('admin@acme.test');
select approve_order(tests.id('order'));
select tests.sign_in('sales@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 300))).status::text, 'pending_approval', 'the order grows after the first vote');
select tests.sign_in('owner@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'pending_approval', 'which does not count any more');
select tests.sign_in('admin@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'approved', 'until it is cast again');

select * from finish();
rollback;
