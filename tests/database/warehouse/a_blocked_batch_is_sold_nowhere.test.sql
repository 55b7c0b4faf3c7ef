begin;
select plan(14);

insert into products (tenant_id, sku, name, unit, base_price, tracking) values (tests.tenant('acme'), 'MILK', 'Milk', 'carton', 100, 'batch');
create function pg_temp.received(code text, quantity numeric, place uuid default tests.depot()) returns uuid language plpgsql as $$
declare
  adjustment uuid;
begin
  perform tests.sign_in('warehouse@acme.test');
  adjustment := (create_adjustment(place, tests.reason('Found'), jsonb_build_array(
    jsonb_build_object('product_id', tests.product('MILK'), 'quantity', quantity, 'batches', jsonb_build_array(jsonb_build_object('code', code, 'quantity', quantity)))),
    occurred_at => now() - interval '1 day')).id;
  perform submit_adjustment(adjustment);
  perform tests.sign_in('manager@acme.test');
  perform approve_adjustment(adjustment);
  perform apply_adjustment(adjustment);
  perform tests.sign_out();
  return (select b.id from batches b where b.code = received.code);
end $$;
select tests.remember('bad', pg_temp.received('BAD', 10));
select tests.remember('fine', pg_temp.received('FINE', 10));
select tests.remember('order', tests.allocated('Kilimani Mini Mart', 'MILK', 12));

select tests.sign_in('warehouse@acme.test');
select throws_ok($$ select block_batch(tests.id('bad'), 'Sour') $$, '42501', 'permission_denied', 'the clerk does not recall');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select block_batch(tests.id('bad'), ' ') $$, 'PT422', 'reason_required', 'a recall has a reason');
select is((block_batch(tests.id('bad'), 'Sour')).status::text, 'blocked', 'a manager recalls');
select throws_ok($$ select block_batch(tests.id('bad'), 'Sour') $$, 'PT409', 'batch_transition_illegal', 'once');
select tests.sign_in('admin@globex.test');
select throws_ok($$ select block_batch(tests.id('fine'), 'Sour') $$, 'PT404', 'record_not_found', 'others do not');
select is((select count(*) from batches where id = tests.id('bad')), 0::bigint, 'nor see it');
select tests.sign_in('auditor@acme.test');
select is((select count(*) from events where entity_id = tests.id('bad') and event_type = 'batch.blocked'), 1::bigint, 'it is an event');
select tests.sign_out();

-- What was set aside before is not loaded; nothing more is set aside.
select throws_ok($$ select tests.allocated('Gikomba Traders', 'MILK', 1) $$, 'PT409', 'stock_short', 'of what is left nothing more is promised');
select throws_ok($$ select tests.on_the_road(array[tests.id('order')]) $$, 'PT409', 'batch_short', 'an order that needs it does not leave');
select is(tests.status('order', tests.id('order')), 'allocated', 'it waits');
select tests.sign_in('manager@acme.test');
select is((release_batch(tests.id('bad'))).status::text, 'open', 'a batch is released');
select tests.sign_out();
select lives_ok($$ select tests.on_the_road(array[tests.id('order')]) $$, 'and the order leaves');

-- Whoever is limited to one depot does not decide for all of them.
select tests.limit_to('manager@acme.test', 'NBO');
select tests.sign_in('manager@acme.test');
select throws_ok($$ select block_batch(tests.id('fine'), 'Sour') $$, '42501', 'permission_denied', 'a batch lies in several places');
select tests.sign_out();
select is((select count(*) from batch_stock where on_hand < 0), 0::bigint, 'nothing is below zero');

select * from finish();
rollback;
