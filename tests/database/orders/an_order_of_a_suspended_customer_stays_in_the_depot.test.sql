begin;
select plan(29);

select tests.remember('pending', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('given_up', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('approved', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('allocated', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('loaded', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('neighbour', tests.allocated('Java Corner Cafe', 'COL-300', 1));
select tests.remember('trip', tests.loaded(array[tests.id('loaded'), tests.id('neighbour')]));
create function pg_temp.problems(statement text) returns text language plpgsql as $$
declare detail text;
begin
  execute statement;
  return 'accepted';
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return sqlerrm || coalesce(': ' || (select string_agg(o ->> 'problem', ', ') from jsonb_array_elements(detail::jsonb -> 'orders') o), '');
end $$;
create function pg_temp.trip_with(orders uuid[]) returns text language sql as $$
  select pg_temp.problems(format('select create_trip(tests.depot(), now() + interval ''1 day'', now() + interval ''2 days'', order_ids => %L)', orders))
$$;
create function pg_temp.commands(wanted text) returns text[] language sql as $$ select o.allowed_commands from orders o where id = tests.id(wanted) $$;

select tests.sign_in('manager@acme.test');
select is('release_suspended' = any (pg_temp.commands('pending')), false, 'nothing is to be released yet');
select throws_ok($$ select release_suspended_order(tests.id('pending'), 'x') $$, 'PT409', 'order_not_suspended', 'and cannot');
select suspend_customer(tests.customer('Kilimani Mini Mart'), 'Cheque bounced');

-- Before goods leave, every step is refused.
select throws_ok($$ select approve_order(tests.id('pending'), 'x') $$, 'PT409', 'customer_suspended', 'it is not approved');
select throws_ok($$ select allocate_order(tests.id('approved')) $$, 'PT409', 'customer_suspended', 'not allocated');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.trip_with(array[tests.id('allocated')]), 'orders_not_assignable: customer_suspended', 'put on no trip');
select is(pg_temp.problems($$ select dispatch_trip(tests.id('trip')) $$), 'orders_not_assignable: customer_suspended', 'and the van that has it does not leave');
select tests.sign_in('manager@acme.test');
select is((cancel_order(tests.id('given_up'), 'He does not pay')).status, 'cancelled', 'giving up is possible');

-- Somebody with the right takes it on himself, order by order.
select tests.sign_in('sales@acme.test');
select is('release_suspended' = any (pg_temp.commands('loaded')), false, 'sales is not offered to');
select throws_ok($$ select release_suspended_order(tests.id('loaded'), 'x') $$, '42501', 'permission_denied', 'and may not');
select tests.sign_in('manager@acme.test');
select is('release_suspended' = any (pg_temp.commands('loaded')), true, 'the manager is');
select throws_ok($$ select release_suspended_order(tests.id('loaded'), ' ') $$, 'PT422', 'suspension_note_is_bounded', 'with a note');
select is((release_suspended_order(tests.id('loaded'), ' Paid in cash ')).suspension_note, 'Paid in cash', 'which is kept');
select throws_ok($$ select release_suspended_order(tests.id('loaded'), 'x') $$, 'PT409', 'order_not_suspended', 'once');
select is((release_suspended_order(tests.id('pending'), 'Paid in cash')).status, 'pending_approval', 'it releases the one order');
select is((approve_order(tests.id('pending'), 'known')).status, 'approved', 'which goes on');
select is((allocate_order(tests.id('pending'))).status, 'allocated', 'to the next step');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.trip_with(array[tests.id('pending')]), 'accepted', 'and the next');
select is((dispatch_trip(tests.id('trip'))).status, 'dispatched', 'the van may leave');
select tests.sign_in('driver@acme.test');
select start_trip(tests.id('trip'));
select tests.sign_out();
update orders set suspension_note = null where id = tests.id('loaded');
select lives_ok($$ select tests.deliver(tests.id('loaded'), 1) $$, 'what is on the road is delivered');

-- Who entered an order does not release it.
select tests.sign_in('manager@acme.test');
select reactivate_customer(tests.customer('Kilimani Mini Mart'));
select tests.remember('own', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), submit => true)).id);
select suspend_customer(tests.customer('Kilimani Mini Mart'), 'Again');
select throws_ok($$ select release_suspended_order(tests.id('own'), 'x') $$, '42501', 'separation_of_duties', 'his own order is released by somebody else');
select is('release_suspended' = any (pg_temp.commands('own')), false, 'and not offered');
select reactivate_customer(tests.customer('Kilimani Mini Mart'));
select is((allocate_order(tests.id('approved'))).status, 'allocated', 'once he is active again everything goes on');

-- An address out of use under its order.
select tests.sign_in('sales@acme.test');
insert into customer_addresses (customer_id, label, street, city) values (tests.customer('Kilimani Mini Mart'), 'New shop', 'Ngong Road 9', 'Nairobi');
select tests.remember('new', (select id from customer_addresses where label = 'New shop'));
select tests.sign_out();
select tests.remember('draft', tests.draft('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('waiting', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
update customer_addresses set is_active = false where customer_id = tests.customer('Kilimani Mini Mart') and id <> tests.id('new');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.trip_with(array[tests.id('approved')]), 'orders_not_assignable: address_inactive', 'a trip says that it is not known any more');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_order(tests.id('waiting'), 'x') $$, 'PT409', 'address_inactive', 'so does the approval');
select throws_ok($$ select submit_order(tests.id('draft')) $$, 'PT409', 'address_inactive', 'and who sends it for approval');
select is((amend_order(tests.id('approved'), address_id => tests.id('new'))).address_id, tests.id('new'), 'with another address');
select tests.sign_in('dispatcher@acme.test');
select is(pg_temp.trip_with(array[tests.id('approved')]), 'accepted', 'it rides');

-- The stop goes where the order goes.
select tests.sign_out();
update customer_addresses set is_active = true where customer_id = tests.customer('Kilimani Mini Mart');
select tests.sign_in('sales@acme.test');
select amend_order(tests.id('approved'), address_id => (select id from customer_addresses where customer_id = tests.customer('Kilimani Mini Mart') and id <> tests.id('new') limit 1));
select tests.sign_out();
select isnt((select address_id from trip_stops where order_id = tests.id('approved')), tests.id('new'), 'a changed address changes the stop of a trip that has not left');

-- What failed at an address that is out of use now is tried again at another.
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('neighbour'), 'Closed');
select tests.sign_out();
update customer_addresses set is_active = false where customer_id = tests.customer('Java Corner Cafe');
insert into customer_addresses (tenant_id, customer_id, label, street, city) values (tests.tenant('acme'), tests.customer('Java Corner Cafe'), 'Second', 'Moi Avenue 2', 'Nairobi');
select tests.sign_in('sales@acme.test');
select tests.remember('second', (reattempt_order(tests.id('neighbour'))).address_id);
select is((select label from customer_addresses where id = tests.id('second')), 'Second', 'the one in use');

select * from finish();
rollback;
