-- Family 15, operations: what a customer is offered for a deal, version by version, and what he says to it (docs/decisions/0072).

create type public.proposal_status as enum ('draft', 'sent', 'accepted', 'declined', 'expired', 'superseded', 'cancelled');

create table public.proposals (
  like private.record including defaults including indexes,
  number text not null,
  status public.proposal_status not null default 'draft',
  deal_id uuid not null,
  revision integer not null,
  valid_until date not null,
  currency text not null,
  subtotal numeric(14,2) not null default 0,
  tax_total numeric(14,2) not null default 0,
  total numeric(14,2) not null generated always as (subtotal + tax_total) stored,
  notes text,
  status_reason text,
  sent_at timestamptz,
  decided_at timestamptz,
  is_standing boolean not null generated always as (status in ('sent', 'accepted')) stored,
  foreign key (tenant_id) references public.tenants (id),
  foreign key (tenant_id, deal_id) references public.deals (tenant_id, id),
  unique (tenant_id, number),
  constraint proposal_version_is_counted_once unique (tenant_id, deal_id, revision),
  constraint revision_is_counted check (revision between 1 and 100000),
  constraint proposal_day_is_near check (valid_until between '2000-01-01' and '2099-12-31'),
  constraint currency_is_an_iso_code check (currency ~ '^[A-Z]{3}$'),
  constraint amounts_are_bounded check (subtotal between 0 and 999999999999.99 and tax_total between 0 and 999999999999.99),
  constraint notes_are_bounded check (length(notes) <= 4000),
  constraint status_reason_matches_status check ((status in ('declined', 'cancelled')) = (status_reason is not null)),
  constraint sending_is_recorded check ((status in ('draft', 'cancelled')) = (sent_at is null)),
  constraint decision_is_recorded check ((status in ('accepted', 'declined')) = (decided_at is not null))
);
create unique index proposals_standing on public.proposals (tenant_id, deal_id) where is_standing and decided_at is null;
create index proposals_expiring on public.proposals (valid_until) where is_standing and decided_at is null;
create index proposals_recent on public.proposals (tenant_id, created_at desc, id desc);
comment on table public.proposals is
  'What a customer is offered for a deal, at his prices of the day on which it was written. Of a deal one version waits for an answer at a time; what was sent is never changed, the next version takes its place. Seen by whoever sees the deal.';
comment on column public.proposals.revision is 'Which version of its deal it is: 1, 2, …';
comment on column public.proposals.valid_until is 'The last day on which it can be accepted, in the company''s time zone.';
comment on column public.proposals.subtotal is 'The sum of its lines before tax.';
comment on column public.proposals.tax_total is 'The tax of its lines.';
comment on column public.proposals.status_reason is 'Why the customer declined, or why it was called off.';
comment on column public.proposals.decided_at is 'When the customer accepted or declined.';
comment on column public.proposals.is_standing is 'Whether it counts: sent and neither answered nor over, or accepted.';
select private.register_error('proposal_day_is_near', 422, 'A proposal cannot hold until this day.', 'Enter a day from today to 2099.');
select private.register_error('proposal_has_no_lines', 422, 'The proposal offers nothing yet.', 'Choose its products first.');
select private.register_error('proposal_is_over', 409, 'The proposal does not hold any more.', 'Make a new version of it and send that.');
select private.register_error('proposal_of_a_closed_deal', 409, 'The deal of this proposal is not open.', 'Open the deal again first, or begin another one.');
select private.register_error('proposal_stands', 409, 'Another version of this proposal waits for an answer.', 'Load the page again.');
select private.register_document('public.proposals', 'proposal', 'draft', 'deals.view', '/proposals', prefix => 'PROP');
select private.refuse_taken('public.proposals', 'proposals_standing', 'proposal_stands');
insert into private.transitions (machine, from_state, command, to_state, permission, event) values
  ('proposal', 'draft', 'send', 'sent', 'deals.edit', 'proposal.sent'),
  ('proposal', 'draft', 'cancel', 'cancelled', 'deals.edit', 'proposal.cancelled'),
  ('proposal', 'sent', 'accept', 'accepted', 'deals.edit', 'proposal.accepted'),
  ('proposal', 'sent', 'decline', 'declined', 'deals.edit', 'proposal.declined'),
  ('proposal', 'sent', 'expire', 'expired', 'deals.edit', 'proposal.expired'),
  ('proposal', 'sent', 'supersede', 'superseded', 'deals.edit', 'proposal.superseded');
