begin;
select plan(10);

create function pg_temp.cancel() returns orders language sql as $$ select cancel_order(tests.id('order'), 'not needed') $$;
create function pg_temp.pay(amount numeric) returns uuid language plpgsql as $$
declare
  paid uuid;
begin
  perform tests.sign_in('sales@acme.test');
  paid := (record_payment(tests.customer('Westlands Wholesalers'), 'cash', amount, order_id => tests.id('order'))).id;
  perform tests.sign_out();
  return paid;
end $$;
create function pg_temp.refusal() returns jsonb language plpgsql as $$
declare
  told text;
begin
  perform pg_temp.cancel();
  return null;
exception when sqlstate 'PT409' then
  get stacked diagnostics told = pg_exception_detail;
  return told;
end $$;

select tests.remember('order', tests.allocated('Westlands Wholesalers', 'COL-300', 10));
create temp table reserved as select tests.reserved('COL-300') as before, o.updated_at from orders o where o.id = tests.id('order');
grant select on reserved to authenticated;
select tests.remember('advance', pg_temp.pay(500));
select tests.remember('second', pg_temp.pay(200));
select tests.sign_in('manager@acme.test');
select throws_ok($$ select pg_temp.cancel() $$, 'PT409', 'order_has_documents', 'while money was taken for it an order is not cancelled');
select is(
  (select string_agg(d ->> 'document' || ' ' || (d ->> 'amount') || ' ' || (d ->> 'status'), ', ' order by (d ->> 'amount')::numeric) from jsonb_array_elements(pg_temp.refusal() -> 'documents') d),
  'payment 200.00 pending, payment 500.00 pending', 'and every payment is named');
select is((select concat_ws(' ', status, updated_at = (select updated_at from reserved)) from orders where id = tests.id('order')), 'allocated t', 'the order is as it was');
select is(tests.reserved('COL-300'), (select before from reserved), 'with what is reserved for it');
select tests.sign_in('finance@acme.test');
select reject_payment(tests.id('second'), 'a mistake');
select approve_payment(tests.id('advance'));
select tests.sign_in('manager@acme.test');
select is(jsonb_array_length(pg_temp.refusal() -> 'documents'), 1, 'a rejected payment holds nothing up, an approved one does');
select tests.sign_in('finance@acme.test');
select refund_payment(tests.id('advance'), 300, 'not needed');
select tests.sign_in('manager@acme.test');
select is(jsonb_array_length(pg_temp.refusal() -> 'documents'), 1, 'as long as a part of it is kept');
select tests.sign_in('finance@acme.test');
select refund_payment(tests.id('advance'), 200, 'not needed');
select tests.sign_in('manager@acme.test');
select lives_ok($$ select pg_temp.cancel() $$, 'what was given back lets it go');
select tests.sign_out();
select is(tests.status('order', tests.id('order')), 'cancelled', 'it is cancelled');
select throws_ok($$ select pg_temp.pay(100) $$, 'PT409', 'order_takes_no_payment', 'no money is taken for it any more');
select tests.sign_in('sales@acme.test');
select lives_ok($$ select record_payment(tests.customer('Westlands Wholesalers'), 'cash', 100) $$, 'but from its customer');

select * from finish();
rollback;
