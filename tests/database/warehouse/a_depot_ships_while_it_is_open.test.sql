begin;
select plan(24);

create function pg_temp.counter() returns uuid[] language sql as $$ select array[tests.account('warehouse@acme.test')] $$;
create function pg_temp.counting() returns uuid language sql security definer as $$ select id from stock_counts where warehouse_id = tests.depot() and is_open $$;
create function pg_temp.shift() returns depot_shifts language sql stable security definer as $$ select s from depot_shifts s where s.id = tests.id('shift') $$;
-- Everything is counted as the books have it, with so much less of cola.
create function pg_temp.counted(missing numeric default 0) returns void language plpgsql as $$
declare
  counting uuid := pg_temp.counting();
  found jsonb := (select jsonb_agg(jsonb_build_object('product_id', i.product_id, 'condition', i.condition, 'counted', b.on_hand - case when i.product_id = tests.product('COL-300') then missing else 0 end))
    from stock_count_items i join inventory b on b.warehouse_id = tests.depot() and b.product_id = i.product_id and b.condition = i.condition where i.stock_count_id = counting);
begin
  perform tests.sign_in('warehouse@acme.test');
  perform record_stock_count(counting, found);
  perform finish_stock_count(counting);
  perform tests.sign_in('manager@acme.test');
  perform approve_stock_count(counting);
  perform post_stock_count(counting);
  perform tests.sign_out();
end $$;
grant execute on all functions in schema pg_temp to public;

-- A place that does not work in shifts needs none.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select open_depot(tests.depot(), pg_temp.counter()) $$, 'PT409', 'depot_without_shifts', 'who works in shifts says so first');
select tests.sign_out();
select lives_ok($$ select tests.sent('COL-300', 1) $$, 'a depot without shifts ships');
select throws_like($$ update warehouses set works_in_shifts = true where id = tests.van() $$, '%only_depots_work_in_shifts%', 'a van has no shifts');

-- Closed: nothing leaves.
select tests.remember('loaded', tests.loaded(array[tests.allocated('Kilimani Mini Mart', 'COL-300', 2)]));
select tests.sign_in('admin@acme.test');
update warehouses set works_in_shifts = true where id = tests.depot();
select tests.sign_out();
select throws_ok($$ select tests.sent('COL-300', 1) $$, 'PT409', 'depot_closed', 'a closed depot sends no transfer');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('loaded')) $$, 'PT409', 'depot_closed', 'nor a van');
select throws_ok($$ select open_depot(tests.depot(), pg_temp.counter()) $$, '42501', 'permission_denied', 'people of the stock open it');
select tests.sign_in('warehouse@acme.test');
select tests.remember('shift', (open_depot(tests.depot(), pg_temp.counter())).id);
select throws_ok($$ select open_depot(tests.depot(), pg_temp.counter()) $$, 'PT409', 'stock_count_open', 'one person does');
select is((pg_temp.shift()).status::text, 'opening', 'it opens with a count');
select is((select is_full from stock_counts where id = pg_temp.counting()), true, 'of everything');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('loaded')) $$, 'PT409', 'depot_closed', 'while it is counted nothing leaves');
select tests.sign_out();

-- A count that is given up opens nothing.
select tests.sign_in('warehouse@acme.test');
select cancel_stock_count(pg_temp.counting(), 'Interrupted');
select is((pg_temp.shift()).status::text, 'cancelled', 'without the count there is no shift');
select tests.remember('shift', (open_depot(tests.depot(), pg_temp.counter())).id);
select tests.sign_out();
select pg_temp.counted(3);
select is((pg_temp.shift()).status::text, 'open', 'the posted count opens it');
select is((pg_temp.shift()).opening_differences, 1, 'and names what has changed over night');
select lives_ok($$ select tests.sent('COL-300', 1) $$, 'now goods leave');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select open_depot(tests.depot(), pg_temp.counter()) $$, 'PT409', 'depot_shift_live', 'an open depot is not opened');

-- Closing begins: nothing leaves; given up, it goes on.
select close_depot_shift(tests.id('shift'), pg_temp.counter());
select is((pg_temp.shift()).status::text, 'closing', 'closing begins with a count, too');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('loaded')) $$, 'PT409', 'depot_closed', 'from then on nothing leaves');
select tests.sign_in('warehouse@acme.test');
select cancel_stock_count(pg_temp.counting(), 'A van is late');
select is((pg_temp.shift()).status::text, 'open', 'a count that is given up leaves it open');
select tests.sign_out();
select lives_ok($$ select tests.sent('COL-300', 1) $$, 'the late goods leave');
select tests.sign_in('warehouse@acme.test');
select close_depot_shift(tests.id('shift'), pg_temp.counter());
select tests.sign_out();
select pg_temp.counted(1);
select is((pg_temp.shift()).status::text, 'closed', 'the posted count closes it');
select is((pg_temp.shift()).closing_differences, 1, 'and names what the shift answers for');
select throws_ok($$ select tests.sent('COL-300', 1) $$, 'PT409', 'depot_closed', 'a closed depot ships nothing');
select tests.sign_in('manager@acme.test');
select results_eq($$ select to_state from event_store where machine = 'depot_shift' and entity_id = tests.id('shift') and from_state is not null order by sequence $$,
  $$ values ('open'), ('closing'), ('open'), ('closing'), ('closed') $$, 'every step is in the ledger');
select tests.sign_in('warehouse@globex.test');
select throws_ok($$ select close_depot_shift(tests.id('shift'), pg_temp.counter()) $$, 'PT404', 'record_not_found', 'a stranger closes nothing');

select * from finish();
rollback;
