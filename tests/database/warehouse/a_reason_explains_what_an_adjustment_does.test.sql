begin;
select plan(24);

create function pg_temp.enter(reason text, items jsonb) returns uuid language sql as $$ select (create_adjustment(tests.depot(), tests.reason(reason), items)).id $$;
create function pg_temp.line(sku text, quantity numeric, condition text default 'good') returns jsonb language sql stable as $$
  select jsonb_build_array(jsonb_build_object('product_id', tests.product(sku), 'quantity', quantity, 'condition', condition))
$$;
create function pg_temp.refused_lines(statement text) returns jsonb language plpgsql as $$
declare
  told text;
begin
  execute statement;
  return null;
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return (select jsonb_agg(i ->> 'sku') from jsonb_array_elements(told::jsonb -> 'items') i);
end $$;

select results_eq($$ select name, effect::text from adjustment_reasons where tenant_id = tests.tenant('globex') and is_for_counts $$, $$ values ('Count difference', 'both') $$, 'a company begins with reasons, one of them for counts');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.enter('Damaged', pg_temp.line('COL-300', 2)) $$, 'PT422', 'reason_does_not_fit', 'damage adds nothing');
select throws_ok($$ select pg_temp.enter('Found', pg_temp.line('COL-300', -2)) $$, 'PT422', 'reason_does_not_fit', 'what is found takes nothing');
select is(pg_temp.refused_lines($$ select pg_temp.enter('Lost', pg_temp.line('COL-300', -2) || pg_temp.line('ORG-300', 2) || pg_temp.line('WAT-500', -1)) $$), '["ORG-300"]', 'the line that does not fit is named');
select lives_ok($$ select pg_temp.enter('Correction', pg_temp.line('COL-300', -2) || pg_temp.line('ORG-300', 2)) $$, 'some reasons explain either');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Found', 'globex'), tests.lines('COL-300', 1)) $$, 'PT422', 'reason_not_available', 'reasons of others are not ours');

-- The list is the company's.
select throws_ok($$ insert into adjustment_reasons (name, effect) values ('Tasting', 'decrease') $$, '42501', null, 'the clerk does not make reasons');
select tests.sign_in('admin@acme.test');
select lives_ok($$ insert into adjustment_reasons (name, effect) values ('Tasting', 'decrease') $$, 'the administrator does');
select throws_ok($$ insert into adjustment_reasons (name, effect) values ('Tasting', 'increase') $$, 'PT409', 'adjustment_reason_taken', 'each once');
select throws_ok($$ update adjustment_reasons set effect = 'increase' where name = 'Tasting' $$, '42501', null, 'what it explains is said once');
select throws_ok($$ insert into adjustment_reasons (name, effect) values (' ', 'both') $$, 'PT422', 'name_is_short', 'a reason has a name');
select tests.sign_in('warehouse@acme.test');
select tests.remember('adjustment', pg_temp.enter('Tasting', pg_temp.line('COL-300', -1)));
select tests.sign_in('admin@acme.test');
update adjustment_reasons set name = 'Tasting at customers', is_active = false where name = 'Tasting';
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.enter('Tasting at customers', pg_temp.line('COL-300', -1)) $$, 'PT422', 'reason_not_available', 'one that is not in use is not chosen');
select submit_adjustment(tests.id('adjustment'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('adjustment'));
select tests.sign_in('warehouse@acme.test');
select is((apply_adjustment(tests.id('adjustment'))).reason, 'Tasting', 'what was entered with it goes on and keeps its words');
select results_eq($$ select reason_id, kind::text from inventory_transactions where reference_id = tests.id('adjustment') $$, $$ values (tests.reason('Tasting at customers'), 'adjustment') $$, 'and the movement carries it');

-- Another condition: as many as before.
select throws_ok($$ select pg_temp.enter('Inspected', pg_temp.line('COL-300', -2) || pg_temp.line('COL-300', 1, 'suspect')) $$, 'PT422', 'reason_does_not_fit', 'goods that change their condition are as many as before');
select throws_ok($$ select pg_temp.enter('Inspected', pg_temp.line('COL-300', -2) || pg_temp.line('ORG-300', 2, 'suspect')) $$, 'PT422', 'reason_does_not_fit', 'and the same');
select lives_ok($$ select pg_temp.enter('Inspected', pg_temp.line('COL-300', -2) || pg_temp.line('COL-300', 1, 'suspect') || pg_temp.line('COL-300', 1, 'defective')) $$, 'in several conditions, if need be');
select tests.sign_out();

-- What a count has found differs for a reason, too.
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 390);
create function pg_temp.explain(reason text) returns void language sql as $$
  select explain_stock_count(tests.id('count'), jsonb_build_array(jsonb_build_object('product_id', tests.product('COL-300'), 'reason_id', tests.reason(reason))))
$$;
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select pg_temp.explain('Stolen') $$, '42501', 'permission_denied', 'who counts does not explain');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select pg_temp.explain('Found') $$, 'PT422', 'reason_does_not_fit', 'less than expected was not found');
select throws_ok($$ select pg_temp.explain('Inspected') $$, 'PT422', 'reason_does_not_fit', 'nor inspected');
select lives_ok($$ select pg_temp.explain('Stolen') $$, 'it was stolen');
select tests.posted(tests.id('count'));
select results_eq($$ select quantity, reason_id from inventory_transactions where reference_id = tests.id('count') $$, $$ values (-9.000, tests.reason('Stolen')) $$, 'the movement says so');
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.counted(tests.id('count'), 'COL-300', 380);
select tests.posted(tests.id('count'));
select results_eq($$ select quantity, reason_id from inventory_transactions where reference_id = tests.id('count') $$, $$ values (-10.000, tests.reason('Count difference')) $$, 'without an explanation it is a difference of a count');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select pg_temp.explain('Lost') $$, 'PT409', 'stock_count_transition_illegal', 'a posted count is explained already');

select * from finish();
rollback;
