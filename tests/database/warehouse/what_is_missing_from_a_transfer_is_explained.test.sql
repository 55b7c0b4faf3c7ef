begin;
select plan(10);

select tests.remember('transfer', tests.sent('COL-300', 30));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select receive_transfer(tests.id('transfer'), tests.lines('COL-300', 28)) $$, 'PT409', 'transfer_short', 'two crates are missing');
select is(tests.status('transfer', tests.id('transfer')), 'dispatched', 'it stays on its way');
select is(tests.stock('COL-300', tests.transit()), 30.000, 'with all of it');
select is((receive_transfer(tests.id('transfer'), tests.lines('COL-300', 28), 'Two broke on the road')).short_reason, 'Two broke on the road', 'with a reason it is closed');
select is(tests.stock('COL-300', tests.depot('KLF')), 148.000, 'what came is there');
select is(tests.stock('COL-300', tests.transit()), 0.000, 'nothing is left on the way');
select results_eq(
  $$ select quantity, kind::text from inventory_transactions where reference_id = tests.id('transfer') and kind <> 'transfer' $$,
  $$ values (-2.000, 'transfer_loss') $$, 'what is missing is a movement of its own');
select results_eq($$ select quantity - received from transfer_items where transfer_id = tests.id('transfer') $$, $$ values (2.000) $$, 'and stands on the line');
select tests.sign_out();
select tests.remember('vanished', tests.sent('COL-300', 3));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select receive_transfer(tests.id('vanished'), '[]') $$, 'PT409', 'transfer_short', 'a van that never comes');
select is((receive_transfer(tests.id('vanished'), '[]', 'Robbed at Mtito')).status::text, 'received', 'is closed as well');

select * from finish();
rollback;
