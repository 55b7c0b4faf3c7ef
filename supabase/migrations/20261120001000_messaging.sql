-- Family 10, messaging: what is sent to customers and members.

create type public.message_channel as enum ('email', 'whatsapp', 'sms');
create type public.message_status as enum ('queued', 'sent', 'simulated', 'failed');

create table public.messages (
  id uuid primary key default private.uuid_v7(),
  tenant_id uuid not null references public.tenants (id),
  channel public.message_channel not null,
  recipient text not null,
  template text not null,
  subject text,
  body text not null,
  permission text not null default 'messages.view' references public.permissions (permission),
  status public.message_status not null default 'queued',
  business_key text not null,
  entity_type text,
  entity_id uuid,
  provider text,
  provider_reference text,
  error text,
  attempts integer not null default 0,
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, business_key),
  constraint recipient_is_short check (length(recipient) between 3 and 254),
  constraint subject_is_short check (length(subject) <= 300),
  constraint body_is_bounded check (length(body) between 1 and 20000),
  constraint business_key_is_short check (length(business_key) between 1 and 200),
  constraint error_is_bounded check (length(error) <= 500)
);
create index messages_recent on public.messages (tenant_id, created_at desc, id desc);
create index messages_permission on public.messages (permission);
create index messages_entity on public.messages (tenant_id, entity_id);
comment on table public.messages is 'Outgoing e-mails, WhatsApp and text messages. The business key makes sure that nothing is sent twice. "simulated" = no provider is configured; the portal''s outbox shows it.';
comment on column public.messages.permission is 'Who may read it: messages.view; mails with a link that opens an account ask for more and lose their body once really sent.';
alter table public.messages enable row level security;
alter table public.messages force row level security;
