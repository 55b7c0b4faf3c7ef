begin;
select plan(19);

create function pg_temp.applied(quantity numeric, happened timestamptz default null, reason text default 'Correction') returns uuid language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  adjustment := (create_adjustment(tests.depot(), tests.reason(reason), tests.lines('COL-300', quantity), occurred_at => happened)).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform tests.sign_in('warehouse@acme.test');
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
  return adjustment;
end $$;
create function pg_temp.detail(statement text) returns jsonb language plpgsql as $$
declare
  told text;
begin
  execute statement;
  return null;
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return told::jsonb;
end $$;

-- Two are reversed, and what was there before is there again.
select tests.remember('first', pg_temp.applied(-100));
select tests.remember('second', pg_temp.applied(-150));
select is(tests.stock('COL-300'), 150.000, 'both were applied');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select reverse_adjustment(tests.id('first'), 'Wrong') $$, '42501', 'permission_denied', 'the clerk does not reverse');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reverse_adjustment(tests.id('first'), ' ') $$, 'PT422', 'reason_required', 'without a word nobody does');
select is((reverse_adjustment(tests.id('first'), 'Other depot')).status::text, 'reversed', 'the manager does');
select throws_ok($$ select reverse_adjustment(tests.id('first'), 'Other depot') $$, 'PT409', 'adjustment_transition_illegal', 'once');
select reverse_adjustment(tests.id('second'), 'Other depot');
select is(tests.stock('COL-300'), 400.000, 'the stock is what it was');
select results_eq($$ select quantity, kind::text from inventory_transactions where reference_id = tests.id('first') order by recorded_at $$, $$ values (-100.000, 'adjustment'), (100.000, 'reversal') $$, 'by a movement against it');
select tests.sign_in('auditor@acme.test');
select is((select count(*) from events where entity_id = tests.id('first') and event_type = 'adjustment.reversed'), 1::bigint, 'which is an event');
select tests.sign_out();

-- What was sold meanwhile does not come back.
select tests.remember('found', pg_temp.applied(10, reason => 'Found'));
select tests.allocated('Kilimani Mini Mart', 'COL-300', 405);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reverse_adjustment(tests.id('found'), 'Not there') $$, 'PT409', 'stock_short', 'not what is promised to a customer');
select tests.sign_out();

-- Not across a count.
select tests.remember('late', pg_temp.applied(-1));
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 409);
select tests.posted(tests.id('count'));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reverse_adjustment(tests.id('late'), 'Was right') $$, 'PT409', 'stock_was_counted', 'what was counted since is right already');
select is(pg_temp.detail($$ select reverse_adjustment(tests.id('late'), 'Was right') $$) #>> '{counted,0,number}', (select number from stock_counts where id = tests.id('count')), 'and the count is named');
select is((select status::text from manual_adjustments where id = tests.id('late')), 'applied', 'the adjustment stands');
select tests.sign_out();

-- What is found out later is placed where it happened.
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Lost'), tests.lines('ORG-300', -1), occurred_at => now() + interval '1 minute') $$, 'PT422', 'adjustment_time_invalid', 'nothing has happened in the future');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Lost'), tests.lines('ORG-300', -1), occurred_at => '-infinity') $$, 'PT422', 'adjustment_time_invalid', 'nor at no time');
select tests.sign_out();
select tests.remember('past', (with a as (select create_adjustment(tests.depot(), tests.reason('Lost'), tests.lines('ORG-300', -300), occurred_at => now() - interval '2 days') from tests.sign_in('warehouse@acme.test')) select (create_adjustment).id from a));
select submit_adjustment(tests.id('past'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('past'));
select lives_ok($$ select apply_adjustment(tests.id('past')) $$, 'what was lost two days ago');
select is((select occurred_at from inventory_transactions where reference_id = tests.id('past')), now() - interval '2 days', 'is missing since then');
select tests.sign_out();
select throws_ok($$ select pg_temp.applied(-1, now() - interval '1 hour') $$, 'PT409', 'stock_was_counted', 'not before a count');
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id, occurred_at)
values (tests.tenant('acme'), tests.depot(), tests.product('WAT-500'), -395, 'delivery', 'adjustment', tests.id('first'), now() - interval '3 days'),
  (tests.tenant('acme'), tests.depot(), tests.product('WAT-500'), 100, 'opening', 'test', tests.depot(), now() - interval '1 day');
select tests.sign_in('warehouse@acme.test');
select tests.remember('impossible', (create_adjustment(tests.depot(), tests.reason('Lost'), tests.lines('WAT-500', -50), occurred_at => now() - interval '4 days')).id);
select submit_adjustment(tests.id('impossible'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('impossible'));
select throws_ok($$ select apply_adjustment(tests.id('impossible')) $$, 'PT409', 'stock_history_negative', 'nor where a later balance would fall below zero');
select is(pg_temp.detail($$ select apply_adjustment(tests.id('impossible')) $$) #>> '{below_zero,0,number}', (select number from manual_adjustments where id = tests.id('first')), 'which is said with the number of the document');

select * from finish();
rollback;
