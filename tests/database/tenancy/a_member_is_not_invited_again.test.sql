begin;
select plan(5);

select tests.sign_in('admin@acme.test');
select throws_ok($$ select invite_member('SALES@acme.test', 'Sam', 'viewer') $$, 'PT409', 'already_member', 'whoever is a member is not invited');
select throws_ok($$ select invite_member('shop@acme.test', 'A Shop', 'customer') $$, 'PT422', 'input_invalid', 'an invited customer needs the customer he acts for');
select throws_ok($$ select invite_member('  ', 'A Shop', 'viewer') $$, 'PT422', 'input_invalid', 'an invitation needs an address');
select throws_ok($$ select invite_member('shop@acme.test', repeat('x', 121), 'viewer') $$, 'PT422', 'input_invalid', 'and a name of a usable length');
select throws_ok($$ select invite_member('shop@acme.test', 'A Shop', 'customer', customer_id => tests.customer('South B Gas Point', 'globex')) $$, 'PT404', 'record_not_found', 'and never a customer of another company');

select * from finish();
rollback;
