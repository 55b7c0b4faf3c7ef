begin;
select plan(31);

select tests.remember('foreign', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('address', (select a.id from customer_addresses a where a.customer_id = tests.customer('Kilimani Mini Mart')));
select tests.sign_in('customer@acme.test');

-- What he chooses from, at his own price.
select ok((select count(*) from my_products()) >= 5, 'the products that he can order');
select is((select unit_price from my_products('COL-300')), (quoted.q #>> '{lines,0,unit_price}')::numeric, 'each at the price that an order has')
from (select my_quote(tests.lines('COL-300', 1)) as q) quoted;
select is((select count(*) from my_products('no such thing')), 0::bigint, 'as far as he looks for them');
select is((select count(*) from my_products('%')), 0::bigint, 'a sign of percent is a sign of percent');
select is((my_quote(tests.lines('COL-300', 10)) ->> 'total')::numeric, 9048.00, 'he sees what it costs him');
select is(my_quote(tests.lines('COL-300', 999999)) #> '{lines,0,in_stock}', 'true', 'and whether there is some');
select is(my_quote(tests.lines('COL-300', 1)) #> '{lines,0,available}', null, 'not how much');
select throws_ok($$ select my_quote('[]') $$, 'PT422', 'lines_invalid', 'an order has lines');

-- A draft, changed and sent.
select tests.remember('own', (place_my_order(tests.lines('COL-300', 10), send => false, notes => 'Ring twice') ->> 'id')::uuid);
select is((my_order(tests.id('own')) ->> 'total')::numeric, 9048.00, 'the order is entered at that price');
select is(my_order(tests.id('own')) ->> 'status', 'draft', 'as a draft where he does not send it');
select is(my_order(tests.id('own')) #>> '{address,label}', (my_account() #>> '{addresses,0,label}'), 'to his own address');
select is((change_my_order(tests.id('own'), tests.lines('COL-300', 5)) ->> 'total')::numeric, 4524.00, 'he changes it');
select is(change_my_order(tests.id('own'), tests.lines('COL-300', 5), send => true) ->> 'status', 'pending_approval', 'and sends it');
select throws_ok($$ select change_my_order(tests.id('own'), tests.lines('COL-300', 6)) $$, 'PT409', 'order_not_editable', 'sent it is ours to change');
select is((select array_agg(status) from my_orders()), array['pending_approval'], 'it is the only order he sees');
select throws_ok($$ select change_my_order(tests.id('own'), tests.lines('COL-300', 6), expected_version => 1) $$, 'PT409', 'version_conflict', 'an old page is told so');

-- What is ours stays ours.
select throws_ok($$ select approve_order(tests.id('own')) $$, '42501', 'permission_denied', 'he approves nothing');
select throws_ok($$ select amend_order(tests.id('own'), tests.lines('COL-300', 6)) $$, '42501', 'permission_denied', 'and gives no command of ours');
select throws_ok($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'orders for nobody else');
select throws_ok($$ select my_order(tests.id('foreign')) $$, 'PT404', 'record_not_found', 'finds no order of others');
select throws_ok($$ select change_my_order(tests.id('foreign'), tests.lines('COL-300', 6)) $$, 'PT404', 'record_not_found', 'changes none');
select throws_ok($$ select cancel_my_order(tests.id('foreign')) $$, 'PT404', 'record_not_found', 'gives none up');
select throws_ok($$ select place_my_order(tests.lines('COL-300', 1), address_id => tests.id('address')) $$, 'PT422', 'address_required', 'and has nothing brought to them');

-- Who did what is written down.
select tests.sign_out();
select is((select o.created_by from orders o where o.id = tests.id('own')), tests.account('customer@acme.test'), 'the order is of his hand');
select is((select array_agg(e.command || ' ' || coalesce(e.rule, '')) from event_store e where e.entity_id = tests.id('own') and e.machine is not null),
  array['change_my_order customer.order'], 'and was sent by the rule that lets him');

-- Confirmed, it is no longer his to give up.
select tests.sign_in('customer@acme.test');
select is(cancel_my_order((place_my_order(tests.lines('COL-300', 1)) ->> 'id')::uuid) ->> 'status', 'cancelled', 'what waits he gives up');
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('own'))).status::text, 'approved', 'a manager approves what he ordered');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select cancel_my_order(tests.id('own')) $$, 'PT409', 'order_not_editable', 'then he asks us');

-- A suspended customer orders nothing; a colleague acts for nobody.
select tests.sign_in('manager@acme.test');
select suspend_customer(tests.customer('Mama Njeri Shop'), 'Owes too much');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select place_my_order(tests.lines('COL-300', 1)) $$, 'PT409', 'customer_suspended', 'suspended, he cannot send');
select is((my_account() ->> 'can_order')::boolean, false, 'and is told so before');
select tests.sign_in('owner@acme.test');
select throws_ok($$ select my_account() $$, '42501', 'permission_denied', 'an owner has the right to give, and no account of his own');

select * from finish();
rollback;
