begin;
select plan(10);

select tests.remember('order', tests.allocated('Karen Country Kiosk', 'COL-300', 100));
select tests.sign_in('sales@acme.test');
select is((amend_order(tests.id('order'), tests.lines('COL-300', 60))).status::text, 'allocated', 'less stays allocated');
select is(tests.reserved('COL-300'), 60.000, 'with less reserved');
select is((amend_order(tests.id('order'), tests.lines('ORG-300', 100))).status::text, 'allocated', 'other goods for the same money too');
select is(tests.reserved('COL-300'), 0.000, 'the first are free');
select is(tests.reserved('ORG-300'), 100.000, 'the second are reserved');
select is((amend_order(tests.id('order'), tests.lines('ORG-300', 105))).status::text, 'allocated', 'five percent more is within the tolerance');
select is((amend_order(tests.id('order'), tests.lines('ORG-300', 106))).status::text, 'pending_approval', 'six is not');
select is(tests.reserved('ORG-300'), 0.000, 'and nothing is reserved until it is approved again');
select throws_ok($$ select amend_order(tests.id('order'), '[]') $$, 'PT422', 'lines_invalid', 'an order has lines');
select tests.sign_in('viewer@acme.test');
select throws_ok($$ select amend_order(tests.id('order'), notes => 'x') $$, '42501', 'permission_denied', 'not everybody amends');

select * from finish();
rollback;
