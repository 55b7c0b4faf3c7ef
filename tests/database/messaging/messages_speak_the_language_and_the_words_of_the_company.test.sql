begin;
select plan(13);

create function pg_temp.approved(customer text, quantity numeric) returns public.messages language plpgsql as $$
declare
  sold uuid := tests.approved(customer, 'COL-300', quantity);
  told public.messages;
begin
  perform private.process_queue('notifications', 200);
  select * into told from public.messages m where m.entity_id = sold;
  return told;
end $$;
update customers set phone = '+254711000999' where name = 'Kilimani Mini Mart';
select matches((pg_temp.approved('Kilimani Mini Mart', 1)).body, '^Dear Kilimani Mini Mart, your order ORD-[0-9]+ of KES [0-9,]+\.[0-9]{2} is confirmed\. Thank you! Acme Beverages$', 'in English, where nothing else was chosen');

-- The company speaks Swahili.
update tenant_settings set locale = 'sw-TZ' where tenant_id = tests.tenant('acme');
select matches((pg_temp.approved('Kilimani Mini Mart', 2)).body, '^Mpendwa Kilimani Mini Mart, oda yako ORD-[0-9]+ ya KES [0-9,.]+ imethibitishwa', 'in Swahili');
update tenant_settings set locale = 'fr-CD' where tenant_id = tests.tenant('acme');
select matches((pg_temp.approved('Kilimani Mini Mart', 3)).body, '^Dear Kilimani Mini Mart', 'in English, where the language has no words yet');

-- And has words of its own.
update tenant_settings set locale = 'en-KE' where tenant_id = tests.tenant('acme');
select tests.sign_in('admin@acme.test');
select throws_ok($$ insert into message_templates (event, channel, language, body) values ('order.approved', 'whatsapp', 'en', 'Dear {custmer}') $$, 'PT422', 'placeholders_are_known', 'a name that nothing fills in is refused');
select throws_ok($$ insert into message_templates (event, channel, language, body) values ('order.applauded', 'whatsapp', 'en', 'Well done') $$, 'PT422', 'message_text_is_known', 'and so are words about what nobody is told');
insert into message_templates (event, channel, language, body) values ('order.approved', 'whatsapp', 'en', 'Karibu {customer}! {{ {number} {reason}');
select throws_ok($$ insert into message_templates (event, channel, language, body) values ('order.approved', 'whatsapp', 'en', 'Again') $$, 'PT409', 'message_template_taken', 'there is one text for a message');
select tests.sign_in('sales@acme.test');
select throws_ok($$ insert into message_templates (event, channel, language, body) values ('order.failed', 'whatsapp', 'en', 'Sorry') $$, '42501', null, 'whoever manages the settings writes them');
select tests.sign_out();
update customers set name = 'Kilimani {number} Mart' where name = 'Kilimani Mini Mart';
select matches((pg_temp.approved('Kilimani {number} Mart', 4)).body, '^Karibu Kilimani \{number\} Mart! \{\{ ORD-[0-9]+ $', 'its own words, filled in once');
select is((pg_temp.approved('Kilimani {number} Mart', 5)).template, 'order.approved', 'about the same event');

-- By e-mail, where there is no phone; and what an invoice says.
update customers set phone = null, email = 'shop@kilimani.test' where name = 'Kilimani {number} Mart';
select matches((pg_temp.approved('Kilimani {number} Mart', 6)).subject, '^Acme Beverages: ORD-[0-9]+$', 'a mail has a subject');
select tests.remember('invoice', tests.invoiced('Kilimani {number} Mart', 'COL-300', 3));
select private.process_queue('notifications', 200);
select ok((select m.body like '%invoice%' || i.currency || ' ' || to_char(i.total, 'FM999,999,990.00') || '%' from messages m join invoices i on i.id = m.entity_id where m.entity_id = tests.id('invoice')), 'an invoice its own total');
update customers set email = null where name = 'Kilimani {number} Mart';
select is((pg_temp.approved('Kilimani {number} Mart', 7)).id, null, 'who has neither is not written to');
select is_empty($$ select t.event, t.channel from message_texts t group by 1, 2 having count(*) <> 2 $$, 'everything the product says it says in both languages');

select * from finish();
rollback;
