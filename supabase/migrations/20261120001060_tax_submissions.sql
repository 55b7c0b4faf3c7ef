-- Family 10, messaging: invoices and credit notes, told to the tax authority.

create table public.tax_devices (
  like private.record including defaults including indexes,
  taxpayer_pin text not null,
  branch text not null default '00',
  control_unit text not null,
  has_key boolean not null default false,
  is_active boolean not null default false,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, control_unit),
  constraint taxpayer_pin_is_of_the_authority check (taxpayer_pin ~ '^[A-Z][0-9]{9}[A-Z]$'),
  constraint branch_has_two_digits check (branch ~ '^[0-9]{2}$'),
  constraint control_unit_is_short check (control_unit ~ '^[A-Z0-9]{4,30}$'),
  constraint tax_device_needs_its_key check (has_key or not is_active)
);
create unique index tax_devices_in_use on public.tax_devices (tenant_id) where is_active;
comment on table public.tax_devices is
  'Control units of a company at the tax authority (KRA eTIMS, OSCU): every invoice and credit note that is issued is told through the one that is in use (tax_submissions); without it nothing is told.';
comment on column public.tax_devices.taxpayer_pin is 'PIN of the company: a letter, nine digits, a letter.';
comment on column public.tax_devices.branch is 'Branch as the authority counts them; 00 is the head office.';
comment on column public.tax_devices.control_unit is 'Id of the control unit, which is printed with every receipt.';
select private.register_error('taxpayer_pin_is_of_the_authority', 422, 'This is no PIN of a taxpayer.', 'Enter it as the authority writes it: a letter, nine digits, a letter.');
select private.register_error('branch_has_two_digits', 422, 'A branch has two digits.', 'Enter 00 for the head office, or the number of the branch.');
select private.register_error('control_unit_is_short', 422, 'A control unit is called by letters and digits.', 'Enter the id that the authority gave, like KRACU0100000001.');
select private.register_error('tax_device_needs_its_key', 422, 'Nothing can be told without the communication key.', 'Enter the key first, then take the control unit into use.');
select private.register_error('tax_device_taken', 409, 'The company has this control unit already.', 'Change the one that is there.');
select private.register_error('tax_device_in_use', 409, 'Another control unit is in use.', 'Take that one out of use first.');
select private.manage_table('public.tax_devices', 'tax_device');
select private.set_audience('tax_device', 'settings.manage');
select private.refuse_taken('public.tax_devices', 'tax_devices_tenant_id_control_unit_key', 'tax_device_taken');
select private.refuse_taken('public.tax_devices', 'tax_devices_in_use', 'tax_device_in_use');

create table private.tax_device_states (
  tenant_id uuid not null,
  tax_device_id uuid not null,
  communication_key text not null,
  last_number bigint not null default 0,
  primary key (tenant_id, tax_device_id),
  foreign key (tenant_id, tax_device_id) references public.tax_devices (tenant_id, id) on delete cascade
);
select private.force_policies('private.tax_device_states');
comment on table private.tax_device_states is 'The communication key of a control unit, and the number of the last document that was told through it. Read by private.tax_submission_to_send, by nobody else.';

create type public.tax_submission_status as enum ('queued', 'sent', 'refused');

create table public.tax_submissions (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  tax_device_id uuid not null,
  submission_number bigint not null,
  invoice_id uuid not null,
  credit_note_id uuid,
  status public.tax_submission_status not null default 'queued',
  attempts integer not null default 0,
  error text,
  response text,
  created_at timestamptz not null default now(),
  finished_at timestamptz,
  primary key (tenant_id, id),
  unique (tenant_id, tax_device_id, submission_number),
  unique nulls not distinct (tenant_id, invoice_id, credit_note_id),
  foreign key (tenant_id, tax_device_id) references public.tax_devices (tenant_id, id),
  foreign key (tenant_id, invoice_id) references public.invoices (tenant_id, id),
  foreign key (tenant_id, credit_note_id) references public.credit_notes (tenant_id, id),
  constraint error_is_bounded check (length(error) <= 100),
  constraint response_is_bounded check (length(response) <= 500),
  constraint refusal_has_its_reason check (status <> 'refused' or error is not null),
  constraint end_is_recorded check ((status = 'queued') = (finished_at is null))
);
create index tax_submissions_credit_note on public.tax_submissions (tenant_id, credit_note_id) where credit_note_id is not null;
create index tax_submissions_recent on public.tax_submissions (tenant_id, created_at desc, id desc);
comment on table public.tax_submissions is
  'What is told to the tax authority, once per invoice and once per credit note of one that was told. The receipt it was answered with is kept on the document (tax_receipt).';
