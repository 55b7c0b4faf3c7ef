begin;
select plan(21);

select tests.remember('one', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('other', tests.allocated('Java Corner Cafe', 'COL-300', 5));
select tests.remember('trip', tests.on_the_road(array[tests.id('one'), tests.id('other')]));
select tests.deliver(tests.id('one'), 10, null, '[]', '{"method": "cash", "amount": 3000}');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select submit_settlement(tests.id('trip'), 3000) $$, 'PT409', 'trip_has_open_stops', 'a stop is still open');
select tests.deliver(tests.id('other'), 5, null, '[]', '{"method": "mpesa", "amount": 1000, "reference": "QGH7KLM2XA"}');
select tests.remember('cash', (select id from payments where trip_id = tests.id('trip') and method = 'cash'));

-- The van is accounted for, the cash is not.
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), '[]')).id);
select tests.sign_in('manager@acme.test');
select review_offload(tests.id('offload'));
select approve_offload(tests.id('offload'));
select tests.sign_in('dispatcher@acme.test');
select is((select 'complete' = any (t.allowed_commands) from trips t where id = tests.id('trip')), false, 'so the trip is not offered to be closed');
select throws_ok($$ select complete_trip(tests.id('trip')) $$, 'PT409', 'cash_not_settled', 'nor is it');

-- The driver hands in, finance counts.
select throws_ok($$ select submit_settlement(tests.id('trip'), 3000) $$, '42501', 'permission_denied', 'the dispatcher does not hand it in for him');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select submit_settlement(tests.id('trip'), 0.001) $$, 'PT422', 'input_invalid', 'there is no such coin');
select tests.remember('settlement', (submit_settlement(tests.id('trip'), 3000)).id);
select results_eq($$ select cash, other_money, handed_in, billed = cash + other_money + on_credit from settlements where id = tests.id('settlement') $$,
  $$ values (3000.00, 1000.00, 3000.00, true) $$, 'with what the trip billed and took');
select throws_ok($$ select submit_settlement(tests.id('trip'), 3000) $$, 'PT409', 'settlement_exists', 'once');
select throws_ok($$ select approve_settlement(tests.id('settlement'), 3000) $$, '42501', 'permission_denied', 'he does not count it himself');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select dispute_settlement(tests.id('settlement'), ' ') $$, 'PT422', 'reason_required', 'sent back with a reason');
select is((dispute_settlement(tests.id('settlement'), 'The bag was open')).status, 'disputed', 'which is told');
select tests.sign_in('driver@acme.test');
select is((submit_settlement(tests.id('trip'), 2950)).id, tests.id('settlement'), 'and handed in again, as the same document');
select tests.sign_in('finance@acme.test');
select is((approve_settlement(tests.id('settlement'), 2900)).difference, -100.00, 'a hundred is missing');
select results_eq($$ select kind::text, expected, actual, value, responsible_id from variances where trip_id = tests.id('trip') and kind = 'cash' $$,
  $$ values ('cash', 3000.000, 2900.000, -100.00, tests.membership('driver@acme.test')) $$, 'which is the driver''s');
select is((select billed = counted + other_money + on_credit - difference from settlements where id = tests.id('settlement')), true, 'the equation closes');
select throws_ok($$ select reject_payment(tests.id('cash'), 'x') $$, 'PT409', 'payment_is_settled', 'counted cash was received');
select lives_ok($$ select approve_payment(tests.id('cash')) $$, 'so it pays');
select throws_ok($$ select cancel_payment(tests.id('cash'), 'x') $$, 'PT409', 'payment_is_settled', 'and is not taken back');
select tests.sign_in('manager@acme.test');
select is((approve_variance((select id from variances where trip_id = tests.id('trip') and kind = 'cash'), 'lost')).responsible_id, tests.membership('driver@acme.test'), 'he answers for it unless somebody else is named');
select tests.sign_in('dispatcher@acme.test');
select is((complete_trip(tests.id('trip'))).status, 'completed', 'and the trip is closed');

-- Nobody else's.
select tests.sign_in('admin@globex.test');
select throws_ok($$ select approve_settlement(tests.id('settlement'), 1) $$, 'PT404', 'record_not_found', 'another company sees none of it');
select tests.sign_out();
select is((select count(*) from private.rebuild_balances_of(tests.tenant('acme'))), 0::bigint, 'and every sum is what its parts say');

select * from finish();
rollback;
