begin;
select plan(12);

select tests.sign_in('driver@acme.test');
select throws_ok($$insert into variance_codes (code, name) values ('broken', 'Broken on the road')$$, '42501', null, 'a driver adds no cause');
select tests.sign_in('admin@acme.test');
select lives_ok($$insert into variance_codes (code, name, needs_person) values ('broken', 'Broken on the road', true)$$, 'the company has causes of its own');
select throws_ok($$insert into variance_codes (code, name) values ('broken', 'Broken')$$, 'PT409', 'variance_code_taken', 'each code once');
select throws_ok($$insert into variance_codes (code, name) values ('smashed', 'Broken on the road')$$, 'PT409', 'variance_name_taken', 'each name once');
select throws_ok($$update variance_codes set code = 'smashed' where code = 'broken'$$, '42501', null, 'the code stays');
select lives_ok($$update variance_codes set is_active = false where code = 'stolen'$$, 'what does not happen is put away');
select tests.sign_in('admin@globex.test');
select lives_ok($$insert into variance_codes (code, name) values ('globex_only', 'Globex only')$$, 'another company has others');

select tests.sign_out();
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select tests.deliver(tests.id('order'), 9, 'One broke');
select tests.sign_in('finance@acme.test');
select tests.remember('variance', (select id from variances where order_id = tests.id('order')));
select throws_ok($$select approve_variance(tests.id('variance'), 'stolen')$$, 'PT422', 'variance_code_not_available', 'one that was put away is not chosen');
select throws_ok($$select approve_variance(tests.id('variance'), 'globex_only')$$, 'PT422', 'variance_code_not_available', 'nor one of another company');
select throws_ok($$select approve_variance(tests.id('variance'), 'broken')$$, 'PT422', 'responsible_required', 'one that costs a person asks for the person');
select is((approve_variance(tests.id('variance'), 'broken', tests.membership('driver@acme.test'))).code, 'broken', 'and is accepted with one');
select is((select c.name from variances v join variance_codes c on c.code = v.code where v.id = tests.id('variance')), 'Broken on the road', 'in the words of the company');

select * from finish();
rollback;
