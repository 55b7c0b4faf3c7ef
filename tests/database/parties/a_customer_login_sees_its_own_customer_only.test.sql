begin;
select plan(7);

select tests.remember('other', tests.draft('Westlands Wholesalers', 'COL-300', 1));
select tests.sign_in('customer@acme.test');
select is((select array_agg(name) from customers), array['Mama Njeri Shop'], 'he sees himself');
select is((select count(*) from customer_addresses), 1::bigint, 'and his address');
select is((select count(*) from orders), 0::bigint, 'and nobody else''s orders');
select throws_ok($$ select create_order(tests.customer('Westlands Wholesalers'), tests.depot(), tests.lines('COL-300', 1)) $$, 'PT404', 'record_not_found', 'he orders for nobody else');
select throws_ok($$ select submit_order(tests.id('other')) $$, 'PT404', 'record_not_found', 'and finds no order of others');
select lives_ok($$ select create_order(tests.customer('Mama Njeri Shop'), tests.depot(), tests.lines('COL-300', 1)) $$, 'he orders for himself');
select is((select count(*) from orders), 1::bigint, 'and sees that order');

select * from finish();
rollback;
