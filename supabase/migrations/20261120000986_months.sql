-- Family 09, billing: months that are closed, and what still happened in them.

create table public.months (
  like private.record including defaults including indexes,
  starts_on date not null,
  is_closed boolean not null default true,
  reason text,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, starts_on),
  constraint month_starts_on_the_first check (extract(day from starts_on) = 1),
  constraint opened_again_with_a_reason check (is_closed or btrim(reason) <> '')
);
comment on table public.months is
  'Months of the books that were closed. All before the end of the last closed one is closed: neither money nor goods are posted there, except by who has months.post; what phones and banks tell later counts from the first open moment (late_postings).';
comment on column public.months.reason is 'Why it was opened again; null while it was not.';
select private.manage_table('public.months', 'month');
select private.set_audience('month', 'months.view');

create table public.late_postings (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  document text not null,
  document_id uuid not null,
  happened_at timestamptz not null,
  posted_at timestamptz not null,
  is_carried boolean not null generated always as (posted_at <> happened_at) stored,
  created_at timestamptz not null default now(),
  created_by uuid default auth.uid(),
  primary key (tenant_id, id),
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, document, document_id, happened_at),
  constraint times_are_finite check (happened_at > '2000-01-01' and posted_at >= happened_at and posted_at < '2200-01-01')
);
comment on table public.late_postings is
  'What was posted of a month after it was closed, once per document and time: carried to the first open moment, or left in the closed month by somebody who may.';
comment on column public.late_postings.happened_at is 'When it truly happened.';
comment on column public.late_postings.posted_at is 'From when it counts in the ledgers.';
select private.protect_ledger('public.late_postings');

select private.register_error('month_is_closed', 409, 'The books of that month are closed.', 'Enter a later day, correct it with a document of today, or have the month opened again.');
select private.register_error('month_not_over', 409, 'A month is closed two hours after its end at the earliest.', 'Wait until it is over.');
select private.register_error('month_already_closed', 409, 'This month is closed already, or a later one is.', 'Reload the page; it shows the first open month.');
select private.register_error('month_has_open_documents', 409, 'Documents of this month would still be posted in it.', 'Decide what the details name, then close the month.');
select private.register_error('month_not_last_closed', 409, 'Only the month that was closed last can be opened again.', 'Open the later months first, the last one before the others.');

create function private.books_open_from(tenant uuid) returns date
language sql stable security definer set search_path = ''
as $$
  select (max(m.starts_on) + interval '1 month')::date from public.months m where m.tenant_id = tenant and m.is_closed
$$;
comment on function private.books_open_from(uuid) is 'The first day that may be posted on, in the company''s time zone; null when no month is closed.';

create function private.posts_late(tenant uuid, happened timestamptz) returns timestamptz
language plpgsql security definer set search_path = ''
as $$
declare
  opens timestamptz;
begin
  -- Who closes a month waits for those who post before its end, and they for him.
  perform pg_catalog.pg_advisory_xact_lock_shared(pg_catalog.hashtextextended('months' || tenant, 0));
  opens := private.books_open_from(tenant)::timestamp at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  return case when happened < opens then opens end;
end
$$;
comment on function private.posts_late(uuid, timestamptz) is 'The first open moment, when something that happened then belongs to a closed month; null when it does not.';

create function private.note_late_posting(tenant uuid, document text, document_id uuid, happened timestamptz, posted timestamptz) returns void
language sql security definer set search_path = ''
as $$
  insert into public.late_postings (tenant_id, document, document_id, happened_at, posted_at)
  values (tenant, document, document_id, happened, posted) on conflict do nothing
$$;
comment on function private.note_late_posting(uuid, text, uuid, timestamptz, timestamptz) is 'Writes down what was posted of a closed month, once per document and time.';

create function private.tg__keep_month() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  written jsonb := pg_catalog.to_jsonb(new);
  counted constant text := written ->> tg_argv[0];
  happened timestamptz;
  opens timestamptz;
  document text := tg_argv[1];
  document_id uuid := new.id;
begin
  if document = '' then
    document := written ->> 'reference_type';
    document_id := (written ->> 'reference_id')::uuid;
  end if;
  -- A day begins in the time zone of its company.
  happened := case when pg_catalog.length(counted) = 10
    then counted::timestamp at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = new.tenant_id)
    else counted::timestamptz end;
  opens := private.posts_late(new.tenant_id, happened);
  if opens is not null then
    if tg_argv[2] = 'carry' then
      new := pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object(tg_argv[0], opens));
    elsif private.has_permission(new.tenant_id, 'months.post') then
      opens := happened;
    else
      perform private.fail('month_is_closed', pg_catalog.jsonb_build_object('document', document, 'id', document_id, 'happened_at', happened, 'open_from', opens));
    end if;
    perform private.note_late_posting(new.tenant_id, document, document_id, happened, opens);
  end if;
  return new;
end
$$;
comment on function private.tg__keep_month() is
  'Keeps closed months as they are. Arguments: the column from which a row counts; its document (none: reference_type and reference_id of the row); refuse, except for those with months.post, or carry to the first open moment. Raises month_is_closed.';

