begin;
select plan(14);

create function pg_temp.inspected(bad integer, reason text default 'Inspected') returns uuid language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  adjustment := (create_adjustment(tests.depot(), tests.reason(reason), jsonb_build_array(
    jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', -bad, 'condition', 'suspect'),
    jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', bad, 'condition', 'defective')))).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_out();
  return adjustment;
end $$;
create function pg_temp.suspected(quantity integer) returns void language sql security definer as $$
  insert into inventory_transactions (tenant_id, warehouse_id, product_id, condition, quantity, kind, reference_type, reference_id)
  values (tests.tenant('acme'), tests.depot(), tests.product('COL-300'), 'suspect', quantity, 'return', 'test', tests.depot())
$$;
select pg_temp.suspected(10);

-- Good goods are set aside by everybody who keeps stock.
select tests.sign_in('warehouse@acme.test');
select tests.remember('doubt', (create_adjustment(tests.depot(), tests.reason('Inspected'), jsonb_build_array(
  jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', -5),
  jsonb_build_object('product_id', tests.product('COL-300'), 'quantity', 5, 'condition', 'suspect')))).id);
select submit_adjustment(tests.id('doubt'));
select tests.sign_in('manager@acme.test');
select lives_ok($$ select approve_adjustment(tests.id('doubt')) $$, 'a manager has good goods set aside');
select tests.sign_in('warehouse@acme.test');
select apply_adjustment(tests.id('doubt'));
select results_eq($$ select tests.stock('COL-300'), tests.stock('COL-300', tests.depot(), 'suspect') $$, $$ values (395.000, 15.000) $$, 'as many as before');
select is((select array_agg(distinct kind::text) from inventory_transactions where reference_id = tests.id('doubt')), '{condition_change}', 'as a change of condition');

-- What is suspect becomes defective by the auditor.
select tests.remember('adjustment', pg_temp.inspected(4));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_adjustment(tests.id('adjustment')) $$, '42501', 'defective_by_auditors_only', 'a manager does not call it defective');
select ok((select not 'approve' = any (allowed_commands(a)) from manual_adjustments a where a.id = tests.id('adjustment')), 'nor is he offered to');
select tests.sign_in('auditor@acme.test');
select ok((select 'approve' = any (allowed_commands(a)) from manual_adjustments a where a.id = tests.id('adjustment')), 'the auditor is');
select lives_ok($$ select approve_adjustment(tests.id('adjustment')) $$, 'and decides');
select throws_ok($$ select create_adjustment(tests.depot(), tests.reason('Found'), tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'he keeps no stock himself');
select tests.sign_in('warehouse@acme.test');
select apply_adjustment(tests.id('adjustment'));
select is(tests.stock('COL-300', tests.depot(), 'defective'), 4.000, 'it is defective then');

-- Other ways to the same end.
select tests.remember('other', pg_temp.inspected(2, 'Correction'));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_adjustment(tests.id('other')) $$, '42501', 'defective_by_auditors_only', 'not under another reason');
select lives_ok($$ select reject_adjustment(tests.id('other'), 'Leave it to the auditor') $$, 'but refused it can be');
select tests.sign_out();
select tests.remember('count', tests.begun(tests.count_of('COL-300')));
select tests.sign_in('warehouse@acme.test');
select record_stock_count(tests.id('count'), jsonb_build_array(tests.found('COL-300', 9, 'suspect'), tests.found('COL-300', 6, 'defective')));
select finish_stock_count(tests.id('count'), leave_uncounted => true);
select tests.sign_in('manager@acme.test');
select throws_ok($$ select approve_stock_count(tests.id('count')) $$, '42501', 'defective_by_auditors_only', 'not by a count');
select ok((select not 'approve' = any (allowed_commands(c)) from stock_counts c where c.id = tests.id('count')), 'nor is that offered');
select tests.sign_in('auditor@acme.test');
select lives_ok($$ select approve_stock_count(tests.id('count')) $$, 'except by the auditor');

select * from finish();
rollback;
