begin;
select plan(10);

-- An order that the company's rule approves and that is reserved at once is written once.
update tenant_settings set business_rules = '{"orders.auto_approve": true}' where tenant_id = tests.tenant('acme');
select tests.sign_in('manager@acme.test');
select tests.remember('order', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 2), submit => true, allocate => true)).id);
select is((select (status, version)::text from orders where id = tests.id('order')), '(allocated,1)', 'one write takes an order from nothing to reserved');
select is((select array_agg(command || ':' || coalesce(executed_rule, 'in person') order by executed_at, id) from transition_executions where entity_id = tests.id('order')), array['submit:in person', 'approve:orders.auto_approve', 'allocate:in person'], 'the history tells each step and on whose behalf');
select is((select sum(r.quantity) from reservations r join order_items i on i.id = r.order_item_id where i.order_id = tests.id('order')), 2::numeric, 'its stock is reserved');
select tests.sign_out();
select is((select array_agg(event_type order by sequence) from event_store where entity_id = tests.id('order') and event_type is not null), array['order.created', 'order.submitted', 'order.approved', 'order.allocated'], 'and every event is told in its order');
select is((select metadata ->> 'rule' from events where entity_id = tests.id('order') and event_type = 'order.approved'), 'orders.auto_approve', 'with the rule that acted');

-- Whoever may not take one of the steps cannot take them all together either.
select tests.sign_in('sales@acme.test');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 2), submit => true, allocate => true) $$, '42501', 'permission_denied', 'without the right to allocate nothing is written');
select tests.sign_out();
insert into workflow_definitions (tenant_id, machine, from_state, command, is_enabled) values (tests.tenant('acme'), 'order', 'approved', 'allocate', false);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 2), submit => true, allocate => true) $$, 'PT409', 'transition_switched_off', 'nor past a step that the company has switched off');
select tests.sign_out();
delete from workflow_definitions;

-- Short stock refuses the whole order.
update customers set credit_limit = 900000000 where id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 900000), submit => true, allocate => true) $$, 'PT409', 'stock_short', 'an order that cannot be covered is not entered by halves');
select is((create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 2), allocate => true)).status, 'draft', 'a draft reserves nothing');
select tests.sign_out();

-- The announcement ends with the write.
select tests.remember('draft', (select id from orders where status = 'draft' and tenant_id = tests.tenant('acme') order by created_at desc, id desc limit 1));
select throws_ok($$ update orders set status = 'approved', approved_at = now() where id = tests.id('draft') $$, 'PT409', 'order_transition_illegal', 'what one command announced helps no later one');

select * from finish();
rollback;