insert into private.in_place_commands (machine, command, state, permission) values
  ('proposal', 'change', 'draft', 'deals.edit'), ('proposal', 'revise', 'sent', 'deals.edit'), ('proposal', 'revise', 'declined', 'deals.edit'),
  ('proposal', 'revise', 'expired', 'deals.edit'), ('deal', 'create_proposal', 'open', 'deals.edit');

-- The clock, and the next version, do these; nobody is offered to.
select private.offer_if('proposal', 'false', 'expire', 'supersede');

create table public.proposal_items (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  proposal_id uuid not null,
  line_number integer not null,
  product_id uuid not null,
  product_sku text not null,
  product_name text not null,
  unit text not null,
  quantity numeric(14,3) not null,
  unit_price numeric(14,4) not null,
  price_includes_tax boolean not null,
  tax_rate numeric(5,2) not null,
  line_net numeric(14,2) not null,
  line_tax numeric(14,2) not null,
  line_total numeric(14,2) not null generated always as (line_net + line_tax) stored,
  primary key (tenant_id, id),
  unique (tenant_id, proposal_id, line_number),
  foreign key (tenant_id, proposal_id) references public.proposals (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint quantity_is_bounded check (quantity > 0 and quantity <= 99999999),
  constraint proposal_amounts_are_bounded check (
    unit_price between 0 and 9999999999 and tax_rate between 0 and 100 and line_net between 0 and 999999999999.99 and line_tax between 0 and 999999999999.99
  )
);
create index proposal_items_product on public.proposal_items (tenant_id, product_id);
comment on table public.proposal_items is 'The lines of a proposal, in base units, at the customer''s prices and in the words of the day on which they were written.';
comment on column public.proposal_items.quantity is 'In base units.';
comment on column public.proposal_items.unit_price is 'Per base unit; with tax where price_includes_tax.';
comment on column public.proposal_items.tax_rate is 'Percent.';
select private.hold_to_unit('public.proposal_items', 'quantity');
select private.manage_part('public.proposal_items', 'proposal_id', 'quantity', 'unit_price', 'line_total');

create function private.tg_proposal_items__refuse_when_sent() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  line constant public.proposal_items := case when tg_op = 'DELETE' then old else new end;
  head public.proposals;
begin
  select * into head from public.proposals p where p.tenant_id = line.tenant_id and p.id = line.proposal_id for no key update;
  if head.status <> 'draft' then
    perform private.fail('proposal_transition_illegal', pg_catalog.jsonb_build_object('id', head.id, 'from', head.status, 'command', 'change'));
  end if;
  return line;
end
$$;
comment on function private.tg_proposal_items__refuse_when_sent() is 'What was sent is never changed, whoever writes. Raises proposal_transition_illegal.';
create trigger _210_refuse_when_sent before insert or update or delete on public.proposal_items for each row execute function private.tg_proposal_items__refuse_when_sent();

select private.derive('proposal_total', 'Money of a proposal with tax: the sum of its lines.', $$
  select p.tenant_id, p.id, p.total,
    (select coalesce(sum(i.line_total), 0) from public.proposal_items i where i.tenant_id = p.tenant_id and i.proposal_id = p.id)
  from public.proposals p
$$);

------------------------------------------------------------------------------------------------
-- Commands. Locked in this order everywhere: deal, its proposals.
------------------------------------------------------------------------------------------------

create function private.lock_proposal(proposal uuid, expected_version integer) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('deals.edit');
  locked public.proposals;
begin
  select p.* into locked from public.proposals p
  join public.deals d on d.tenant_id = p.tenant_id and d.id = p.deal_id
  where p.tenant_id = tenant and p.id = proposal and private.has_permission(tenant, 'deals.view')
    and (d.owner_id = any (private.my_line()) or private.has_permission(tenant, 'deals.view_all'));
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('proposal_id', proposal));
  end if;
  -- Its deal stays what it is.
  perform private.lock_deal(locked.deal_id, 'deals.edit', null);
  select * into strict locked from public.proposals p where p.tenant_id = tenant and p.id = proposal for no key update;
  perform private.check_version(expected_version, locked.version);
  return locked;
