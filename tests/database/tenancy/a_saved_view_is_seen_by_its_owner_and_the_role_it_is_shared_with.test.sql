begin;
select plan(16);

select tests.sign_in('sales@acme.test');
insert into list_views (list, name, parts) values ('/orders', 'Big ones', '{"address": {"sort": "-total"}}');
select is((select count(*) from list_views), 1::bigint, 'whoever saves a view sees it');
select throws_ok($$ insert into list_views (list, name) values ('/orders', 'Big ones') $$, 'PT409', 'list_view_name_taken', 'a second one of the same name is refused in words');
select lives_ok($$ insert into list_views (list, name) values ('/customers', 'Big ones') $$, 'another list may have the name');
select throws_ok($$ insert into list_views (list, name, shared_with) values ('/orders', 'For all', 'viewer') $$, '42501', 'permission_denied', 'he shares none');
select throws_ok($$ update list_views set shared_with = 'sales' $$, '42501', 'permission_denied', 'nor one that is there');
select throws_ok($$ insert into list_views (list, name, user_id) values ('/orders', 'His', tests.account('owner@acme.test')) $$, '42501', null, 'nor does he save one for somebody else');

select tests.sign_in('owner@acme.test');
select is((select count(*) from list_views), 0::bigint, 'nobody sees what is not shared, whatever his rights');
insert into list_views (list, name, shared_with) values ('/orders', 'Of the viewers', 'viewer');
insert into list_views (list, name) values ('/orders', 'Of the owner');

select tests.sign_in('viewer@acme.test');
select results_eq($$ select name from list_views $$, $$ values ('Of the viewers') $$, 'the role sees what is shared with it, and nothing else of the owner');
delete from list_views;
update list_views set name = 'Mine now';

select tests.sign_in('manager@acme.test');
select is((select count(*) from list_views), 0::bigint, 'another role does not see it');

select tests.sign_in('owner@globex.test');
select is((select count(*) from list_views), 0::bigint, 'nor does another company');

select tests.sign_in('admin@acme.test');
select results_eq($$ select name from list_views $$, $$ values ('Of the viewers') $$, 'who manages settings sees what is shared, unchanged by its readers');
delete from list_views;
select tests.sign_in('viewer@acme.test');
select is((select count(*) from list_views), 0::bigint, 'and takes it away');

select tests.sign_in('sales@acme.test');
insert into list_views (list, name, is_default) values ('/orders', 'First', true);
insert into list_views (list, name, is_default) values ('/customers', 'Elsewhere', true);
update list_views set is_default = true where list = '/orders' and name = 'Big ones';
select results_eq($$ select list, name from list_views where is_default order by list $$, $$ values ('/customers', 'Elsewhere'), ('/orders', 'Big ones') $$, 'the last default of a list is its only one');
insert into list_views (list, name) select '/trips', 'View ' || n from generate_series(1, 50) n;
select throws_ok($$ insert into list_views (list, name) values ('/trips', 'One more') $$, 'PT409', 'list_views_are_full', 'fifty views of a list are enough');
select lives_ok($$ update list_views set parts = '{"columns": ["number"]}' where list = '/trips' $$, 'which can still be changed');
select lives_ok($$ insert into list_views (list, name) values ('/fleet', 'One more') $$, 'and other lists have room');

select * from finish();
rollback;
