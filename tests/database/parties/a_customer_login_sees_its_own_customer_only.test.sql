begin;
select plan(16);

select tests.remember('other', tests.draft('Westlands Wholesalers', 'COL-300', 1));
select tests.sign_in('customer@acme.test');
select is(my_account() #>> '{customer,name}', 'Mama Njeri Shop', 'he sees himself');
select is(jsonb_array_length(my_account() -> 'addresses'), 1, 'and his address');
select is((select count(*) from my_orders()), 0::bigint, 'and nobody else''s orders');
select throws_ok($$ select my_order(tests.id('other')) $$, 'PT404', 'record_not_found', 'not even by its id');
select throws_ok($$ select my_paper('statement', tests.customer('Westlands Wholesalers')) $$, 'PT404', 'record_not_found', 'nor what others owe');
select is((select count(*) from customers), 0::bigint, 'tables of the company are closed to him');
select is((select count(*) from tenant_settings) + (select count(*) from role_permissions) + (select count(*) from role_ranks) + (select count(*) from permissions) + (select count(*) from message_texts) + (select count(*) from tenants),
  0::bigint, 'its settings and rights, too');
select is(my_session() #> '{tenant,settings,business_rules}', null, 'also where he asks who he is');

-- No company can open them.
select tests.sign_in('owner@acme.test');
select throws_ok($$ select set_role_permission('customer', 'orders.view', true) $$, 'PT422', 'right_not_for_customers', 'a right that opens tables is none for customers');
select lives_ok($$ select set_role_permission('customer', 'account.order', false) $$, 'rights of their account can be taken');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select place_my_order(tests.lines('COL-300', 1)) $$, '42501', 'permission_denied', 'and then are missing');
select lives_ok($$ select my_account() $$, 'the others are still there');
select tests.sign_out();
select throws_like($$ insert into tenant_role_permissions (tenant_id, role, permission, is_granted) values (tests.tenant('acme'), 'customer', 'orders.view', true) $$,
  '%customers_hold_rights_of_their_account%', 'not even behind the commands');
select throws_like($$ insert into role_permissions (role, permission) values ('customer', 'orders.view') $$, '%customers_hold_rights_of_their_account%', 'nor for all companies');

-- A membership that ends closes all of it at once.
update memberships set status = 'inactive' where id = tests.membership('customer@acme.test');
select tests.sign_in('customer@acme.test');
select throws_ok($$ select my_account() $$, '42501', 'permission_denied', 'who is no longer a member sees nothing');
select is((select count(*) from my_session() s where s -> 'tenant' <> 'null'), 0::bigint, 'and has no company');

select * from finish();
rollback;