comment on column public.tax_submissions.submission_number is 'What the authority knows the document by: numbered per control unit without gaps. A second call with the same number never makes a second receipt there.';
comment on column public.tax_submissions.credit_note_id is 'Null: the invoice itself is told.';
comment on column public.tax_submissions.error is 'Why it was not taken yet or for good: a stable key; null once it is.';
comment on column public.tax_submissions.response is 'The beginning of what the authority said to that.';
select private.force_policies('public.tax_submissions');
create trigger _500_wake_pages_on_insert after insert on public.tax_submissions
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('tax_device', 'settings.manage');
create trigger _500_wake_pages_on_update after update on public.tax_submissions
referencing new table as changed_rows for each statement execute function private.tg__wake_pages('tax_device', 'settings.manage');

select private.create_queue('submit_tax', 'submit-tax');
-- Some nine hours: half a minute, one, two, four, … at most an hour apart.
update private.queue_policies set max_attempts = 16, base_delay_seconds = 15 where queue = 'submit_tax';

------------------------------------------------------------------------------------------------
-- The control unit
------------------------------------------------------------------------------------------------

create function private.set_tax_device_key(tax_device_id uuid, communication_key text) returns public.tax_devices
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.tax_devices;
begin
  select * into target from public.tax_devices d where d.tenant_id = tenant and d.id = tax_device_id for no key update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tax_device_id', tax_device_id));
  end if;
  if pg_catalog.length(private.require_text('communication_key', communication_key, 255)) < 8 then
    perform private.fail('input_invalid', '{"communication_key": "at least 8 characters are needed"}');
  end if;
  insert into private.tax_device_states as s (tenant_id, tax_device_id, communication_key) values (tenant, target.id, pg_catalog.btrim(communication_key))
  on conflict on constraint tax_device_states_pkey do update set communication_key = excluded.communication_key;
  update public.tax_devices d set has_key = true where d.tenant_id = tenant and d.id = target.id returning * into target;
  return target;
end
$$;
comment on function private.set_tax_device_key(uuid, text) is
  'Keeps the communication key that the authority gave to a control unit when it was initialized (cmcKey), in place of an older one; it can be replaced and never read. Raises record_not_found, input_invalid, permission_denied.';
select private.expose_command('set_tax_device_key');

------------------------------------------------------------------------------------------------
-- What is told
------------------------------------------------------------------------------------------------

create function private.queue_tax_submission(tenant uuid, invoice uuid, credit_note uuid) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  device uuid;
  taken bigint;
  submission uuid;
begin
  select d.id into device from public.tax_devices d where d.tenant_id = tenant and d.is_active;
  -- What gives back an invoice that was never told has nothing to refer to.
  if device is null or (credit_note is not null and not exists (
    select from public.tax_submissions s where s.tenant_id = tenant and s.invoice_id = invoice and s.credit_note_id is null
  )) then
    return;
  end if;
  update private.tax_device_states s set last_number = s.last_number + 1
  where s.tenant_id = tenant and s.tax_device_id = device returning s.last_number into taken;
  insert into public.tax_submissions (tenant_id, tax_device_id, submission_number, invoice_id, credit_note_id)
  values (tenant, device, taken, invoice, credit_note) returning id into submission;
  perform pgmq.send('submit_tax', pg_catalog.jsonb_build_object('tenant_id', tenant, 'submission_id', submission));
end
$$;
comment on function private.queue_tax_submission(uuid, uuid, uuid) is 'Lets an invoice, or a credit note of it, be told to the tax authority, where the company has a control unit in use.';

create function private.tg_invoices__tell_tax() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.queue_tax_submission(new.tenant_id, new.id, null);
  return null;