create function private.keep_months(posting regclass, column_name text, document text, answer text, event text, condition text) returns void
language plpgsql set search_path = ''
as $$
begin
  -- What happened within the last hour belongs to no closed month: months close two hours after their end.
  execute pg_catalog.format('create trigger %I before %s on %s for each row when (%s) execute function private.tg__keep_month(%L, %L, %L)',
    '_160_' || answer || '_closed_month_on_' || pg_catalog.left(event, 6), event, posting, condition, column_name, document, answer);
end
$$;
comment on function private.keep_months(regclass, text, text, text, text, text) is
  'Puts what counts from a moment (column_name) under the closed months: answer refuse or carry, when an event (insert, update of …) meets the condition over new and old. A rule test knows every table that has such a column.';

-- What happened on the road or came in at the bank is a fact, whenever it is told; a day that somebody types can be another one.
select private.keep_months('public.inventory_transactions', 'occurred_at', '', 'carry', 'insert',
  $$new.reference_type <> 'adjustment' and new.occurred_at < pg_catalog.now() - interval '1 hour'$$);
select private.keep_months('public.inventory_transactions', 'occurred_at', '', 'refuse', 'insert',
  $$new.reference_type = 'adjustment' and new.occurred_at < pg_catalog.now() - interval '1 hour'$$);
select private.keep_months('public.container_ledger', 'occurred_at', '', 'carry', 'insert', $$new.occurred_at < pg_catalog.now() - interval '1 hour'$$);

create function private.is_told_by_bank(tenant uuid, reference_key text) returns boolean
language plpgsql stable security definer set search_path = ''
as $$
begin
  return exists (select from public.statement_lines l where l.tenant_id = tenant and l.reference_key = is_told_by_bank.reference_key);
end
$$;
comment on function private.is_told_by_bank(uuid, text) is 'Whether a statement line has this reference.';
select private.keep_months('public.payments', 'received_at', 'payment', 'carry', 'insert',
  $$new.received_at < pg_catalog.now() - interval '1 hour' and (new.trip_id is not null or private.is_told_by_bank(new.tenant_id, new.reference_key))$$);
select private.keep_months('public.payments', 'received_at', 'payment', 'refuse', 'insert', $$new.received_at < pg_catalog.now() - interval '1 hour'$$);
select private.keep_months('public.payments', 'received_at', 'payment', 'refuse', 'update of status',
  $$new.received_at < pg_catalog.now() - interval '1 hour' and (old.status in ('approved', 'reconciled')) <> (new.status in ('approved', 'reconciled'))$$);
select private.keep_months('public.invoices', 'issued_on', 'invoice', 'refuse', 'insert', 'new.issued_on is not null');
select private.keep_months('public.invoices', 'issued_on', 'invoice', 'refuse', 'update of status, issued_on',
  $$new.issued_on is not null and (new.status = 'void' or new.issued_on is distinct from old.issued_on)$$);
select private.keep_months('public.credit_notes', 'issued_on', 'credit_note', 'refuse', 'insert', 'new.issued_on is not null');
select private.keep_months('public.credit_notes', 'issued_on', 'credit_note', 'refuse', 'update of issued_on', 'new.issued_on is not null');

------------------------------------------------------------------------------------------------
-- Closing
------------------------------------------------------------------------------------------------

create function private.spent_before(tenant uuid, ends timestamptz) returns table (document text, document_id uuid, number text, state text, happened_at timestamptz, blocks boolean)
language plpgsql stable security definer set search_path = ''
as $$
begin
  return;
end
$$;
comment on function private.spent_before(uuid, timestamptz) is 'Expenses before a moment on which nobody has decided; none as long as no family knows of them.';

create function private.open_before(tenant uuid, ends timestamptz) returns table (document text, document_id uuid, number text, state text, happened_at timestamptz, blocks boolean)
language sql stable security definer set search_path = ''
as $$
  select 'payment', p.id, p.number, p.status::text, p.received_at, true
  from public.payments p where p.tenant_id = tenant and p.is_done is false and p.received_at < ends
  union all
  select 'adjustment', a.id, a.number, a.status::text, a.occurred_at, true
  from public.manual_adjustments a where a.tenant_id = tenant and a.status in ('draft', 'pending_approval', 'approved') and a.occurred_at < ends
  union all
  select * from private.spent_before(tenant, ends)
  union all
  -- These are posted on the day on which they are finished, whenever that is.
  select 'invoice', i.id, o.number, i.status::text, o.delivered_at, false
  from public.invoices i join public.orders o on o.tenant_id = i.tenant_id and o.id = i.order_id
  where i.tenant_id = tenant and i.is_done is false and i.status = 'draft' and o.delivered_at < ends
  union all
  select 'credit_note', c.id, i.number, c.status::text, c.created_at, false
  from public.credit_notes c join public.invoices i on i.tenant_id = c.tenant_id and i.id = c.invoice_id
  where c.tenant_id = tenant and c.is_done is false and c.created_at < ends
  union all
  select 'trip', t.id, t.number, t.status::text, t.dispatched_at, false
  from public.trips t where t.tenant_id = tenant and t.is_on_the_road and t.dispatched_at < ends
  union all
  select 'settlement', s.id, s.number, s.status::text, s.created_at, false
  from public.settlements s where s.tenant_id = tenant and s.status in ('submitted', 'disputed') and s.created_at < ends
  union all
  select 'return', r.id, r.number, r.status::text, r.received_at, false
  from public.returns r where r.tenant_id = tenant and r.status = 'received' and r.received_at < ends
  union all
  select 'statement_line', l.id, l.reference, l.status::text, l.posted_at, false
  from public.statement_lines l where l.tenant_id = tenant and l.status = 'open' and l.posted_at < ends
