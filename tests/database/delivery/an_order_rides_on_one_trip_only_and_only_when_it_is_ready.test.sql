begin;
select plan(8);

select tests.remember('ready', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('approved', tests.approved('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('trip', tests.planned(array[tests.id('ready')]));
select tests.sign_in('dispatcher@acme.test');
create function pg_temp.problem(orders uuid[]) returns text language plpgsql as $$
declare detail text;
begin
  perform public.create_trip(tests.depot(), now() + interval '20 hours', now() + interval '22 hours', order_ids => orders);
  return 'accepted';
exception when sqlstate 'PT409' then
  get stacked diagnostics detail = pg_exception_detail;
  return (select string_agg(o ->> 'problem', ', ' order by o ->> 'problem') from jsonb_array_elements(detail::jsonb -> 'orders') o);
end $$;
select is(pg_temp.problem(array[tests.id('ready')]), 'on_another_trip', 'it rides already');
select is(pg_temp.problem(array[tests.id('approved'), gen_random_uuid()]), 'not_allocated, unknown', 'nothing is reserved for it, or nobody knows it');
select is(pg_temp.problem(array[null]::uuid[]), 'unknown', 'nothing is no order');
select throws_ok($$ select assign_orders(tests.id('trip'), '{}') $$, 'PT409', 'trip_without_orders', 'a planned trip is not emptied');
select throws_ok($$ select assign_orders(tests.id('trip'), null) $$, 'PT409', 'trip_without_orders', 'in no way');
select cancel_trip(tests.id('trip'), 'Van broke down');
select is(pg_temp.problem(array[tests.id('ready'), tests.id('ready')]), 'accepted', 'off the cancelled trip it rides on another, named twice or not');
select is((select count(*) from trip_stops where order_id = tests.id('ready')), 1::bigint, 'once');
select tests.sign_in('dispatcher@globex.test');
select throws_ok($$ select create_trip(tests.depot('NBO', 'globex'), now(), now() + interval '1 hour', order_ids => array[tests.id('approved')]) $$, 'PT409', 'orders_not_assignable', 'and never on a trip of another company');

select * from finish();
rollback;
