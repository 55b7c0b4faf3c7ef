begin;
select plan(3);

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 390));
select tests.sign_in('warehouse@acme.test');
select tests.remember('adjustment', (create_adjustment(tests.depot(), tests.reason('Stolen'), tests.lines('COL-300', -11))).id);
select submit_adjustment(tests.id('adjustment'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('adjustment'));
select throws_ok($$ select apply_adjustment(tests.id('adjustment')) $$, 'PT409', 'stock_short', 'ten of the crates are free, not eleven');
select is((select status::text from manual_adjustments where id = tests.id('adjustment')), 'approved', 'the adjustment waits');
select cancel_order(tests.id('order'), 'Stock is gone');
select is((apply_adjustment(tests.id('adjustment'))).status::text, 'applied', 'until the order gives way');

select * from finish();
rollback;
