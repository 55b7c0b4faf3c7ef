begin;
select plan(15);

select tests.sign_in('admin@acme.test');
select lives_ok($$ update tenant_settings set legal_name = 'Acme Beverages Limited', postal_address = E'Lunga Lunga Road 5\nNairobi', tax_numbers = 'PIN P051234567X',
  contact_line = '+254 711 000 100', bank_details = E'KCB, Industrial Area\n1100223344', mpesa_till = '522522', logo = 'data:image/png;base64,iVBORw0KGgo=' $$, 'an administrator says it');
select throws_ok($$ update tenant_settings set legal_name = '  ' $$, 'PT422', 'legal_name_is_not_blank', 'a blank name');
select throws_ok($$ update tenant_settings set mpesa_till = 'till 5' $$, 'PT422', 'mpesa_till_is_a_number', 'a till that is no number');
select throws_ok($$ update tenant_settings set logo = 'https://example.test/logo.png' $$, 'PT422', 'logo_is_a_small_picture', 'a picture that lies elsewhere');
select throws_ok($$ update tenant_settings set logo = 'data:image/svg+xml;base64,PHN2Zz4=' $$, 'PT422', 'logo_is_a_small_picture', 'a picture that can carry a script');
select throws_ok($$ update tenant_settings set logo = 'data:image/png;base64,' || repeat('A', 200000) $$, 'PT422', 'logo_is_a_small_picture', 'a picture that is too large');
select throws_ok($$ update tenant_settings set logo = 'data:image/png;base64,PHN2Zz48L3N2Zz4=' $$, 'PT422', 'logo_is_a_small_picture', 'what calls itself a picture and is none');
select throws_ok($$ update tenant_settings set logo = 'data:image/jpeg;base64,iVBORw0KGgo=' $$, 'PT422', 'logo_is_a_small_picture', 'a picture of another kind than it says');
select throws_ok($$ update tenant_settings set document_terms = repeat('x', 2001) $$, 'PT422', 'document_terms_are_not_blank', 'terms that fill pages');
select lives_ok($$ update tenant_settings set document_terms = E'Ours until it is paid.\nEmpties come back.' $$, 'terms with line breaks');

select tests.sign_in('finance@acme.test');
select is((select legal_name from tenant_settings), 'Acme Beverages Limited', 'who prints invoices reads it');
update tenant_settings set legal_name = 'Finance Limited';
select is((select legal_name from tenant_settings), 'Acme Beverages Limited', 'and does not change it');

select tests.sign_in('admin@globex.test');
select is((select count(*) from tenant_settings where legal_name is not null), 0::bigint, 'another company does not see it');
update tenant_settings set legal_name = 'Stolen' where tenant_id = tests.tenant('acme');
select tests.sign_in('finance@acme.test');
select is((select legal_name from tenant_settings), 'Acme Beverages Limited', 'nor change it');
select is((select mpesa_till from tenant_settings), '522522', 'the till stands on invoices');

select * from finish();
rollback;
