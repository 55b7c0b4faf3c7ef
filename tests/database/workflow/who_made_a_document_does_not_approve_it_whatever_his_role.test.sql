begin;
select plan(6);

select tests.sign_in('owner@acme.test');
select tests.remember('order', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), submit => true)).id);
select throws_ok($$ select approve_order(tests.id('order')) $$, '42501', 'separation_of_duties', 'the owner does not approve his own order');
select throws_ok($$ select reject_order(tests.id('order'), 'Changed my mind') $$, '42501', 'separation_of_duties', 'nor reject it');
select tests.remember('payment', (record_payment(tests.customer('Kilimani Mini Mart'), 'cash', 10)).id);
select throws_ok($$ select approve_payment(tests.id('payment')) $$, '42501', 'separation_of_duties', 'nor his own payment');
select throws_ok($$ select reject_payment(tests.id('payment'), 'x') $$, '42501', 'separation_of_duties', 'nor reject it');
select tests.sign_in('super@mzigo.test');
select tests.remember('supers', (create_order(tests.customer('Kilimani Mini Mart'), tests.depot(), tests.lines('COL-300', 1), submit => true)).id);
select throws_ok($$ select approve_order(tests.id('supers')) $$, '42501', 'separation_of_duties', 'nor does a super admin his');
select tests.sign_in('manager@acme.test');
select is((approve_order(tests.id('order'))).status::text, 'approved', 'somebody else does');

select * from finish();
rollback;
