begin;
select plan(7);

-- What somebody hears who asks for an order that is not there.
create function pg_temp.hint_in(language text) returns text
language plpgsql as $$
declare
  hint text;
begin
  perform set_config('request.headers', case when language is null then '' else jsonb_build_object('accept-language', language)::text end, true);
  perform public.approve_order(gen_random_uuid());
  return null;
exception when others then
  get stacked diagnostics hint = pg_exception_hint;
  return hint;
end
$$;
grant execute on function pg_temp.hint_in to authenticated;

select tests.sign_in('sales@acme.test');
select is(pg_temp.hint_in('sw'),
  'Rekodi hii haipo au huwezi kuiona. Rudi kwenye orodha na uifungue tena.', 'in Swahili');
select is(pg_temp.hint_in('SW-KE,en;q=0.5'), pg_temp.hint_in('sw'), 'of a country, with others behind it');
select matches(pg_temp.hint_in('en'), '^This record does not exist or is not visible to you\. ', 'in English');
select is(pg_temp.hint_in('fr'), pg_temp.hint_in('en'), 'a language that nobody speaks here is answered in English');
select is(pg_temp.hint_in(null), pg_temp.hint_in('en'), 'and so is a client that asks for none');
select is(pg_temp.hint_in('swe'), pg_temp.hint_in('en'), 'another language that begins alike is not taken for Swahili');
select throws_ok($$ select approve_order(gen_random_uuid()) $$, 'PT404', 'record_not_found', 'the key is the same in every language');

select * from finish();
rollback;
