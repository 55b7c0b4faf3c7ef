begin;
select plan(17);

select tests.sign_in('owner@acme.test');
insert into paybills (name, short_code) values ('Paybill', '600638');
select tests.remember('paybill', (select id from paybills where name = 'Paybill'));
select is((set_paybill_address(tests.id('paybill'), repeat('ab', 32))).has_address, true, 'a paybill is given its address');
select throws_ok($$ select set_paybill_address(tests.id('paybill'), 'the secret itself') $$, 'PT422', 'input_invalid', 'of which the hash is kept only');
select tests.sign_in('finance@acme.test');
select throws_ok($$ select set_paybill_address(tests.id('paybill'), repeat('cd', 32)) $$, '42501', 'permission_denied', 'not by everybody');
select throws_ok($$ insert into paybills (name, short_code) values ('Other', '600639') $$, '42501', null, 'nor is one added by everybody');
select throws_ok($$ select receive_paybill_payment(repeat('ab', 32), '600638', 'SKA1', 100, now()) $$, '42501', null, 'and nobody plays M-Pesa');
select tests.sign_out();

create function pg_temp.told(reference text default 'SKA1', amount numeric default 100, hash text default repeat('ab', 32), code text default '600638', posted_at timestamptz default now()) returns text language plpgsql as $$
begin
  return receive_paybill_payment(hash, code, reference, amount, posted_at, 'INV 1', '254711000102', 'JANE W KAMAU');
exception when others then
  return sqlerrm;
end $$;
set local role service_role;
select is(pg_temp.told(), 'taken', 'what M-Pesa tells is written down');
select is(pg_temp.told(), 'known', 'what it tells again is not');
select is(pg_temp.told(amount => 101), 'differs', 'another amount is no news either, but noticed');
select is(pg_temp.told(hash => repeat('00', 32)), 'paybill_unknown', 'a wrong secret opens nothing');
select is(pg_temp.told(code => '600639'), 'paybill_unknown', 'nor does the short code of another');
select is(pg_temp.told('SKA2', posted_at => '2099-01-01'), 'posted_at_is_finite', 'money of the future is none');
select is(pg_temp.told('SKA2', 0), 'amount_is_bounded', 'nor is nothing');
select is(check_paybill_payment(repeat('ab', 32), '600638', 'anything'), 'accepted', 'a paybill takes what comes');
reset role;
select is(
  (select array[source, reference, amount::text, paid_by, paid_from, bill_reference, coalesce(created_by::text, 'nobody')] from statement_lines where reference_key = 'SKA1'),
  array['Paybill', 'SKA1', '100.00', 'JANE W KAMAU', '+254711000102', 'INV 1', 'nobody'], 'once, with all that was told');
update paybills set refuses_unknown = true where id = tests.id('paybill');
select is(
  array[check_paybill_payment(repeat('ab', 32), '600638', 'anything'), check_paybill_payment(repeat('ab', 32), '600638', (select lower(code) from customers where name = 'Kilimani Mini Mart' limit 1))],
  array['account_unknown', 'accepted'], 'unless it is to know for what');
update paybills set is_active = false where id = tests.id('paybill');
select is(pg_temp.told('SKA3'), 'paybill_unknown', 'a closed one takes nothing');
update paybills set is_active = true where id = tests.id('paybill');
select tests.sign_in('owner@acme.test');
select set_paybill_address(tests.id('paybill'), repeat('ef', 32));
select tests.sign_out();
select is(array[pg_temp.told('SKA4'), pg_temp.told('SKA4', hash => repeat('ef', 32))], array['paybill_unknown', 'taken'], 'a new address ends the old one');

select * from finish();
rollback;
