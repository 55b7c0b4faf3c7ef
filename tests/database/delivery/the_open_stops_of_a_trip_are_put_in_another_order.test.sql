begin;
select plan(11);

select tests.remember('a', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('b', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('c', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('a'), tests.id('b'), tests.id('c')]));

create function pg_temp.route() returns text language sql security definer as $$
  select string_agg(case s.order_id when tests.id('a') then 'a' when tests.id('b') then 'b' else 'c' end, '' order by s.sequence) from public.trip_stops s where s.trip_id = tests.id('trip')
$$;
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select throws_ok($$select reorder_stops(tests.id('trip'), array[tests.id('c'), tests.id('a'), tests.id('b')])$$, '42501', 'permission_denied', 'whoever loads does not order the stops');
select tests.sign_in('dispatcher@acme.test');
select reorder_stops(tests.id('trip'), array[tests.id('c'), tests.id('a'), tests.id('b')]);
select is(pg_temp.route(), 'cab', 'a planned trip takes another way');
select ok((select l.depot_confirmed_at is not null from loads l where l.trip_id = tests.id('trip')), 'and what was counted stays counted');
select throws_ok($$select reorder_stops(tests.id('trip'), array[tests.id('c'), tests.id('a')])$$, 'PT409', 'stops_changed', 'no stop is left out');
select throws_ok($$select reorder_stops(tests.id('trip'), array[tests.id('c'), tests.id('a'), tests.id('a')])$$, 'PT409', 'stops_changed', 'nor named twice');
select throws_ok($$select reorder_stops(tests.id('trip'), array[tests.id('c'), tests.id('a'), tests.id('b')], 1)$$, 'PT409', 'version_conflict', 'an older version is not written over');
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('dispatcher@acme.test');
select dispatch_trip(tests.id('trip'));
select tests.sign_in('driver@acme.test');
select start_trip(tests.id('trip'));
select tests.sign_out();
select tests.deliver(tests.id('a'), 1);
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$select reorder_stops(tests.id('trip'), array[tests.id('b'), tests.id('a'), tests.id('c')])$$, 'PT409', 'stops_changed', 'on the road what is done keeps its place');
select reorder_stops(tests.id('trip'), array[tests.id('b'), tests.id('c')]);
select is(pg_temp.route(), 'bac', 'and the rest changes places');
select fail_delivery(s.order_id, 'Closed') from trip_stops s where s.trip_id = tests.id('trip') and s.status = 'pending';
select lives_ok($$select reorder_stops(tests.id('trip'), '{}')$$, 'a trip without open stops has nothing to order');
select cancel_trip(tests.id('trip'), 'Rain');
select throws_ok($$select reorder_stops(tests.id('trip'), '{}')$$, 'PT409', 'trip_transition_illegal', 'nor has one that is over');
select is((select count(*) from trips t, unnest(t.allowed_commands) c where t.id = tests.id('trip') and c = 'reorder_stops'), 0::bigint, 'to which it is not offered');

select * from finish();
rollback;