end
$$;
comment on function private.lock_proposal(uuid, integer) is 'A proposal whose deal the caller sees, under its lock and that of the deal. Raises record_not_found, version_conflict, permission_denied.';

create function private.require_proposal_in_place(proposal public.proposals, command text) returns void
language plpgsql stable security definer set search_path = ''
as $$
begin
  if not private.takes_in_place('proposal', proposal.tenant_id, proposal.status::text, command) then
    perform private.fail('proposal_transition_illegal', pg_catalog.jsonb_build_object('id', proposal.id, 'from', proposal.status, 'command', command));
  end if;
end
$$;
comment on function private.require_proposal_in_place(public.proposals, text) is 'Raises proposal_transition_illegal unless the proposal takes this command as it is.';

create function private.require_open_deal(tenant uuid, deal uuid) returns public.deals
language plpgsql stable security definer set search_path = ''
as $$
declare
  of_deal public.deals;
begin
  select * into strict of_deal from public.deals d where d.tenant_id = tenant and d.id = deal;
  if not of_deal.is_open then
    perform private.fail('proposal_of_a_closed_deal', pg_catalog.jsonb_build_object('deal_id', deal, 'status', of_deal.status));
  end if;
  return of_deal;
end
$$;
comment on function private.require_open_deal(uuid, uuid) is 'The deal of a proposal, which is locked and has to be open. Raises proposal_of_a_closed_deal.';

create function private.write_proposal_items(proposal public.proposals, lines jsonb) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  buyer constant uuid := (select d.customer_id from public.deals d where d.tenant_id = proposal.tenant_id and d.id = proposal.deal_id);
  priced private.priced_line[];
begin
  if lines is distinct from '[]' then
    priced := private.price_lines(proposal.tenant_id, buyer, lines, null);
  end if;
  delete from public.proposal_items i where i.tenant_id = proposal.tenant_id and i.proposal_id = proposal.id;
  insert into public.proposal_items (tenant_id, proposal_id, line_number, product_id, product_sku, product_name, unit, quantity, unit_price, price_includes_tax, tax_rate, line_net, line_tax)
  select proposal.tenant_id, proposal.id, r.line_number, r.product_id, p.sku, p.name, p.unit, r.quantity, r.unit_price, r.price_includes_tax, r.tax_rate,
    private.line_net(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount), private.line_tax(r.quantity, r.unit_price, r.tax_rate, r.price_includes_tax, r.discount_amount)
  from pg_catalog.unnest(priced) r
  join public.products p on p.tenant_id = proposal.tenant_id and p.id = r.product_id;
  update public.proposals p
  set (subtotal, tax_total) = (
    select coalesce(sum(i.line_net), 0), coalesce(sum(i.line_tax), 0) from public.proposal_items i where i.tenant_id = p.tenant_id and i.proposal_id = p.id
  )
  where p.tenant_id = proposal.tenant_id and p.id = proposal.id
  returning * into proposal;
  return proposal;
end
$$;
comment on function private.write_proposal_items(public.proposals, jsonb) is 'Writes the lines of a locked draft anew, at the customer''s prices of today, a bundle as its parts; none ([]): it offers nothing yet. Raises lines_invalid.';

create function private.check_validity(tenant uuid, valid_until date) returns void
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  if (valid_until between private.tenant_today(tenant) and '2099-12-31') is not true then
    perform private.fail('proposal_day_is_near', pg_catalog.jsonb_build_object('valid_until', valid_until));
  end if;
end
$$;
comment on function private.check_validity(uuid, date) is 'Raises proposal_day_is_near.';

