-- Family 10, messaging: what is sent to customers and members.

create type public.message_channel as enum ('email', 'whatsapp', 'sms');
-- In the order in which they follow each other: what is told late never takes one back (private.later_status).
create type public.message_status as enum ('queued', 'sending', 'uncertain', 'simulated', 'sent', 'delivered', 'read', 'failed', 'received');

create table public.messages (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  channel public.message_channel not null,
  recipient text not null,
  template text not null,
  subject text,
  body text not null,
  permission text not null default 'messages.view' references public.permissions (permission),
  status public.message_status not null default 'queued',
  is_sending boolean not null generated always as (status = 'sending') stored,
  business_key text not null,
  entity_type text,
  entity_id uuid,
  provider text,
  provider_reference text,
  error text,
  attempts integer not null default 0,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  constraint recipient_is_short check (length(recipient) between 3 and 254),
  constraint subject_is_short check (length(subject) <= 300),
  constraint body_is_bounded check (length(body) between 1 and 20000),
  constraint business_key_is_short check (length(business_key) between 1 and 200),
  constraint error_is_bounded check (length(error) <= 500)
) partition by range (id);
create index messages_business_key on public.messages (tenant_id, business_key);
create index messages_recent on public.messages (tenant_id, created_at desc, id desc);
create index messages_permission on public.messages (permission);
create index messages_entity on public.messages (tenant_id, entity_id);
comment on table public.messages is 'E-mails, WhatsApp and text messages, sent and received. The business key makes sure that nothing is sent twice (private.enqueue_message). "simulated" = no provider is configured, the portal''s outbox shows it; "uncertain" = the worker ended while sending it, so nobody knows; "received" = it came in.';
comment on column public.messages.recipient is 'The address of the other side, also of what came in: a telephone number (E.164), an e-mail address, or the id that WhatsApp gives a person without a number.';
comment on column public.messages.permission is 'Who may read it: messages.view; what opens something to whoever reads it (the link of an account, the code of a delivery) asks for more and loses its words once really sent.';
select private.force_policies('public.messages');
select private.keep_by_quarters('public.messages', kept_for => interval '2 years');

create function private.tg__wake_pages() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform realtime.send(
    pg_catalog.jsonb_build_object('entity_type', tg_argv[0], 'entity_id', c.id, 'event_type', tg_argv[0] || '.' || pg_catalog.lower(tg_op)),
    'change', private.topic_of(c.tenant_id, p), true)
  from (select n.tenant_id, pg_catalog.max(n.id::text) as id from changed_rows n group by n.tenant_id) c
  cross join pg_catalog.unnest(tg_argv[1:]) p;
  return null;
end
$$;
comment on function private.tg__wake_pages() is
  'Wakes the pages that show such rows (kind, and the permissions of which each lets one see them), once per company and statement: for rows that are no documents, are in no ledger, and so in no queue.';
create trigger _500_wake_pages_on_insert after insert on public.messages
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('message', 'messages.view', 'conversations.view');
create trigger _500_wake_pages_on_update after update on public.messages
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('message', 'messages.view', 'conversations.view');

------------------------------------------------------------------------------------------------
-- What messages say
------------------------------------------------------------------------------------------------

create function private.placeholders_of(template text) returns text[]
language sql immutable set search_path = ''
as $$
  select array(select distinct m[1] from pg_catalog.regexp_matches(template, '\{([a-z_]+)\}', 'g') m order by 1)
$$;
comment on function private.placeholders_of(text) is 'The names in braces in a text: "Dear {customer}" gives {customer}.';

create function private.fill_in(template text, names jsonb) returns text
language sql immutable set search_path = ''
as $$
  -- In one pass: what is filled in is never looked at for braces itself.
  select case when template is not null then coalesce(pg_catalog.string_agg(coalesce(names ->> m[1], m[2], m[3]), '' order by place), '') end
  from pg_catalog.regexp_matches(template, '\{([a-z_]+)\}|([^{]+)|(\{)', 'g') with ordinality as t (m, place)
