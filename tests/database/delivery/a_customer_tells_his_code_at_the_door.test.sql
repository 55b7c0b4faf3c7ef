begin;
select plan(38);

create function pg_temp.hear() returns void language sql security definer as $$ select private.process_queue('notifications', 200) $$;
-- What the newest message with a code says: read where nobody of the company reads.
create function pg_temp.code_of(entity uuid) returns text language sql security definer as $$
  select substring(m.body from 'is ([0-9]{6})\.') from public.messages m where m.entity_id = entity and m.template = 'order.code' order by m.created_at desc, m.id desc limit 1
$$;
create function pg_temp.wrong(code text) returns text language sql as $$ select case code when '111111' then '222222' else '111111' end $$;
create function pg_temp.taken(order_id uuid, because text default null) returns text language sql as $$
  select status::text from public.complete_delivery(order_id, tests.taken(order_id, 1), 'Tom', tests.signature(), no_code_because => because)
$$;
update customers set phone = '+254711000999' where name = 'Kilimani Mini Mart';
update customers set phone = null, email = null where name = 'Westlands Wholesalers';

-- The company says that its customers are asked, and of one that he is not.
select tests.sign_in('admin@acme.test');
select is(choose_notice('order.code', true), true, 'a company has its customers told a code');
select is(choose_notice('order.code', false, null, tests.customer('Gikomba Traders')), false, 'but not this one');
select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('mute', tests.allocated('Westlands Wholesalers', 'COL-300', 1));
select tests.remember('third', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('plain', tests.allocated('Gikomba Traders', 'COL-300', 1));
select tests.on_the_road(array[tests.id('order'), tests.id('mute'), tests.id('third'), tests.id('plain')]);
select is((select array_agg(s.order_id order by s.sequence) from trip_stops s where s.asks_for_code and s.trip_id = (select trip_id from trip_stops where order_id = tests.id('order'))),
  array[tests.id('order'), tests.id('mute'), tests.id('third')], 'as the trip leaves, their stops ask for it');
select pg_temp.hear();
select set_config('tests.code', pg_temp.code_of(tests.id('order')), true);
create function pg_temp.code() returns text language sql as $$ select current_setting('tests.code') $$;
select is(pg_temp.code_of(tests.id('plain')), null, 'no code is made where nobody asks for one');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select enter_delivery_code(tests.id('plain'), '123456') $$, 'PT409', 'delivery_code_not_asked_for', 'and none can be entered');
select is(pg_temp.taken(tests.id('plain'), 'not needed'), 'delivered', 'the delivery needs none');
select is((select no_code_because from delivery_proofs where order_id = tests.id('plain')), null, 'so no reason is kept either');
select tests.sign_out();
select matches(pg_temp.code(), '^[0-9]{6}$', 'the customer is sent six digits');
select is(pg_temp.code_of(tests.id('mute')), null, 'who has no address is not');

-- Nobody of the company reads it.
select tests.sign_in('admin@acme.test');
select is((select count(*)::int from messages where template = 'order.code'), 0, 'the message is read by nobody of the company');
select tests.sign_in('driver@acme.test');
select is((select count(*)::int from messages where template = 'order.code'), 0, 'least of all by the driver');
select throws_ok($$ select * from private.delivery_codes $$, '42501', null, 'nor are the codes');
select tests.sign_out();
select is((select count(*)::int from event_store e where e::text ~ pg_temp.code() and e.entity_id = tests.id('order')), 0, 'no event carries it');
select is((select count(*)::int from private.delivery_codes c where c::text ~ pg_temp.code() and c.order_id = tests.id('order')), 0, 'and it is kept as a hash');

-- At the door.
select tests.sign_in('driver@acme.test');
select ok((select o.allowed_commands @> '{enter_delivery_code}' from orders o where id = tests.id('order')), 'the driver is offered to enter it');
select throws_ok($$ select pg_temp.taken(tests.id('order')) $$, 'PT409', 'delivery_code_missing', 'without it nothing is delivered');
select throws_ok($$ select enter_delivery_code(tests.id('order'), '12 45') $$, 'PT422', 'input_invalid', 'a code is six digits');
select is(enter_delivery_code(tests.id('order'), pg_temp.wrong(pg_temp.code())), '{"is_right": false, "tries_left": 4}', 'a wrong one is told as wrong, and counts');
select throws_ok($$ select pg_temp.taken(tests.id('order')) $$, 'PT409', 'delivery_code_missing', 'and helps nothing');
select tests.sign_in('dispatcher@acme.test');
select ok((select o.allowed_commands @> '{send_delivery_code}' from orders o where id = tests.id('order')), 'the office may have another one sent');
select lives_ok($$ select send_delivery_code(tests.id('order')) $$, 'and does');
select isnt(pg_temp.code_of(tests.id('order')), pg_temp.code(), 'it is another one');
select throws_ok($$ select send_delivery_code(tests.id('mute')) $$, 'PT409', 'delivery_code_not_tellable', 'nothing is sent to nowhere');
select tests.sign_in('driver@acme.test');
select is(enter_delivery_code(tests.id('order'), pg_temp.code()), '{"is_right": true, "tries_left": 3}', 'the first one is right all the same');
select is(enter_delivery_code(tests.id('order'), pg_temp.wrong(pg_temp.code())) ->> 'is_right', 'true', 'once it was right nothing is counted any more');
select is(pg_temp.taken(tests.id('order'), 'He was in a hurry'), 'delivered', 'then the goods are handed over');
select is((select no_code_because from delivery_proofs where order_id = tests.id('order')), null, 'and no reason is kept beside a right code');
select is((select array_agg(is_right order by place) from delivery_code_tries where order_id = tests.id('order')), '{f,t}', 'the tries stay to be read');

select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select send_delivery_code(tests.id('order')) $$, 'PT409', 'order_transition_illegal', 'what was delivered needs none any more');
select tests.sign_in('driver@acme.test');

-- Without one.
select is(pg_temp.taken(tests.id('mute'), ' He has no telephone '), 'delivered', 'without a code the driver says why');
select tests.sign_in('manager@acme.test');
select is((select no_code_because from delivery_proofs where order_id = tests.id('mute')), 'He has no telephone', 'which the office reads');
select tests.sign_in('driver@acme.test');
select is((select array_agg(enter_delivery_code(tests.id('third'), lpad(n::text, 6, '0')) ->> 'is_right') from generate_series(1, 5) n), '{false,false,false,false,false}', 'five are tried');
select throws_ok($$ select enter_delivery_code(tests.id('third'), '000006') $$, 'PT409', 'delivery_code_tries_used', 'and not a sixth');
select ok(not (select o.allowed_commands @> '{enter_delivery_code}' from orders o where id = tests.id('third')), 'which is not offered either');
select tests.sign_out();
select throws_ok($$ insert into delivery_code_tries (tenant_id, order_id, trip_id, place, is_right, entered_at, entered_by)
  select t.tenant_id, t.order_id, t.trip_id, 6, true, now(), t.entered_by from delivery_code_tries t where t.order_id = tests.id('third') limit 1 $$, '23514', null, 'whoever writes it');

-- The customer himself.
select lives_ok($$ select private.record_message_result(m.tenant_id, m.id, 'sent') from messages m where m.template = 'order.code' $$, 'the messages leave');
select is((select count(*)::int from messages where template = 'order.code' and body ~ 'is [0-9]{6}\.'), 0, 'and their words go with them');
select is((select count(*)::int from delivery_code_tries t join trip_stops s using (order_id) where s.asks_for_code and t.entered_by <> tests.account('driver@acme.test')), 0, 'who entered a code is known');

select * from finish();
rollback;
