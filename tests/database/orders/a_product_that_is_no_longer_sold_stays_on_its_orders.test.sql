begin;
select plan(16);

create function pg_temp.lines(cola numeric, water numeric) returns jsonb language sql as $$
  select case when cola > 0 then tests.lines('COL-300', cola) else '[]' end || case when water > 0 then tests.lines('WAT-500', water) else '[]' end
$$;
create function pg_temp.problems(statement text) returns text language plpgsql as $$
declare detail text;
begin
  execute statement;
  return 'accepted';
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return sqlerrm || coalesce(': ' || (select string_agg(concat_ws(' ', l ->> 'sku', l ->> 'name', l ->> 'problem'), ', ' order by l ->> 'line') from jsonb_array_elements(detail::jsonb -> 'lines') l), '');
end $$;
select tests.sign_in('sales@acme.test');
select tests.remember('draft', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), pg_temp.lines(2, 3))).id);
select tests.sign_out();
select tests.remember('failed', tests.allocated('Westlands Wholesalers', 'COL-300', 4));
select tests.on_the_road(array[tests.id('failed')]);
select tests.sign_in('driver@acme.test');
select fail_delivery(tests.id('failed'), 'Closed');
select tests.sign_out();
update products set is_active = false where id = tests.product('COL-300');

select tests.sign_in('sales@acme.test');
select is(pg_temp.problems($$ select create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), pg_temp.lines(1, 1)) $$),
  'lines_invalid: COL-300 Cola 300 ml, crate of 24 product_inactive', 'nobody orders it anew, and is told what');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(3, 3)) $$), 'lines_invalid: COL-300 Cola 300 ml, crate of 24 product_inactive', 'nor more of it');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(1, 3) || pg_temp.lines(2, 0)) $$),
  'lines_invalid: COL-300 Cola 300 ml, crate of 24 product_inactive, COL-300 Cola 300 ml, crate of 24 product_inactive', 'not in two lines either');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(2, 1)) $$), 'accepted', 'another line may change');
select is(quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), pg_temp.lines(2, 1), tests.id('draft')) #>> '{lines,0,quantity}', '2', 'the quotation of the change knows it');
select is(pg_temp.problems($$ select quote_order(tests.customer('Kilimani Mini Mart'), tests.depot(), pg_temp.lines(2, 1)) $$), 'lines_invalid: COL-300 Cola 300 ml, crate of 24 product_inactive', 'that of a new order does not');
select is(pg_temp.problems($$ select quote_order(tests.customer('Westlands Wholesalers'), tests.depot(), pg_temp.lines(2, 1), tests.id('draft')) $$), 'record_not_found', 'that of another customer knows no such order');
select is(pg_temp.problems($$ select submit_order(tests.id('draft')) $$), 'accepted', 'it is sent for approval');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(1, 1)) $$), 'accepted', 'its line may shrink');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(2, 1)) $$), 'lines_invalid: COL-300 Cola 300 ml, crate of 24 product_inactive', 'but not grow again');
select is(pg_temp.problems($$ select amend_order(tests.id('draft'), pg_temp.lines(0, 1)) $$), 'accepted', 'or go');
select tests.remember('again', (reattempt_order(tests.id('failed'))).id);
select is((select quantity from order_items where order_id = tests.id('again')), 4.000, 'what failed is tried again with it');
select is(pg_temp.problems($$ select submit_order(tests.id('again')) $$), 'accepted', 'and sent for approval');
select tests.sign_in('manager@acme.test');
select is(pg_temp.problems($$ select approve_order(tests.id('again')) $$), 'accepted', 'approved');
select is(pg_temp.problems($$ select allocate_order(tests.id('again')) $$), 'accepted', 'and allocated');

-- A problem names its product, known or not.
create function pg_temp.named(statement text) returns jsonb language plpgsql as $$
declare detail text;
begin
  execute statement;
exception when others then
  get stacked diagnostics detail = pg_exception_detail;
  return detail::jsonb -> 'lines' -> 0 -> 'product_id';
end $$;
select is(pg_temp.named($$ select amend_order(tests.id('draft'), '[{"product_id": "00000000-0000-7000-8000-000000000001", "quantity": 1}]') $$),
  '"00000000-0000-7000-8000-000000000001"', 'by what was sent');

select * from finish();
rollback;