$$;
comment on function private.fill_in(text, jsonb) is 'The text with every {name} replaced by the value of that name; by nothing when it has none. Null stays null.';

create function private.known_placeholders() returns text[]
language sql immutable set search_path = ''
as $$
  select array['arrival', 'author', 'choices', 'code', 'company', 'customer', 'date', 'deposit', 'head', 'number', 'place', 'product', 'products', 'quantity', 'reason', 'receiver', 'total']
$$;
comment on function private.known_placeholders() is 'The names that texts of messages may have in braces.';

create table public.message_texts (
  event text not null,
  channel public.message_channel not null,
  language text not null,
  subject text,
  body text not null,
  primary key (event, channel, language),
  constraint language_is_known check (language in ('en', 'sw')),
  constraint placeholders_are_known check (private.placeholders_of(coalesce(subject, '') || body) <@ private.known_placeholders())
);
comment on table public.message_texts is
  'What the product says in a message about an event, per channel and language; public.message_templates of a company come first. {customer}, {number}, {total}, {arrival} (when the van is expected, in brackets, or nothing), {receiver}, {code}, {deposit}, {reason}, {author}, {company}, {date}, {head}, {place}, {product}, {quantity}, {products} and {choices} are filled in.';
select private.force_policies('public.message_texts');

create table public.message_templates (
  like private.record including defaults including indexes,
  event text not null,
  channel public.message_channel not null,
  language text not null,
  subject text,
  body text not null,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, event, channel, language),
  constraint message_text_is_known foreign key (event, channel, language) references public.message_texts (event, channel, language),
  constraint subject_is_short check (length(subject) <= 300),
  constraint message_body_is_bounded check (btrim(body) <> '' and length(body) <= 2000),
  constraint placeholders_are_known check (private.placeholders_of(coalesce(subject, '') || body) <@ private.known_placeholders())
);
create index message_templates_text on public.message_templates (event, channel, language);
comment on table public.message_templates is 'A company''s own words for a message, in place of those of public.message_texts.';
select private.manage_table('public.message_templates', 'message_template');
select private.register_error('message_text_is_known', 422, 'There is no such message.', 'Choose one of the events, channels and languages of the list of messages.');
select private.register_error('subject_is_short', 422, 'The subject is too long.', 'Shorten it to 300 characters.');
select private.register_error('message_body_is_bounded', 422, 'The text is missing or too long.', 'Enter a text of at most 2000 characters.');
select private.register_error('placeholders_are_known', 422, 'The text has a name in braces that is not known.', 'Use {customer}, {number}, {total}, {deposit}, {reason}, {author}, {company}, {date}, {head}, {place}, {product}, {quantity}, {products}, {arrival}, {receiver}, {code} or {choices}.');
select private.register_error('message_template_taken', 409, 'Your company has its own words for this message already.', 'Change those instead.');
select private.refuse_taken('public.message_templates', 'message_templates_tenant_id_event_channel_language_key', 'message_template_taken');

