begin;
select plan(28);

-- Ten crates are delivered, eight come back; the van brings seven of them home.
create function pg_temp.accounts() returns text language sql security definer as $$
  select string_agg(holder || ' ' || trim_scale(quantity), ', ' order by holder) from container_balances
  where tenant_id = tests.tenant('acme') and product_id = tests.product('EMP-CRATE24') and holder in ('breakage', 'loss')
$$;
create function pg_temp.unbalanced() returns bigint language sql security definer as $$
  select count(*) from private.derived__containers_in_places d where d.tenant_id = tests.tenant('acme') and d.kept <> d.derived
$$;
select is(pg_temp.unbalanced(), 0::bigint, 'what our places hold by the ledger is what their stock is in');
select is(pg_temp.accounts(), null, 'nothing is gone yet');

select tests.sign_in('warehouse@acme.test');
select tests.remember('found', (create_adjustment(tests.depot(), tests.reason('Found'), tests.lines('EMP-CRATE24', 20))).id);
select submit_adjustment(tests.id('found'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('found'));
select apply_adjustment(tests.id('found'));
select is(pg_temp.accounts(), 'loss -20', 'what is found was lost');
select tests.sign_in('warehouse@acme.test');
select tests.remember('broken', (create_adjustment(tests.depot(), tests.reason('Damaged'), tests.lines('EMP-CRATE24', -3) || tests.lines('COL-300', -2))).id);
select submit_adjustment(tests.id('broken'));
select tests.sign_in('manager@acme.test');
select approve_adjustment(tests.id('broken'));
select apply_adjustment(tests.id('broken'));
select is(pg_temp.accounts(), 'breakage 5, loss -20', 'three empty crates broke, and two with what was in them');
select tests.sign_in('admin@acme.test');
select reverse_adjustment(tests.id('broken'), 'They are whole');
select is(pg_temp.accounts(), 'breakage 0, loss -20', 'taken back, nothing broke');
select tests.sign_out();
select is(pg_temp.unbalanced(), 0::bigint, 'and the ledger is where the stock is');

select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'COL-300', 10));
select tests.remember('trip', tests.on_the_road(array[tests.id('order')]));
select is(pg_temp.unbalanced(), 0::bigint, 'on the van, too');
select tests.sign_in('driver@acme.test');
select complete_delivery(tests.id('order'), tests.taken(tests.id('order'), 10), 'Tom', tests.signature(), empties => tests.lines('EMP-CRATE24', 4));
select tests.sign_out();
select is(pg_temp.unbalanced(), 0::bigint, 'and when they have changed hands');
select is((select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Kilimani Mini Mart')), '6.000 2400.00', 'six stay with the customer, against their deposit');

-- The van brings home three of four empties: what is missing under a cause of breakage is broken. A count that misses one has lost it.
select tests.sign_in('driver@acme.test');
select tests.remember('offload', (submit_offload(tests.id('trip'), jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'counted', 3)))).id);
select tests.sign_in('manager@acme.test');
select approve_variance((select v.id from variances v where v.offload_id = tests.id('offload')), 'damaged');
select tests.sign_in('dispatcher@acme.test');
select review_offload(tests.id('offload'));
select tests.sign_in('manager@acme.test');
select approve_offload(tests.id('offload'));
select tests.sign_out();
select is(pg_temp.accounts(), 'breakage 1, loss -20', 'a crate that broke on the road stands under breakage');
select is((select sum(quantity) from container_balances where holder = 'van'), 0.000, 'and the van has none');
insert into inventory_transactions (tenant_id, warehouse_id, product_id, quantity, kind, reference_type, reference_id) values
  (tests.tenant('acme'), tests.depot(), tests.product('EMP-CRATE24'), -1, 'count', 'stock_count', tests.depot()),
  (tests.tenant('acme'), tests.depot(), tests.product('EMP-CRATE24'), 50, 'purchase', 'purchase_order', tests.depot());
select is(pg_temp.accounts(), 'breakage 1, loss -19', 'what a count misses is lost, and what a vendor brings was never ours');
select is(pg_temp.unbalanced(), 0::bigint, 'the ledger is where the stock is');

-- Two of the six are lost at his place, one broke. Two people decide it.
select tests.sign_in('driver@acme.test');
select throws_ok($$ select write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, 'Gone') $$, '42501', 'permission_denied', 'a driver writes nothing off');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 7, 'Gone') $$, 'PT409', 'containers_not_held', 'nor anybody more than he holds');
select throws_ok($$ select write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, 'Gone', 'depot') $$, 'PT422', 'write_off_names_an_account', 'nor into a place that is none');
select throws_ok($$ select write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, ' ') $$, 'PT422', 'reason_required', 'nor without a reason');
select tests.remember('lost', (write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 2, 'Not on his shelf')).id);
select tests.remember('smashed', (write_off_containers(tests.customer('Kilimani Mini Mart'), tests.product('EMP-CRATE24'), 1, 'Fell', 'breakage', keeps_deposit => false)).id);
select throws_ok($$ select approve_container_write_off(tests.id('lost')) $$, '42501', 'separation_of_duties', 'who asks does not decide');
select tests.sign_in('admin@acme.test');
select approve_container_write_off(tests.id('lost'));
select approve_container_write_off(tests.id('smashed'));
select is(pg_temp.accounts(), 'breakage 2, loss -17', 'they stand under their names');
select is((select deposit_amount from container_write_offs where id = tests.id('lost')), 800.00, 'with the deposit that was theirs');
select tests.sign_out();
select is((select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Kilimani Mini Mart')), '3.000 1200.00', 'and no longer under his');
select is((select string_agg(d.unit_deposit || ' ' || trim_scale(d.quantity), ', ') from private.deposits_to_invoice(tests.tenant('acme'), tests.customer('Kilimani Mini Mart'), 10000) d), '400.00 -1',
  'his next invoice gives back the deposit of what is forgiven, and not of what he answers for');
select is((select sum(quantity) from container_ledger where tenant_id = tests.tenant('acme')), 0.000, 'containers move, they do not appear');

-- The two are found after all, and come back as empties: their deposit is paid once.
select tests.sign_in('manager@acme.test');
select throws_ok($$ select reverse_container_write_off(tests.id('lost'), 'Found') $$, '42501', 'separation_of_duties', 'nor does he take it back alone');
select tests.sign_in('admin@acme.test');
select reverse_container_write_off(tests.id('lost'), 'Found behind the shelf');
select tests.sign_out();
select is((select quantity || ' ' || deposit_amount from container_balances where holder = 'customer' and holder_id = tests.customer('Kilimani Mini Mart')), '5.000 2000.00', 'he holds them again');
select is((select string_agg(d.unit_deposit || ' ' || trim_scale(d.quantity), ', ') from private.deposits_to_invoice(tests.tenant('acme'), tests.customer('Kilimani Mini Mart'), 10000) d), '400.00 -1', 'charged as before');
select is((select count(*) from private.derived__containers_kept d where d.tenant_id = tests.tenant('acme') and d.kept <> d.derived), 0::bigint, 'what is kept is what was written off');

-- Who says that water comes in crates says it of the water that is there, too.
update products set container_product_id = tests.product('EMP-CRATE24') where tenant_id = tests.tenant('acme') and sku = 'WAT-500';
select is(pg_temp.unbalanced(), 0::bigint, 'a product that comes in a container brings those of its stock along');

select * from finish();
rollback;