end
$$;
comment on function private.tg_invoices__tell_tax() is 'An invoice over goods is told as it is issued; deposits are no sale.';
create trigger _400_tell_tax after update of number on public.invoices for each row
when (old.number is null and new.number is not null and new.subtotal > 0) execute function private.tg_invoices__tell_tax();

create function private.tg_credit_notes__tell_tax() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.queue_tax_submission(new.tenant_id, new.invoice_id, new.id);
  return null;
end
$$;
comment on function private.tg_credit_notes__tell_tax() is 'A credit note over goods is told as it is issued.';
create trigger _400_tell_tax after update of number on public.credit_notes for each row
when (old.number is null and new.number is not null and new.subtotal > 0) execute function private.tg_credit_notes__tell_tax();

select private.register_error('invoice_is_told', 409, 'This invoice was told to the tax authority.', 'Credit what is wrong, and bill it anew.');

create function private.tg_invoices__keep_told() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  -- Whoever sends it again has the invoice locked.
  if exists (
    select from public.tax_submissions s where s.tenant_id = new.tenant_id and s.invoice_id = new.id and s.credit_note_id is null and s.status <> 'refused'
  ) then
    perform private.fail('invoice_is_told', pg_catalog.jsonb_build_object('invoice_id', new.id));
  end if;
  return new;
end
$$;
comment on function private.tg_invoices__keep_told() is 'What the authority has a receipt of, or may have one of, stands. Raises invoice_is_told.';
create trigger _290_keep_told before update of status on public.invoices for each row
when (new.status = 'void' and old.status <> 'void' and old.number is not null) execute function private.tg_invoices__keep_told();

select private.register_error('tax_submission_not_refused', 409, 'This is on its way, or was taken.', 'Reload the page; only what was refused is sent again.');

create function private.resend_tax_submission(tax_submission_id uuid) returns public.tax_submissions
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('settings.manage');
  target public.tax_submissions;
  told public.invoices;
begin
  select i.* into told from public.tax_submissions s join public.invoices i on i.tenant_id = s.tenant_id and i.id = s.invoice_id
  where s.tenant_id = tenant and s.id = tax_submission_id for no key update of i;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tax_submission_id', tax_submission_id));
  end if;
  select * into target from public.tax_submissions s where s.tenant_id = tenant and s.id = tax_submission_id for no key update;
  if target.status <> 'refused' or not told.is_live then
    perform private.fail('tax_submission_not_refused', pg_catalog.jsonb_build_object('tax_submission_id', tax_submission_id));
  end if;
  update public.tax_submissions s set status = 'queued', finished_at = null where s.tenant_id = tenant and s.id = target.id returning * into target;
  perform pgmq.send('submit_tax', pg_catalog.jsonb_build_object('tenant_id', target.tenant_id, 'submission_id', target.id));
  return target;
end
$$;
comment on function private.resend_tax_submission(uuid) is
  'Tells a document again that was refused, under the same number: after its customer, its product or the control unit was put right. Raises tax_submission_not_refused, record_not_found, permission_denied.';
select private.expose_command('resend_tax_submission');

------------------------------------------------------------------------------------------------
-- For the worker
------------------------------------------------------------------------------------------------

create function private.taxed_lines(lines jsonb) returns jsonb
language sql immutable set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'sku', l.product_sku, 'name', l.product_name, 'unit', l.unit, 'quantity', l.quantity,
    'amount', l.line_total + l.tax_amount, 'tax', l.tax_amount,
    'rates', case
      when l.taxes <> '[]' then (select pg_catalog.jsonb_agg((t ->> 'percent')::numeric) from pg_catalog.jsonb_array_elements(l.taxes) t)
      when l.tax_rate > 0 then pg_catalog.jsonb_build_array(l.tax_rate)
      else '[]' end
  ) order by l.line_number), '[]')
  from pg_catalog.jsonb_to_recordset(lines) as l (line_number integer, product_sku text, product_name text, unit text, is_deposit boolean, quantity numeric, line_total numeric, tax_rate numeric, tax_amount numeric, taxes jsonb)
  where not l.is_deposit
