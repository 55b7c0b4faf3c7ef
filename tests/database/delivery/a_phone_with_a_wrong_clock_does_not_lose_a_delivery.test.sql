begin;
select plan(9);

select tests.remember('early', tests.allocated('Kilimani Mini Mart', 'COL-300', 1));
select tests.remember('late', tests.allocated('Karen Country Kiosk', 'COL-300', 1));
select tests.remember('trip', tests.on_the_road(array[tests.id('early'), tests.id('late')]));
select tests.sign_in('driver@acme.test');
select throws_ok($$ select complete_delivery(tests.id('early'), tests.taken(tests.id('early'), 1), 'Tom', tests.signature(), captured_at => now() - interval '6 minutes') $$, 'PT422', 'captured_at_invalid', 'before the trip nothing was delivered');
select throws_ok($$ select complete_delivery(tests.id('early'), tests.taken(tests.id('early'), 1), 'Tom', tests.signature(), captured_at => now() + interval '1 hour') $$, 'PT422', 'captured_at_invalid', 'nor tomorrow');
select throws_ok($$ select complete_delivery(tests.id('early'), tests.taken(tests.id('early'), 1), 'Tom', tests.signature(), captured_at => '-infinity') $$, 'PT422', 'captured_at_invalid', 'nor ever before');
select throws_ok($$ select complete_delivery(tests.id('early'), tests.taken(tests.id('early'), 1), 'Tom', tests.signature(), captured_at => 'infinity') $$, 'PT422', 'captured_at_invalid', 'nor at the end of time');
select lives_ok($$ select complete_delivery(tests.id('early'), tests.taken(tests.id('early'), 1), 'Tom', tests.signature(), captured_at => now() - interval '4 minutes') $$, 'a clock may be slow');
select lives_ok($$ select complete_delivery(tests.id('late'), tests.taken(tests.id('late'), 1), 'Tom', tests.signature(), empties => tests.lines('EMP-CRATE24', 1), captured_at => now() + interval '4 minutes') $$, 'or fast');
select is((select captured_at from delivery_proofs where order_id = tests.id('late')), now() + interval '4 minutes', 'what the phone said is kept');
select tests.sign_out();
select is((select count(*) from inventory_transactions where kind in ('delivery', 'empties') and occurred_at not between (select dispatched_at from trips where id = tests.id('trip')) and now()), 0::bigint, 'the ledger keeps between departure and now');
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'counted', 1)))).id);
select tests.sign_in('dispatcher@acme.test');
select review_offload(tests.id('offload'));
select lives_ok($$ select approve_offload(tests.id('offload')) $$, 'so that the van can be offloaded at once');

select * from finish();
rollback;
