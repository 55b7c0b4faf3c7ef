begin;
select plan(15);

select tests.remember('product', (select p.id from public.products p where p.tenant_id = tests.tenant('acme') and p.sku = 'COL-300'));
select tests.remember('van', (select v.id from public.vehicles v where v.tenant_id = tests.tenant('acme') order by v.registration limit 1));
select tests.remember('depot', (select w.id from public.warehouses w where w.tenant_id = tests.tenant('acme') and w.kind = 'depot' order by w.code limit 1));

select tests.sign_in('owner@acme.test');
insert into public.tags (name, colour) values ('Seasonal', 'teal');
select tests.remember('seasonal', (select t.id from public.tags t where t.name = 'Seasonal'));
update public.tenant_settings set type_definitions = type_definitions || '{"fields": {"product": [{"key": "shelf", "label": "Shelf", "kind": "text"}], "vehicle": [{"key": "insurer", "label": "Insurer", "kind": "choice", "options": ["Jubilee", "CIC"]}]}}';

select tests.sign_in('manager@acme.test');
select lives_ok($$ select public.add_tag('product', tests.id('product'), tests.id('seasonal')) $$, 'a product is tagged');
select results_eq(
  $$ select p.id from public.products p cross join lateral public.record_tags(p) r where r.tag_id = tests.id('seasonal') $$,
  $$ select tests.id('product') $$, 'the list of products is led to it');
select public.set_own_fields('product', tests.id('product'), '{"shelf": "B4"}');
select is(public.kept_with('product', tests.id('product')) -> 'fields' ->> 'shelf', 'B4', 'it has fields of the company''s own');
select results_eq(
  $$ select p.id from public.products p cross join lateral public.own_field_values(p) v where v.field = 'shelf' and v.text_value = 'B4' $$,
  $$ select tests.id('product') $$, 'and is found by them');
select throws_ok($$ select public.set_own_fields('vehicle', tests.id('van'), '{"insurer": "Unknown"}') $$, 'own_field_value_invalid', 'a choice is one of its options on a vehicle, too');
select throws_ok($$ select public.add_comment('vehicle', tests.id('product'), 'Brakes squeak') $$, 'record_not_found', 'what is of another kind is not there');

select lives_ok($$ select public.add_comment('vehicle', tests.id('van'), 'Brakes squeak') $$, 'something is said about a vehicle');
select lives_ok($$ select public.create_task('Change the brakes', document_kind => 'vehicle', document_id => tests.id('van')) $$, 'and somebody is to do something about it');
select is(jsonb_array_length(public.kept_with('vehicle', tests.id('van')) -> 'tasks'), 1, 'which stands on its page');
select tests.sign_in('dispatcher@acme.test');
update public.vehicles set name = 'Old van' where id = tests.id('van');
select is((select count(*) from public.timeline('vehicle', tests.id('van')) t where t.kind in ('comment', 'change')), 2::bigint, 'its timeline tells what was said and what was changed');
select is(
  (select count(*) from public.comments c where c.document_kind = 'vehicle'), 1::bigint, 'colleagues who see the vehicle read it');
select lives_ok($$ select public.add_comment('warehouse', tests.id('depot'), 'The gate sticks') $$, 'a place is spoken about, too');

select tests.sign_in('customer@acme.test');
select throws_ok($$ select public.kept_with('product', tests.id('product')) $$, 'record_not_found', 'a customer reads nothing of it');
select tests.sign_in('owner@globex.test');
select throws_ok($$ select public.timeline('vehicle', tests.id('van')) $$, 'record_not_found', 'for other companies there is no such vehicle');
select is((select count(*) from public.comments c where c.document_id in (tests.id('van'), tests.id('depot'))), 0::bigint, 'nor what was said about it');
select tests.sign_out();

select * from finish();
rollback;
