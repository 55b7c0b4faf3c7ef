begin;
select plan(6);

select set_config('role', 'none', true);
update customers set territory_id = (select id from territories where tenant_id = tests.tenant('acme') order by code limit 1)
where id in (tests.customer('Kilimani Mini Mart'), tests.customer('Gikomba Traders'));

select tests.sign_in('sales@acme.test');
select is(usual_depot(tests.customer('Kilimani Mini Mart')), tests.depot('NBO'), 'the nearest, where nobody was ever served');
select create_order(tests.customer('Gikomba Traders'), tests.depot('KLF'), tests.lines('COL-300', 1));
select is(usual_depot(tests.customer('Kilimani Mini Mart')), tests.depot('KLF'), 'like somebody in his territory');
select create_order(tests.customer('Kilimani Mini Mart'), tests.depot('NBO'), tests.lines('COL-300', 1));
select is(usual_depot(tests.customer('Kilimani Mini Mart')), tests.depot('NBO'), 'his own last order counts more');
select set_config('role', 'none', true);
update warehouses set is_active = false where id = tests.depot('NBO');
select tests.sign_in('sales@acme.test');
select is(usual_depot(tests.customer('Kilimani Mini Mart')), tests.depot('KLF'), 'a closed depot serves nobody');

select throws_ok($$ select usual_depot(tests.customer('South B Gas Point', 'globex')) $$, 'PT404', 'record_not_found', 'a customer of another company is unknown');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select usual_depot(tests.customer('Kilimani Mini Mart')) $$, '42501', 'permission_denied', 'who takes no orders is told nothing');

select * from finish();
rollback;
