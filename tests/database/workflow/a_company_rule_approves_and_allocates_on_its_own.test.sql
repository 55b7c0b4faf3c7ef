begin;
select plan(7);

update tenant_settings set business_rules = '{"orders.auto_approve": {"and": [{"<": [{"var": "order.total"}, 5000]}, {"==": [{"var": "customer.customer_type"}, "retail"]}]}, "orders.auto_allocate": true}' where tenant_id = tests.tenant('acme');
select tests.remember('small', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('large', tests.pending('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('wholesale', tests.pending('Westlands Wholesalers', 'COL-300', 1));
select is(tests.status('order', tests.id('small')), 'approved', 'a small order of a shop is approved at once');
select is(tests.status('order', tests.id('large')), 'pending_approval', 'a larger one waits');
select is(tests.status('order', tests.id('wholesale')), 'pending_approval', 'as does one of a wholesaler');
select is((select executed_rule from transition_executions where entity_id = tests.id('small') and command = 'approve'), 'orders.auto_approve', 'the history names the rule');
select ok((private.process_queue('order_events', 200) ->> 'dead')::int = 0, 'the queue is worked off');
select is(tests.status('order', tests.id('small')), 'allocated', 'and what was approved is allocated');
select is(tests.reserved('COL-300'), 1.000, 'with its stock');

select * from finish();
rollback;