create function private.insert_proposal(of_deal public.deals, valid_until date, notes text, lines jsonb) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  made public.proposals;
begin
  perform private.check_validity(of_deal.tenant_id, valid_until);
  insert into public.proposals (tenant_id, deal_id, revision, valid_until, currency, notes)
  select of_deal.tenant_id, of_deal.id,
    -- Counted under the lock of the deal.
    coalesce((select max(p.revision) from public.proposals p where p.tenant_id = of_deal.tenant_id and p.deal_id = of_deal.id), 0) + 1,
    valid_until, s.currency, private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  from public.tenant_settings s where s.tenant_id = of_deal.tenant_id
  returning * into made;
  return private.write_proposal_items(made, lines);
end
$$;
comment on function private.insert_proposal(public.deals, date, text, jsonb) is 'Writes the next version for a locked deal down, as a draft. Raises proposal_day_is_near, lines_invalid, input_invalid.';

create function private.create_proposal(
  valid_until date, deal_id uuid default null, customer_id uuid default null, title text default null, lines jsonb default null, notes text default null
) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('deals.edit');
  of_deal public.deals;
begin
  of_deal := case when deal_id is null then private.create_deal(title, customer_id) else private.lock_deal(deal_id, 'deals.edit', null) end;
  perform private.require_open_deal(tenant, of_deal.id);
  return private.insert_proposal(of_deal, valid_until, notes, coalesce(lines, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.line_number)
    from public.deal_items i where i.tenant_id = of_deal.tenant_id and i.deal_id = of_deal.id
  ), '[]'));
end
$$;
comment on function private.create_proposal(date, uuid, uuid, text, jsonb, text) is
  'Drafts what a customer is offered for an open deal; without one a deal of this title is begun with the customer. lines [{product_id, quantity, pack_id?}] at his prices of today; without: the products of the deal. Raises proposal_day_is_near, proposal_of_a_closed_deal, lines_invalid, record_not_found, deal_needs_forecast, pipeline_without_stage, input_invalid, permission_denied.';
select private.expose_command('create_proposal');

