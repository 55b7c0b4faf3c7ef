begin;
select plan(20);

select tests.sign_in('sales@acme.test');
select throws_ok($$ select public.create_lead('Nobody') $$, 'lead_is_reachable', 'a lead can be reached');
select tests.remember('lead', (public.create_lead('Njeri', 'Kamau', 'Njeri Stores', '0733 111 222', 'njeri@stores.test', interest => '20 crates a week')).id);
select throws_ok($$ select public.create_lead('Other', email => 'NJERI@stores.test') $$, 'lead_email_taken', 'an address is in one open lead');
select lives_ok($$ select public.create_lead('Same phone', phone => '+254733111222') $$, 'the same telephone says nothing');
select results_eq(
  $$ select s.first_name, s.is_same_phone, s.is_same_email from public.similar_leads s where s.lead_id = tests.id('lead') $$,
  $$ values ('Same phone', true, null::boolean) $$, 'but is told beside it');
select throws_ok($$ select public.convert_lead(tests.id('lead')) $$, 'lead_transition_illegal', 'only a qualified one becomes a customer');
select throws_ok($$ select public.disqualify_lead(tests.id('lead'), ' ') $$, 'reason_required', 'nothing comes of it for a reason');
select public.disqualify_lead(tests.id('lead'), 'Has closed');
select lives_ok($$ select public.create_lead('Again', email => 'njeri@stores.test') $$, 'who comes back is a new lead');
select throws_ok($$ select public.reopen_lead(tests.id('lead')) $$, 'lead_email_taken', 'and the old one stays closed meanwhile');
select public.disqualify_lead(l.id, 'The same') from public.leads l where l.first_name = 'Again';
select public.reopen_lead(tests.id('lead'));
select is(tests.status('lead', tests.id('lead')), 'contacted', 'else somebody may work on it again');
select public.qualify_lead(tests.id('lead'));
select throws_ok($$ select public.mark_duplicate_lead(tests.id('lead'), tests.id('lead')) $$, 'duplicate_names_the_other', 'none is a duplicate of itself');

select public.convert_lead(tests.id('lead'), deal_title => 'Weekly crates', value => 25000);
select tests.remember('customer', (select l.customer_id from public.leads l where l.id = tests.id('lead')));
select results_eq(
  $$ select c.name, c.contact_name, c.status::text, c.phone, c.sales_rep_id from public.customers c where c.id = tests.id('customer') $$,
  $$ values ('Njeri Stores', 'Njeri Kamau', 'draft', '+254733111222', null::uuid) $$, 'a draft of a customer is there');
select results_eq(
  $$ select d.title, d.status::text, d.value, s.name, d.owner_id from public.deals d join public.pipeline_stages s on s.id = d.stage_id where d.customer_id = tests.id('customer') $$,
  $$ values ('Weekly crates', 'open', 25000.00, 'First talk', tests.account('sales@acme.test')) $$, 'with a deal in the first stage');
select results_eq(
  $$ select c.name, c.email from public.contacts c where c.customer_id = tests.id('customer') $$,
  $$ values ('Njeri Kamau', 'njeri@stores.test') $$, 'and a person to talk to');
select throws_ok($$ select public.convert_lead(tests.id('lead')) $$, 'lead_transition_illegal', 'once');

-- The same address again is the same customer and the same person.
select tests.remember('again', (public.create_lead('Njeri', email => 'njeri@stores.test')).id);
select public.qualify_lead(tests.id('again'));
select is((public.convert_lead(tests.id('again'))).customer_id, tests.id('customer'), 'who is known by his address stays one customer');
select is((select count(*) from public.contacts c where c.customer_id = tests.id('customer')), 1::bigint, 'and one person');
select tests.remember('phone', (select l.id from public.leads l where l.first_name = 'Same phone'));
select public.qualify_lead(tests.id('phone'));
select isnt((public.convert_lead(tests.id('phone'))).customer_id, tests.id('customer'), 'the same telephone is another');

-- All of it or nothing.
select tests.remember('last', (public.create_lead('Otieno', phone => '0733999888')).id);
select public.qualify_lead(tests.id('last'));
select throws_ok($$ select public.convert_lead(tests.id('last'), pipeline_id => gen_random_uuid()) $$, 'record_not_found', 'without its deal there is no customer');
select is((select count(*) from public.customers c where c.name = 'Otieno'), 0::bigint, 'nothing of it stays');
select is((select count(*) from public.timeline('lead', tests.id('lead')) t where t.to_state = 'converted'), 1::bigint, 'its timeline tells it');
select tests.sign_out();

select * from finish();
rollback;
