begin;
select plan(14);

select tests.sign_in('admin@acme.test');
select lives_ok($$ update tenant_settings set terminology = '{"en": {"order": ["booking", "bookings"]}, "sw": {"customer": ["duka", "maduka"]}}' $$,
  'an administrator says it, in either language');
select tests.sign_in('sales@acme.test');
select is(my_session() #>> '{tenant,settings,terminology,en,order,1}', 'bookings', 'everybody of the company hears it');
update tenant_settings set terminology = '{}';
select is((select terminology #>> '{sw,customer,0}' from tenant_settings), 'duka', 'and sales do not change it');
select tests.sign_in('admin@globex.test');
select is(my_session() #> '{tenant,settings,terminology}', '{}'::jsonb, 'another company has its own');

select tests.sign_in('admin@acme.test');
select throws_ok(format('update tenant_settings set terminology = %L', words), 'PT422', 'terminology_is_by_language', why)
from (values
  ('"booking"', 'not by language'),
  ('{"fr": {"order": ["commande", "commandes"]}}', 'a language that the portal does not speak'),
  ('{"en": ["booking"]}', 'a language without things'),
  ('{"en": {"order": "booking"}}', 'one word alone'),
  ('{"en": {"order": ["booking"]}}', 'without the word for many'),
  ('{"en": {"order": ["", "bookings"]}}', 'an empty word'),
  ('{"en": {"order": ["{order}", "bookings"]}}', 'a word with braces, which sentences are filled in by'),
  ('{"en": {"order": [1, 2]}}', 'numbers'),
  ('{"en": {"order": ["' || repeat('b', 41) || '", "bookings"]}}', 'a word that is too long')
) as bad (words, why);
select lives_ok($$ update tenant_settings set terminology = '{}' $$, 'and takes it back');

select * from finish();
rollback;