create function private.change_proposal(proposal_id uuid, valid_until date, lines jsonb default null, notes text default null, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.proposals := private.lock_proposal(proposal_id, expected_version);
begin
  perform private.require_proposal_in_place(target, 'change');
  perform private.check_validity(target.tenant_id, valid_until);
  update public.proposals p set valid_until = valid_until, notes = private.check_text('notes', nullif(pg_catalog.btrim(notes), ''), 4000)
  where p.tenant_id = target.tenant_id and p.id = target.id
  returning * into target;
  return case when lines is null then target else private.write_proposal_items(target, lines) end;
end
$$;
comment on function private.change_proposal(uuid, date, jsonb, text, integer) is
  'Writes a draft anew, its lines (if there are any) at the customer''s prices of today. Raises proposal_day_is_near, lines_invalid, proposal_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('change_proposal');

create function private.supersede_proposals(tenant uuid, deal uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
begin
  earlier := private.run_as_rule('proposal.send');
  update public.proposals p set status = 'superseded' where p.tenant_id = tenant and p.deal_id = deal and p.is_standing and p.decided_at is null;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.supersede_proposals(uuid, uuid) is 'What waits for an answer of a locked deal makes room for its next version.';

create function private.send_proposal(proposal_id uuid, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.proposals := private.lock_proposal(proposal_id, expected_version);
  next_status constant public.proposal_status := private.next_state('proposal', target.id, target.status::text, 'send');
begin
  perform private.require_open_deal(target.tenant_id, target.deal_id);
  perform private.check_validity(target.tenant_id, target.valid_until);
  if not exists (select from public.proposal_items i where i.tenant_id = target.tenant_id and i.proposal_id = target.id) then
    perform private.fail('proposal_has_no_lines', pg_catalog.jsonb_build_object('proposal_id', target.id));
  end if;
  perform private.supersede_proposals(target.tenant_id, target.deal_id);
  update public.proposals p set status = next_status, sent_at = pg_catalog.now() where p.tenant_id = target.tenant_id and p.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.send_proposal(uuid, integer) is
  'Offers it to the customer, who is told unless he does not want to be: from now on it is not changed any more, and what waited for an answer of the deal is superseded. Raises proposal_has_no_lines, proposal_day_is_near, proposal_of_a_closed_deal, proposal_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('send_proposal');

create function private.accept_proposal(proposal_id uuid, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.proposals := private.lock_proposal(proposal_id, expected_version);
  next_status constant public.proposal_status := private.next_state('proposal', target.id, target.status::text, 'accept');
  of_deal public.deals := private.require_open_deal(target.tenant_id, target.deal_id);
begin
  if target.valid_until < private.tenant_today(target.tenant_id) then
    perform private.fail('proposal_is_over', pg_catalog.jsonb_build_object('proposal_id', target.id, 'valid_until', target.valid_until));
  end if;
  update public.proposals p set status = next_status, decided_at = pg_catalog.now() where p.tenant_id = target.tenant_id and p.id = target.id
  returning * into target;
  -- What the customer wants is what he was offered; the deal is won with it, and its order made as of every won deal.
  delete from public.deal_items i where i.tenant_id = of_deal.tenant_id and i.deal_id = of_deal.id;
  insert into public.deal_items (tenant_id, deal_id, line_number, product_id, quantity, unit_price, line_total)
  select i.tenant_id, of_deal.id, i.line_number, i.product_id, i.quantity, i.unit_price, i.line_total
  from public.proposal_items i where i.tenant_id = target.tenant_id and i.proposal_id = target.id;
  update public.deals d set value = target.total where d.tenant_id = of_deal.tenant_id and d.id = of_deal.id returning * into of_deal;
  perform private.end_deal(of_deal, 'win', 'won', null, null);
  return target;
end
$$;
comment on function private.accept_proposal(uuid, integer) is
  'The customer says yes: its lines become the products of the deal, which is won; of several who say so at once one wins it. Raises proposal_is_over, proposal_of_a_closed_deal, proposal_transition_illegal, deal_needs_forecast, pipeline_without_stage, record_not_found, version_conflict, permission_denied.';
select private.expose_command('accept_proposal');

create function private.decline_proposal(proposal_id uuid, reason text, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.proposals := private.lock_proposal(proposal_id, expected_version);
  next_status constant public.proposal_status := private.next_state('proposal', target.id, target.status::text, 'decline');
begin
  update public.proposals p set status = next_status, status_reason = private.require_reason(reason), decided_at = pg_catalog.now()
  where p.tenant_id = target.tenant_id and p.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.decline_proposal(uuid, text, integer) is
  'The customer says no, for a reason; the deal stays open. Raises reason_required, proposal_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('decline_proposal');

create function private.cancel_proposal(proposal_id uuid, reason text, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.proposals := private.lock_proposal(proposal_id, expected_version);
  next_status constant public.proposal_status := private.next_state('proposal', target.id, target.status::text, 'cancel');
begin
  update public.proposals p set status = next_status, status_reason = private.require_reason(reason) where p.tenant_id = target.tenant_id and p.id = target.id
  returning * into target;
  return target;
end
$$;
comment on function private.cancel_proposal(uuid, text, integer) is 'Calls a draft off, for a reason. Raises reason_required, proposal_transition_illegal, record_not_found, version_conflict, input_invalid, permission_denied.';
select private.expose_command('cancel_proposal');

create function private.revise_proposal(proposal_id uuid, valid_until date, expected_version integer default null) returns public.proposals
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  source public.proposals := private.lock_proposal(proposal_id, expected_version);
begin
  perform private.require_proposal_in_place(source, 'revise');
  return private.insert_proposal(private.require_open_deal(source.tenant_id, source.deal_id), valid_until, source.notes, (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', i.product_id, 'quantity', i.quantity) order by i.line_number)
    from public.proposal_items i where i.tenant_id = source.tenant_id and i.proposal_id = source.id
  ));
end
$$;
comment on function private.revise_proposal(uuid, date, integer) is
  'Drafts the next version of what was sent, at the customer''s prices of today; what was sent stands until that is sent. Answers the draft. Raises proposal_day_is_near, proposal_of_a_closed_deal, lines_invalid, proposal_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('revise_proposal');

create function private.expire_proposals() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  earlier text;
  expired bigint;
begin
  earlier := private.run_as_rule('proposals.expire');
  update public.proposals p set status = 'expired'
  where (p.tenant_id, p.id) in (
    select s.tenant_id, s.id from public.proposals s
    -- Nowhere on earth is it later than this; the company's own day decides.
    where s.is_standing and s.decided_at is null and s.valid_until < current_date + 1 and s.valid_until < private.tenant_today(s.tenant_id)
    order by s.valid_until, s.id limit 500 for no key update skip locked
  );
  get diagnostics expired = row_count;
  perform private.run_as_rule(earlier);
  return expired;
end
$$;
comment on function private.expire_proposals() is 'Maintenance: what was not accepted by its last day, in the time of its company, does not hold any more.';
select private.maintain('expire_proposals', 'proposals_expired');

------------------------------------------------------------------------------------------------
-- The customer is told
------------------------------------------------------------------------------------------------

insert into public.notice_kinds (place, event, is_on) values (13, 'proposal.sent', true);
insert into public.message_texts (event, channel, language, subject, body)
select 'proposal.sent', c.channel, t.language, case when c.channel = 'email' then t.subject end, t.body
from pg_catalog.unnest(array['email', 'whatsapp', 'sms']::public.message_channel[]) as c (channel)
cross join (values
  ('en', '{company}: proposal {number}', 'Dear {customer}, our proposal {number} over {total} holds until {date}. Tell us whether it suits you. {company}'),
  ('sw', '{company}: pendekezo {number}', 'Mpendwa {customer}, pendekezo letu {number} la {total} ni halali hadi {date}. Tuambie kama linakufaa. {company}')
) as t (language, subject, body);

create function private.customer_of_proposal(tenant uuid, document uuid) returns private.addressee
language sql stable security definer set search_path = ''
as $$
  select row(c.id, c.phone, c.email, c.language, pg_catalog.jsonb_build_object('customer', c.name, 'number', p.number, 'date', p.valid_until,
    'total', private.money_in_words(p.currency, p.total)))::private.addressee
  from public.proposals p
  join public.deals d on d.tenant_id = p.tenant_id and d.id = p.deal_id
  join public.customers c on c.tenant_id = d.tenant_id and c.id = d.customer_id
  where p.tenant_id = tenant and p.id = document
$$;
comment on function private.customer_of_proposal(uuid, uuid) is 'The customer of a proposal, to be told about it.';
select private.address('proposal', 'customer_of_proposal');
select private.listen('notifications', 'notify_about', 'proposal.sent');

------------------------------------------------------------------------------------------------
-- Registries
------------------------------------------------------------------------------------------------

select private.register_registry_source('document_registry', 'proposals', 'public.proposals', $$
  select p.tenant_id, p.id as source_id, 'proposal' as entity_type, p.id as entity_id, 'proposal' as document_type, p.number || ' ' || d.title as title,
    'application/pdf' as file_type, p.status::text as status, private.midnight(p.valid_until + 1) as expires_at, p.created_by as uploaded_by, 'team' as visibility, p.created_at
  from public.proposals p join public.deals d on d.tenant_id = p.tenant_id and d.id = p.deal_id
  where p.status <> 'cancelled' $$, follows => 'deals.deal_id');
select private.register_registry_source('assignments', 'proposals', 'public.proposals', $$
  select p.tenant_id, p.id as source_id, 'owner' as suffix, 'proposal' as entity_type, p.id as entity_id, 'proposal' as assignment_type, p.number as entity_name,
    d.owner_id as user_id, 'owner' as role, p.status::text as status, p.status in ('draft', 'sent') as is_open, private.midnight(p.valid_until + 1) as end_time, 'team' as visibility, p.created_at
  from public.proposals p join public.deals d on d.tenant_id = p.tenant_id and d.id = p.deal_id $$, follows => 'deals.deal_id');
select private.track_status('proposal');
