begin;
select plan(8);

create function pg_temp.refusal(of_order uuid) returns jsonb language plpgsql as $$
declare
  told text;
begin
  perform cancel_order(of_order, 'Late');
  return null;
exception when sqlstate 'PT409' then
  get stacked diagnostics told = pg_exception_detail;
  return told;
end $$;

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.remember('whole', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
select tests.sign_in('manager@acme.test');
select tests.remember('part', (split_order(tests.id('whole'), jsonb_build_array(jsonb_build_object('order_item_id', i.id, 'quantity', 4)))).id)
from order_items i where i.order_id = tests.id('whole');
select tests.sign_in('dispatcher@acme.test');
select allocate_order(tests.id('part'));
select tests.sign_out();
select tests.remember('trip', tests.loaded(array[tests.id('order'), tests.id('part')]));
select tests.sign_in('sales@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 8))).status::text, 'allocated', 'a loaded order can shrink');
select is((select driver_confirmed_at from loads where trip_id = tests.id('trip')), null, 'but the load is counted again');
select is((select expected from load_items i join loads l on l.id = i.load_id where l.trip_id = tests.id('trip')), 12.000, 'against the new quantity, beside what else is on it');
select tests.sign_in('warehouse@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('driver@acme.test');
select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')));
select tests.sign_in('dispatcher@acme.test');
select dispatch_trip(tests.id('trip'));
select tests.sign_in('sales@acme.test');
select throws_ok($$ select amend_order(tests.id('order'), tests.lines('COL-300', 7)) $$, 'PT409', 'order_not_editable', 'on the road it is fixed');

-- Nor is it cancelled, and whoever tries is told why.
select tests.sign_in('manager@acme.test');
select throws_ok($$ select cancel_order(tests.id('order'), 'Late') $$, 'PT409', 'order_is_on_its_way', 'and not cancelled');
select is(
  (select d ->> 'trip' from jsonb_array_elements(pg_temp.refusal(tests.id('order')) -> 'deliveries') d),
  (select t.number from trips t where t.id = tests.id('trip')), 'saying which trip it is on'
);
select is(
  (select d ->> 'order' from jsonb_array_elements(pg_temp.refusal(tests.id('whole')) -> 'deliveries') d),
  (select o.number from orders o where o.id = tests.id('part')), 'nor is an order whose part is on the road, which is named'
);
select tests.sign_in('driver@acme.test');
select start_trip(tests.id('trip'));
select tests.sign_out();
select tests.deliver(tests.id('order'), 8);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select cancel_order(tests.id('order'), 'Late') $$, 'PT409', 'order_was_delivered', 'what was delivered comes back as a return');

select * from finish();
rollback;
