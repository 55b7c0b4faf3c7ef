begin;
select plan(4);

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select is((select rejected_at from orders where id = tests.id('order')), null, 'nobody refused it yet');
select tests.sign_in('manager@acme.test');
select is((reject_order(tests.id('order'), 'Too much')).rejected_by, tests.account('manager@acme.test'), 'it says who refused it');
select is((select rejected_at from orders where id = tests.id('order')), now(), 'and when');
select tests.sign_out();
select throws_ok($$ update orders set rejected_by = null, rejected_at = null where id = tests.id('order') $$, '23514', null, 'and keeps saying it');

select * from finish();
rollback;