$$;
comment on function private.taxed_lines(jsonb) is 'Lines of an invoice or credit note as the tax authority is told of them: [{sku, name, unit, quantity, amount (with tax), tax, rates [percent]}]. Deposits are no sale.';

create function private.tax_submission_to_send(tenant_id uuid, submission_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tax_submissions;
  sale public.tax_submissions;
begin
  update public.tax_submissions s set attempts = s.attempts + 1
  where s.tenant_id = tenant_id and s.id = submission_id and s.status = 'queued'
  returning * into target;
  if not found then
    return null;
  end if;
  if target.credit_note_id is not null then
    select * into strict sale from public.tax_submissions s
    where s.tenant_id = tenant_id and s.invoice_id = target.invoice_id and s.credit_note_id is null;
    if sale.status <> 'sent' then
      return '{"waits": true}';
    end if;
  end if;
  return (
    select pg_catalog.jsonb_build_object(
      'may_be_there', target.attempts > 1,
      'device', pg_catalog.jsonb_build_object('pin', d.taxpayer_pin, 'branch', d.branch, 'control_unit', d.control_unit, 'key', k.communication_key),
      'document', pg_catalog.jsonb_build_object(
        'kind', case when n.id is null then 'invoice' else 'credit_note' end,
        'number', target.submission_number, 'original', sale.submission_number,
        'name', coalesce(n.number, i.number), 'issued_on', coalesce(n.issued_on, i.issued_on),
        'buyer', pg_catalog.jsonb_build_object('name', i.printed ->> 'name', 'pin', i.printed ->> 'tax_id'),
        'lines', private.taxed_lines(case when n.id is null
          then (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l)) from public.invoice_items l where l.tenant_id = tenant_id and l.invoice_id = i.id)
          else (select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l)) from public.credit_note_items l where l.tenant_id = tenant_id and l.credit_note_id = n.id) end)))
    from public.tax_devices d
    join private.tax_device_states k on k.tenant_id = d.tenant_id and k.tax_device_id = d.id
    join public.invoices i on i.tenant_id = d.tenant_id and i.id = target.invoice_id
    left join public.credit_notes n on n.tenant_id = d.tenant_id and n.id = target.credit_note_id
    where d.tenant_id = tenant_id and d.id = target.tax_device_id
  );
end
$$;
comment on function private.tax_submission_to_send(uuid, uuid) is
  'What is to be told: {may_be_there (an earlier attempt may have arrived), device {pin, branch, control_unit, key}, document {kind, number, original, name, issued_on, buyer {name, pin}, lines}}; {waits: true} for a credit note whose invoice was not taken yet; null when it was dealt with. Counts the attempt. For the worker submit-tax (service role).';
select private.expose('tax_submission_to_send', 'service_role');

create function private.record_tax_result(
  tenant_id uuid, submission_id uuid, status public.tax_submission_status, receipt jsonb default null, error text default null, response text default null
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  target public.tax_submissions;
  earlier text;
begin
  update public.tax_submissions s
  set status = record_tax_result.status, error = pg_catalog.left(record_tax_result.error, 100), response = pg_catalog.left(record_tax_result.response, 500),
    finished_at = case when record_tax_result.status <> 'queued' then pg_catalog.now() end
  where s.tenant_id = tenant_id and s.id = submission_id and s.status = 'queued'
  returning * into target;
  if found and target.status = 'sent' then
    earlier := private.run_as_rule('tax_submission.sent');
    if target.credit_note_id is null then
      update public.invoices i set tax_receipt = receipt where i.tenant_id = tenant_id and i.id = target.invoice_id;
    else
      update public.credit_notes n set tax_receipt = receipt where n.tenant_id = tenant_id and n.id = target.credit_note_id;
    end if;
    perform private.run_as_rule(earlier);
  end if;
end
$$;
comment on function private.record_tax_result(uuid, uuid, public.tax_submission_status, jsonb, text, text) is
  'What became of an attempt; queued: it is tried again. The receipt of what was taken is kept on its document. A second result of one that is finished changes nothing. For the worker submit-tax (service role).';
select private.expose('record_tax_result', 'service_role');
