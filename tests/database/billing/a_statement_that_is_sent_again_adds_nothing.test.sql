begin;
select plan(14);

select tests.sign_in('finance@acme.test');
create function pg_temp.line(reference text, amount text, posted_at text default '2026-11-02T08:00:00Z', more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('reference', reference, 'amount', amount, 'posted_at', posted_at) || more
$$;
create function pg_temp.take(variadic lines jsonb[]) returns text language plpgsql as $$
declare
  told text;
begin
  return import_statement_lines('Till', to_jsonb(lines));
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return sqlerrm || ' ' || told;
end $$;
create function pg_temp.problems(variadic lines jsonb[]) returns jsonb language plpgsql as $$
declare
  told text;
begin
  perform import_statement_lines('Till', to_jsonb(lines));
  return '[]';
exception when others then
  get stacked diagnostics told = pg_exception_detail;
  return told::jsonb -> 'lines';
end $$;

select is(pg_temp.take(pg_temp.line('SK1', '100'), pg_temp.line('SK2', '250.5', more => '{"paid_from": "0711 000 102", "paid_by": " JANE ", "bill_reference": "INV-000001"}'))::jsonb,
  '{"added": 2, "known": 0, "differing": []}', 'both are taken');
select is((select array[paid_by, paid_from, bill_reference] from statement_lines where reference = 'SK2'), array['JANE', '+254711000102', 'INV-000001'], 'with what the statement knows of the payer');
select is(pg_temp.take(pg_temp.line('SK1', '100'), pg_temp.line('sk-2', '250.50'), pg_temp.line('SK3', '1'))::jsonb,
  '{"added": 1, "known": 2, "differing": []}', 'the same file again adds what is new');
select is(pg_temp.take(pg_temp.line('SK4', '7'), pg_temp.line('SK4', '7.00'))::jsonb, '{"added": 1, "known": 1, "differing": []}', 'the same twice in a file is one');
select is(pg_temp.take(pg_temp.line('SK1', '101'))::jsonb,
  '{"added": 0, "known": 1, "differing": [{"reference": "SK1", "amount": 101, "known_amount": 100.00}]}', 'another amount is said and changes nothing');
select is(pg_temp.problems(pg_temp.line('SK8', '1'), pg_temp.line(' - ', '1'), pg_temp.line('SK5', '0'), pg_temp.line('SK6', '1.005'), pg_temp.line('SK7', '1', '2099-01-01T00:00:00Z'), pg_temp.line('SK9', null)),
  '[{"line": 2, "field": "reference"}, {"line": 3, "field": "amount"}, {"line": 4, "field": "amount"}, {"line": 5, "field": "posted_at"}, {"line": 6, "field": "amount"}]', 'every line that cannot be is named');
select is(pg_temp.problems(pg_temp.line('SK8', '1'), pg_temp.line('SK8', '2')), '[{"line": 1, "field": "reference"}, {"line": 2, "field": "reference"}]', 'two amounts under one reference are a question');
select is((select count(*) from statement_lines where reference = 'SK8'), 0::bigint, 'and then none is taken');
select throws_ok($$ select import_statement_lines('Till', '[]') $$, 'PT422', 'input_invalid', 'an empty statement is none');
select throws_ok($$ select import_statement_lines(' ', jsonb_build_array(pg_temp.line('SK8', '1'))) $$, 'PT422', 'source_is_short', 'money came to an account that has a name');
select throws_ok($$ select import_statement_lines('Till', '[{"reference": "SK8", "amount": "ten", "posted_at": "today"}]') $$, 'PT422', 'input_invalid', 'words are no amounts');
select is((import_statement_lines('Bank', jsonb_build_array(pg_temp.line('SK1', '100')))) ->> 'added', '1', 'the same reference at another account is another line');
select tests.sign_in('sales@acme.test');
select throws_ok($$ select import_statement_lines('Till', jsonb_build_array(pg_temp.line('SK8', '1'))) $$, '42501', 'permission_denied', 'it is finance that does this');
select tests.sign_in('finance@acme.test');
select is((select count(*) from statement_lines where source = 'Till'), 4::bigint, 'four lines in all');

select * from finish();
rollback;