insert into public.message_texts (event, channel, language, subject, body)
select t.event, c.channel, t.language, case when c.channel = 'email' then '{company}: {number}' end, t.body
from pg_catalog.unnest(array['email', 'whatsapp', 'sms']::public.message_channel[]) as c (channel)
cross join (values
  ('order.approved', 'en', 'Dear {customer}, your order {number} of {total} is confirmed. Thank you! {company}'),
  ('order.rejected', 'en', 'Dear {customer}, we cannot take your order {number}: {reason}. Please call us. {company}'),
  ('order.dispatched', 'en', 'Dear {customer}, your order {number} has left our depot and is on its way to you{arrival}. {company}'),
  ('order.code', 'en', 'Dear {customer}, the code for your order {number} is {code}. Tell it to the driver once you have your goods, and to nobody before. {company}'),
  ('order.code', 'sw', 'Mpendwa {customer}, nambari ya siri ya oda yako {number} ni {code}. Mwambie dereva ukishapokea bidhaa zako, na usimwambie mtu yeyote kabla. {company}'),
  ('order.delivered', 'en', 'Dear {customer}, your order {number} was delivered and received by {receiver}. Thank you for buying from {company}.'),
  ('order.failed', 'en', 'Dear {customer}, we could not deliver your order {number}: {reason}. Answer with the day on which it suits you, or wait for our call. {company}'),
  ('invoice.issued', 'en', 'Dear {customer}, the invoice for your order {number} over {total} is ready. {company}'),
  ('order.near', 'en', 'Dear {customer}, your order {number} comes next{arrival}. Please have the empties ready. {company}'),
  ('payment.approved', 'en', 'Dear {customer}, we have received {total} ({number}). Thank you! {company}'),
  ('account.statement', 'en', 'Dear {customer}, {total} of your account was open on {date}. Ask us for the statement. {company}'),
  ('order.near', 'sw', 'Mpendwa {customer}, oda yako {number} ndiyo inayofuata{arrival}. Tafadhali tayarisha vitupu. {company}'),
  ('payment.approved', 'sw', 'Mpendwa {customer}, tumepokea {total} ({number}). Asante! {company}'),
  ('account.statement', 'sw', 'Mpendwa {customer}, {total} ya akaunti yako haijalipwa kufikia tarehe {date}. Tuombe taarifa ya akaunti. {company}'),
  ('order.approved', 'sw', 'Mpendwa {customer}, oda yako {number} ya {total} imethibitishwa. Asante! {company}'),
  ('order.rejected', 'sw', 'Mpendwa {customer}, hatuwezi kupokea oda yako {number}: {reason}. Tafadhali tupigie simu. {company}'),
  ('order.dispatched', 'sw', 'Mpendwa {customer}, oda yako {number} imeondoka kwenye ghala letu na iko njiani kuja kwako{arrival}. {company}'),
  ('order.delivered', 'sw', 'Mpendwa {customer}, oda yako {number} imefika na kupokelewa na {receiver}. Asante kwa kununua kutoka {company}.'),
  ('order.failed', 'sw', 'Mpendwa {customer}, hatukuweza kufikisha oda yako {number}: {reason}. Jibu kwa siku inayokufaa, au subiri simu yetu. {company}'),
  ('invoice.issued', 'sw', 'Mpendwa {customer}, ankara ya oda yako {number} ya {total} iko tayari. {company}')
) as t (event, language, body);
insert into public.message_texts (event, channel, language, subject, body) values
  ('audit.statement', 'email', 'en', '{company}: audit trail of {date}',
    'The audit trail of {company} ends today with the head {head}. Keep this message: as long as the trail still contains this head, nothing before it was changed or removed. To check it, verify the audit trail with this head.'),
  ('audit.statement', 'email', 'sw', '{company}: kumbukumbu za ukaguzi za {date}',
    'Kumbukumbu za ukaguzi za {company} zinaishia leo kwa alama {head}. Tunza ujumbe huu: maadamu kumbukumbu bado zina alama hii, hakuna kilichobadilishwa wala kuondolewa kabla yake. Ili kuhakikisha, kagua kumbukumbu kwa alama hii.'),
  ('stock.reorder', 'email', 'en', '{company}: {number} to order again',
    'On {date} less is left than the reorder point asks for of {number}: {products}. The page Stock, Reorder, suggests how much to order. {company}'),
  ('stock.reorder', 'email', 'sw', '{company}: bidhaa {number} za kuagiza tena',
    'Tarehe {date} akiba ya bidhaa {number} imepungua chini ya kiwango cha kuagiza: {products}. Ukurasa wa Stock, Reorder, unapendekeza kiasi cha kuagiza. {company}');
