begin;
select plan(17);

create function pg_temp.move(quantity numeric, happened timestamptz) returns void language sql security definer as
$$ insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
   values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), quantity, 'adjustment', 'test', tests.depot(), happened) $$;
create function pg_temp.counted_at(sku text default 'COL-300') returns timestamptz language sql stable security definer as
$$ select i.counted_at from stock_count_items i where i.stock_count_id = tests.id('count') and i.product_id = tests.product(sku) $$;

-- Counted while the work goes on: what moves after the line was counted still counts.
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 390);
select pg_temp.move(-15, clock_timestamp());
select tests.posted(tests.id('count'));
select is(tests.stock('COL-300'), 375.000, 'the difference is of the moment of the count');
select results_eq($$ select occurred_at, quantity, kind::text from inventory_transactions where reference_id = tests.id('count') $$,
  $$ values (pg_temp.counted_at(), -10.000, 'count') $$, 'and is booked there');
select is((select on_hand from tests.sign_in('manager@acme.test'), stock_as_of(pg_temp.counted_at(), tests.depot()) where product_id = tests.product('COL-300')), 390.000, 'the stock of that moment is what was found');
select tests.sign_out();
select throws_ok($$ select pg_temp.move(-5, pg_temp.counted_at() - interval '1 hour') $$, 'PT409', 'stock_was_counted', 'what happened before was there to be counted');
select throws_ok($$ select pg_temp.move(5, pg_temp.counted_at()) $$, 'PT409', 'stock_was_counted', 'in either direction, and at that very moment');
select lives_ok($$ select pg_temp.move(-5, pg_temp.counted_at() + interval '1 millisecond') $$, 'what happens after it counts');
create function pg_temp.refusal() returns text language plpgsql as $$
declare
  told text;
begin
  perform pg_temp.move(-5, pg_temp.counted_at() - interval '1 hour');
  return null;
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return told;
end $$;
select ok(pg_temp.refusal() like '%' || (select number from stock_counts where id = tests.id('count')) || '%', 'the refusal names the count');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select cancel_stock_count(tests.id('count'), 'Wrong') $$, 'PT409', 'stock_count_transition_illegal', 'a posted count is not taken back');
select throws_ok($$ select post_stock_count(tests.id('count')) $$, 'PT409', 'stock_count_transition_illegal', 'nor posted twice');
select tests.sign_out();

-- Somebody tells of an earlier movement between approval and posting.
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 370);
select pg_temp.move(-3, pg_temp.counted_at() - interval '1 microsecond');
select throws_ok($$ select tests.posted(tests.id('count')) $$, 'PT409', 'count_outdated', 'a count whose books have changed is not posted');
select tests.sign_in('manager@acme.test');
select recount_stock_count(tests.id('count'), tests.lines('COL-300', 1));
select tests.counted(tests.id('count'), 'COL-300', 370);
select tests.posted(tests.id('count'));
select is(tests.stock('COL-300'), 370.000, 'it is counted again');

-- No difference, no movement; and less was found than has left since.
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 370);
select tests.posted(tests.id('count'));
select is((select count(*) from inventory_transactions where reference_id = tests.id('count')), 0::bigint, 'what is as it should be moves nothing');
select is((select last_counted_at from inventory where warehouse_id = tests.depot() and product_id = tests.product('COL-300') and condition = 'good'), pg_temp.counted_at(), 'and was counted');
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 1);
select pg_temp.move(-2, clock_timestamp());
select throws_ok($$ select tests.posted(tests.id('count')) $$, 'PT409', 'stock_short', 'two cannot have left where one was');
select pg_temp.move(10, clock_timestamp());
select throws_ok($$ select tests.posted(tests.id('count')) $$, 'PT409', 'stock_history_negative', 'not even when more has come since');
create function pg_temp.culprit() returns jsonb language plpgsql as $$
declare
  told text;
begin
  perform tests.posted(tests.id('count'));
  return null;
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return told::jsonb #> '{below_zero,0}';
end $$;
select results_eq($$ select x ->> 'reference_type', (x ->> 'balance')::numeric from pg_temp.culprit() x $$, $$ values ('test', -1.000) $$, 'and the document that could not be is named');
select is((select status::text from stock_counts where id = tests.id('count')), 'counted', 'the count waits');

select * from finish();
rollback;
