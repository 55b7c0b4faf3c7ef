begin;
select plan(22);

create function pg_temp.keep(fields jsonb) returns void language sql as $$
  update public.tenant_settings set type_definitions = type_definitions || jsonb_build_object('fields', fields) where tenant_id = private.active_tenant_id()
$$;
create function pg_temp.write(fields jsonb) returns jsonb language sql as $$ select public.set_own_fields('order', tests.id('order'), fields) $$;

select tests.remember('order', tests.pending('Kilimani Mini Mart', 'COL-300', 1));
select tests.sign_in('owner@acme.test');
select throws_ok(format($$ select pg_temp.keep(%L) $$, f.fields), 'own_fields_invalid', f.why) from (values
  ('[]', 'fields are kept by kind of document'),
  ('{"spaceship": []}', 'of kinds that there are'),
  ('{"order": [{"key": "Gate", "label": "Gate", "kind": "text"}]}', 'a key is small letters'),
  ('{"order": [{"key": "gate", "label": "Gate", "kind": "text"}, {"key": "gate", "label": "Gate", "kind": "text"}]}', 'each key is there once'),
  ('{"order": [{"key": "gate", "label": "Gate", "kind": "picture"}]}', 'the kind is one of five'),
  ('{"order": [{"key": "gate", "label": "Gate", "kind": "choice"}]}', 'a choice has options'),
  ('{"order": [{"key": "gate", "label": " ", "kind": "text"}]}', 'and each field a name')) f (fields, why);
select pg_temp.keep('{"order": [
  {"key": "gate", "label": "Gate", "kind": "choice", "options": ["North", "South"], "is_required": true},
  {"key": "pallets", "label": "Pallets", "kind": "number"},
  {"key": "until", "label": "Until", "kind": "date"},
  {"key": "cold", "label": "Cold", "kind": "yes_no"},
  {"key": "password", "label": "Password", "kind": "text"}]}');

select tests.sign_in('sales@acme.test');
select throws_ok($$ select pg_temp.write('{"pallets": 2}') $$, 'own_field_required', 'what the company needs is needed');
select is(pg_temp.write('{"gate": "North", "pallets": 2.5, "until": "2026-12-24", "cold": true, "password": " Sesame "}'),
  '{"gate": "North", "pallets": 2.5, "until": "2026-12-24", "cold": "yes", "password": "Sesame"}', 'each kind of value is kept as what it is');
select throws_ok(format($$ select pg_temp.write(%L) $$, f.fields), 'own_field_value_invalid', f.why) from (values
  ('{"gate": "West"}', 'an option is one of those offered'),
  ('{"pallets": "two"}', 'a number is a number'),
  ('{"until": "2026-02-30"}', 'a day is a day'),
  ('{"cold": "perhaps"}', 'a question is answered by yes or no')) f (fields, why);
select throws_ok($$ select pg_temp.write('{"colour": "red"}') $$, 'own_field_unknown', 'what is no field is not filled in');
select is(pg_temp.write('{"password": null, "pallets": 3}'), '{"gate": "North", "pallets": 3, "until": "2026-12-24", "cold": "yes"}', 'what is not named stays, what is emptied is gone');
select results_eq(
  $$ select o.id from public.orders o cross join lateral public.own_field_values(o) v where v.field = 'gate' and v.text_value = 'North' $$,
  $$ select tests.id('order') $$, 'a list is led to those that have a value');
select throws_ok($$ insert into public.own_field_values (tenant_id, document_kind, document_id, field, text_value) values (tests.tenant('acme'), 'order', tests.id('order'), 'password', 'x') $$, '42501', null, 'they are filled in by the command alone');
select tests.sign_in('driver@acme.test');
select throws_ok($$ select pg_temp.write('{"gate": "South"}') $$, 'record_not_found', 'by nobody who does not see the document');
select tests.sign_in('owner@globex.test');
select is((select count(*) from public.own_field_values), 0::bigint, 'other companies see nothing of it');

select tests.sign_in('owner@acme.test');
select throws_ok($$ select pg_temp.keep('{"order": [{"key": "pallets", "label": "Pallets", "kind": "text"}]}') $$, 'own_field_kind_fixed', 'a field that is filled in keeps its kind');
select lives_ok($$ select pg_temp.keep('{"order": [{"key": "gate", "label": "Gate number", "kind": "choice", "options": ["West"]}]}') $$, 'its name and options may change');
select is(public.kept_with('order', tests.id('order')) -> 'fields' ->> 'gate', 'North', 'and nothing that stands there is lost');
select tests.sign_out();

select * from finish();
rollback;