$$;
comment on function private.open_before(uuid, timestamptz) is
  'What was begun before a moment and is not finished; blocks: it would be posted before that moment, so the month is not closed over it. Drafts have the number of what they are about.';

create function private.books() returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('months.view');
  zone constant text := (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  open_from constant date := private.books_open_from(tenant);
  this_month constant date := pg_catalog.date_trunc('month', (pg_catalog.now() - interval '2 hours') at time zone zone)::date;
  next_month constant date := coalesce(open_from, (this_month - interval '1 month')::date);
begin
  return pg_catalog.jsonb_build_object(
    'open_from', open_from,
    'last_closed', (open_from - interval '1 month')::date,
    'next', case when next_month < this_month then next_month end,
    'documents', case when next_month < this_month then coalesce((
      select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(d) order by d.blocks desc, d.happened_at, d.document_id)
      from (
        select * from private.open_before(tenant, (next_month + interval '1 month') at time zone zone) o order by o.blocks desc, o.happened_at, o.document_id limit 200
      ) d
    ), '[]') else '[]' end
  );
end
$$;
comment on function private.books() is
  'Where the books stand: {open_from (the first day that may be posted on; null: no month is closed), last_closed (first day of the month that may be opened again), next (first day of the month to close; null: none is over), documents [{document, document_id, number, state, happened_at, blocks}] (the first 200 that are open in it or before)}. Raises permission_denied.';
select private.expose('books');

create function private.check_month(starts_on date) returns void
language plpgsql immutable security definer set search_path = ''
as $$
begin
  if starts_on is null or not starts_on between '2000-01-01' and '2199-12-01' or extract(day from starts_on) <> 1 then
    perform private.fail('input_invalid', '{"starts_on": "the first day of a month is needed"}');
  end if;
end
$$;
comment on function private.check_month(date) is 'Refuses what is not the first day of a month. Raises input_invalid.';

create function private.close_month(starts_on date) returns public.months
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('months.close');
  ends timestamptz;
  open_documents jsonb;
  closed public.months;
begin
  perform private.check_month(starts_on);
  ends := (starts_on + interval '1 month') at time zone (select s.timezone from public.tenant_settings s where s.tenant_id = tenant);
  if ends > pg_catalog.now() - interval '2 hours' then
    perform private.fail('month_not_over', pg_catalog.jsonb_build_object('starts_on', starts_on));
  end if;
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('months' || tenant, 0));
  if private.books_open_from(tenant) > starts_on then
    perform private.fail('month_already_closed', pg_catalog.jsonb_build_object('starts_on', starts_on, 'open_from', private.books_open_from(tenant)));
  end if;
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('document', o.document, 'id', o.document_id, 'number', o.number) order by o.number) into open_documents
  from private.open_before(tenant, ends) o where o.blocks;
  if open_documents is not null then
    perform private.fail('month_has_open_documents', pg_catalog.jsonb_build_object('starts_on', starts_on, 'documents', open_documents));
  end if;
  insert into public.months as m (tenant_id, starts_on) values (tenant, starts_on)
  on conflict on constraint months_tenant_id_starts_on_key do update set is_closed = true
  returning m.* into closed;
  return closed;
end
$$;
comment on function private.close_month(date) is
  'Closes a month, and with it all before, for postings; starts_on is its first day. Raises month_not_over, month_already_closed, month_has_open_documents, input_invalid, permission_denied.';
select private.expose_command('close_month');

create function private.reopen_month(starts_on date, reason text) returns public.months
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('months.close');
  opened public.months;
begin
  perform private.check_month(starts_on);
  if coalesce(pg_catalog.btrim(reason), '') = '' then
    perform private.fail('reason_required', '{"reason": "required"}');
  end if;
  perform private.check_text('reason', reason, 500);
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtextextended('months' || tenant, 0));
  if private.books_open_from(tenant) is distinct from (starts_on + interval '1 month')::date then
    perform private.fail('month_not_last_closed', pg_catalog.jsonb_build_object('starts_on', starts_on, 'open_from', private.books_open_from(tenant)));
  end if;
  update public.months m set is_closed = false, reason = pg_catalog.btrim(reopen_month.reason)
  where m.tenant_id = tenant and m.starts_on = reopen_month.starts_on
  returning * into opened;
  return opened;
end
$$;
comment on function private.reopen_month(date, text) is
  'Opens the month that was closed last, with a reason; starts_on is its first day. Raises month_not_last_closed, reason_required, input_invalid, permission_denied.';
select private.expose_command('reopen_month');
