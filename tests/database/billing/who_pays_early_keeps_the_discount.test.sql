begin;
select plan(16);

-- 200 and 18 % make 236.
update products set base_price = 200, tax_rate = 18 where id = tests.product('WAT-1500');
create function pg_temp.terms(percent numeric, fixed numeric, days integer) returns void language sql as $$
  update public.customers set payment_terms_days = 30, discount_percent = percent, discount_fixed = fixed, discount_days = days, credit_limit = 900000, price_list_id = null
  where id = tests.customer('Kilimani Mini Mart')
$$;
create function pg_temp.sold() returns uuid language plpgsql as $$
declare
  sold uuid := tests.allocated('Kilimani Mini Mart', 'WAT-1500', 1);
  trip uuid := tests.on_the_road(array[sold]);
begin
  perform tests.deliver(sold, 1);
  perform tests.sign_in('driver@acme.test');
  perform submit_offload(trip);
  perform tests.sign_in('manager@acme.test');
  perform review_offload(o.id), approve_offload(o.id) from offload_documents o where o.trip_id = trip;
  perform complete_trip(trip);
  perform tests.sign_in('finance@acme.test');
  perform issue_invoice(i.id) from invoices i where i.order_id = sold;
  perform tests.sign_out();
  return (select i.id from invoices i where i.order_id = sold);
end $$;
create function pg_temp.pay(name text, amount numeric, received_at timestamptz default now()) returns text language plpgsql as $$
declare
  money uuid;
begin
  perform tests.sign_in('sales@acme.test');
  money := (record_payment(tests.customer('Kilimani Mini Mart'), 'cash', amount, null, received_at)).id;
  perform tests.sign_in('finance@acme.test');
  perform approve_payment(money), allocate_payment(money, jsonb_build_array(jsonb_build_object('invoice_id', tests.id(name), 'amount', amount)));
  perform tests.remember(name || '_money', money);
  perform tests.sign_out();
  return tests.status('invoice', tests.id(name));
end $$;
create function pg_temp.later(name text, days integer) returns void language sql as $$
  update public.invoices set issued_on = issued_on - days, due_on = due_on - days, discount_until = discount_until - days where id = tests.id(name)
$$;
create function pg_temp.discount(name text) returns text language sql as $$
  select string_agg(p.amount || ' ' || p.status, ', ' order by p.created_at, p.id) from public.payments p where p.waives_invoice_id = tests.id(name)
$$;

select pg_temp.terms(10, null, 10);
select tests.remember('early', pg_temp.sold());
select is((select array[total::text, discount_amount::text, (discount_until - issued_on)::text] from invoices where id = tests.id('early')), array['236.00', '23.60', '10'], 'the invoice says what may be kept, and until when');
select is(pg_temp.pay('early', 212.40), 'paid', 'who pays the rest in time has paid');
select is(pg_temp.discount('early'), '23.60 approved', 'what he kept is a discount');
select is((select rule from event_store e join payments p on p.id = e.entity_id where p.waives_invoice_id = tests.id('early') and e.step = 'approve'), 'invoice.discount', 'given by a rule');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select cancel_payment((select id from payments where waives_invoice_id = tests.id('early')), 'x') $$, 'PT409', 'discount_follows', 'which people do not take back by itself');
select is((unallocate_payment(tests.id('early_money'), tests.id('early'))).unallocated, 212.40, 'money that is taken off');
select tests.sign_out();
select is(array[tests.status('invoice', tests.id('early')), pg_temp.discount('early')], array['issued', '23.60 cancelled'], 'takes the discount with it');
select is(pg_temp.pay('early', 212.40), 'paid', 'paid again in time');
select is(pg_temp.discount('early'), '23.60 cancelled, 23.60 approved', 'it is given again');
select tests.sign_in('finance@acme.test');
select is((cancel_payment(tests.id('early_money'), 'The cheque bounced')).status::text, 'cancelled', 'and gone with the payment');
select tests.sign_out();
select is(array[tests.status('invoice', tests.id('early')), (select paid_total::text from invoices where id = tests.id('early'))], array['issued', '0.00'], 'all of it is owed');

select pg_temp.later('early', 12);
select is(pg_temp.pay('early', 212.40), 'partially_paid', 'two days too late there is none');
select is(pg_temp.discount('early'), '23.60 cancelled, 23.60 cancelled', 'nor another one');

-- An amount instead of percent; the day of the payment counts, not the day it was written down.
select pg_temp.terms(null, 50, 0);
select tests.remember('fixed', pg_temp.sold());
select pg_temp.later('fixed', 2);
select is(pg_temp.pay('fixed', 186, now() - interval '2 days'), 'paid', 'received on its last day it is in time');
select is(pg_temp.discount('fixed'), '50.00 approved', 'and the amount is kept');
select throws_ok($$ update public.customers set discount_percent = 5 where id = tests.customer('Kilimani Mini Mart') $$, 'PT422', 'early_discount_is_one', 'percent or amount, not both');
set constraints all immediate;

select * from finish();
rollback;
