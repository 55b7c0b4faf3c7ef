begin;
select plan(16);

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.planned(array[tests.id('order')]));
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, '42501', 'permission_denied', 'the dispatcher does not count');
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.lines('COL-300', 9)) $$, 'PT409', 'load_count_mismatch', 'a wrong count');
select throws_ok($$ select confirm_load(tests.id('trip'), '[]') $$, 'PT409', 'load_count_mismatch', 'no count');
select throws_ok($$ select confirm_load(tests.id('trip'), '{}') $$, 'PT422', 'input_invalid', 'no list');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip')) || jsonb_build_array(jsonb_build_object('product_id', tests.product('ORG-300'), 'count', 1))) $$, 'PT409', 'load_count_mismatch', 'something that does not belong there');
-- Whoever counts blind is told where he is wrong.
create function pg_temp.told() returns jsonb language plpgsql as $$
declare
  details text;
begin
  perform confirm_load(tests.id('trip'), tests.lines('COL-300', 9));
exception when others then
  get stacked diagnostics details = pg_exception_detail;
  return details::jsonb -> 'counts' -> 0;
end $$;
select is(pg_temp.told(), jsonb_build_object('product_id', tests.product('COL-300'), 'counted', null), 'not what is right');
select tests.sign_out();
update tenant_settings set business_rules = business_rules || '{"trips.counts_show_expected": true}' where tenant_id = tests.tenant('acme');
select tests.sign_in('warehouse@acme.test');
select is(pg_temp.told() ->> 'expected', '10.000', 'unless the company counts openly');
select lives_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, 'the depot confirms');
select tests.sign_in('dispatcher@acme.test');
select throws_ok($$ select dispatch_trip(tests.id('trip')) $$, 'PT409', 'load_not_confirmed', 'one is not enough');
select tests.sign_out();
update drivers set membership_id = null where tenant_id = tests.tenant('acme');
update drivers set membership_id = tests.membership('warehouse@acme.test') where id = (select driver_id from trips where id = tests.id('trip'));
insert into tenant_role_permissions (tenant_id, role, permission, is_granted) values (tests.tenant('acme'), 'warehouse', 'trips.drive', true);
select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, '42501', 'load_confirmed_by_same_person', 'who counted for the depot does not count for the driver, though he drives');
select tests.sign_out();
update drivers set membership_id = tests.membership('driver@acme.test') where id = (select driver_id from trips where id = tests.id('trip'));
select tests.sign_in('driver@acme.test');
select lives_ok($$ select confirm_load(tests.id('trip'), tests.counts(tests.id('trip'))) $$, 'the driver confirms');
select tests.sign_in('dispatcher@acme.test');
select is((dispatch_trip(tests.id('trip'))).status::text, 'dispatched', 'and the trip leaves');
select tests.sign_out();
select is(tests.stock('COL-300', tests.van()), 10.000, 'the goods are on the van');
select is(tests.stock('COL-300'), 390.000, 'and off the depot');
select is(tests.reserved('COL-300'), 0.000, 'where nothing is reserved any more');
select is(tests.status('order', tests.id('order')), 'dispatched', 'the order has left');

select * from finish();
rollback;
