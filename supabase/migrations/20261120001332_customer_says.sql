-- Family 13, registries: what customers tell the company: that they paid, how many empties they hold, what is wrong.

select private.register_error('request_text_is_bounded', 422, 'What you want to say is missing or too long.', 'Write 1 to 4000 characters.');
select private.register_error('containers_invalid', 422, 'These are not containers that are counted for you.', 'Send how many you hold of each container on your account, from 0 to 99999999.');

create function private.tell_my_payment(amount numeric, reference text, paid_at timestamptz default null) returns uuid
language plpgsql security definer set search_path = ''
as $$
declare
  me constant public.customers := private.require_customer('account.tell');
begin
  perform private.check_rate('tell_my_payment ' || auth.uid(), 30, '1 hour');
  return (private.insert_payment(me.tenant_id, me.id, 'mpesa', amount, nullif(pg_catalog.btrim(reference), ''), paid_at, null, null)).id;
end
$$;
comment on function private.tell_my_payment(numeric, text, timestamptz) is
  'For customers: tells of money sent by M-Pesa, by the code of its message; it pays nothing before somebody in the company has confirmed it. Answers the id of the payment, which is pending. Tenant currency. Raises payment_invalid, received_at_invalid, mpesa_has_its_code, payment_reference_taken, rate_limit_exceeded, permission_denied.';
select private.expose_command('tell_my_payment');

------------------------------------------------------------------------------------------------
-- Empties
------------------------------------------------------------------------------------------------

create table public.container_confirmations (
  like private.record including defaults including indexes,
  customer_id uuid not null,
  product_id uuid not null,
  balance numeric(14,3) not null,
  counted numeric(14,3) not null,
  difference numeric(14,3) not null generated always as (counted - balance) stored,
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  constraint balance_is_bounded check (balance between -99999999 and 99999999),
  constraint counted_is_bounded check (counted between 0 and 99999999)
);
create index container_confirmations_customer on public.container_confirmations (tenant_id, customer_id, created_at desc);
create index container_confirmations_product on public.container_confirmations (tenant_id, product_id);
comment on table public.container_confirmations is
  'What customers said they hold of our containers, each at its moment beside the balance of our books then. Changes no balance: a difference is looked into by a colleague. Written by confirm_my_containers.';
comment on column public.container_confirmations.balance is 'Units that he held by the container ledger when he said so.';
comment on column public.container_confirmations.counted is 'Units that he says he holds.';
select private.manage_table('public.container_confirmations', 'container_confirmation');
select private.set_audience('container_confirmation', 'inventory.view');
select private.hold_to_unit('public.container_confirmations', 'counted');

create function private.my_containers()
returns table (product_id uuid, sku text, name text, unit text, quantity numeric, deposit numeric, counted numeric, confirmed_at timestamptz)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query
  select p.id, p.sku, p.name, p.unit, l.quantity, l.deposit, c.counted, c.created_at
  from (
    select e.product_id, sum(e.quantity) as quantity, sum(e.deposit_amount) as deposit
    from public.container_ledger e where e.tenant_id = me.tenant_id and e.holder = 'customer' and e.holder_id = me.id
    group by e.product_id
  ) l
  join public.products p on p.tenant_id = me.tenant_id and p.id = l.product_id
  left join lateral (
    select k.counted, k.created_at from public.container_confirmations k
    where k.tenant_id = me.tenant_id and k.customer_id = me.id and k.product_id = p.id
    order by k.created_at desc, k.id desc limit 1
  ) c on true
  order by p.name, p.id;
end
$$;
comment on function private.my_containers() is
  'For customers: the containers that they hold, with the deposit on them in the tenant''s currency, and what they last said of each (counted, confirmed_at). Below zero: they gave more back than they had. Raises permission_denied.';
select private.expose('my_containers');

create function private.confirm_my_containers(counts jsonb) returns boolean
language plpgsql security definer set search_path = ''
as $$
declare
  me public.customers := private.require_customer('account.tell');
  differing text;
begin
  perform private.require_records('counts', counts, '{"product_id": "uuid", "counted": "numeric"}');
  -- What is handed over meanwhile comes before or after.
  select * into me from public.customers c where c.tenant_id = me.tenant_id and c.id = me.id for no key update;
  if pg_catalog.jsonb_array_length(counts) = 0 or exists (
    select from pg_catalog.jsonb_to_recordset(counts) as w (product_id uuid, counted numeric)
    left join private.my_containers() h on h.product_id = w.product_id
    group by w.product_id
    having count(h.product_id) <> 1 or bool_or((w.counted between 0 and 99999999 and w.counted = round(w.counted, 3)) is not true)
  ) then
    perform private.fail('containers_invalid');
  end if;
  insert into public.container_confirmations (tenant_id, customer_id, product_id, balance, counted)
  select me.tenant_id, me.id, h.product_id, h.quantity, w.counted
  from pg_catalog.jsonb_to_recordset(counts) as w (product_id uuid, counted numeric)
  join private.my_containers() h on h.product_id = w.product_id;
  select pg_catalog.string_agg(h.name || ': ' || pg_catalog.trim_scale(w.counted) || ' / ' || pg_catalog.trim_scale(h.quantity), E'\n' order by h.name) into differing
  from pg_catalog.jsonb_to_recordset(counts) as w (product_id uuid, counted numeric)
  join private.my_containers() h on h.product_id = w.product_id and h.quantity <> w.counted;
  if differing is not null then
    perform private.ask_company(me, differing, 'customer', me.id);
  end if;
  return differing is null;
end
$$;
comment on function private.confirm_my_containers(jsonb) is
  'For customers: says how many they hold of the containers on their account, [{product_id, counted}]; true when that agrees with the books. Where it does not, a task asks a colleague to look into it: counted / by the books. Raises containers_invalid, rate_limit_exceeded, permission_denied.';

------------------------------------------------------------------------------------------------
-- Complaints and questions
------------------------------------------------------------------------------------------------

create function private.ask_company(me public.customers, text text, document_kind text, document_id uuid) returns public.tasks
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  words constant text := pg_catalog.btrim(text);
  asked public.tasks;
begin
  perform private.check_rate('ask_company ' || auth.uid(), 20, '1 hour');
  insert into public.tasks (tenant_id, title, details, priority, document_kind, document_id)
  values (me.tenant_id, pg_catalog.left(pg_catalog.left(me.name, 80) || ': ' || pg_catalog.regexp_replace(words, '\s+', ' ', 'g'), 120), words, 'high', document_kind, document_id)
  returning * into asked;
  return asked;
end
$$;
comment on function private.ask_company(public.customers, text, text, uuid) is 'What a customer says becomes a task about one of his documents, for whoever sees that. Raises rate_limit_exceeded.';
select private.expose_command('confirm_my_containers');

create function private.ask_for_help(text text, document_kind text default null, document_id uuid default null) returns uuid
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  me constant public.customers := private.require_customer('account.tell');
begin
  if coalesce(pg_catalog.length(pg_catalog.btrim(text)), 0) not between 1 and 4000 then
    perform private.fail('request_text_is_bounded', '{"text": null}');
  end if;
  if document_id is null and document_kind is null then
    return (private.ask_company(me, text, 'customer', me.id)).id;
  end if;
  if not coalesce(case document_kind
    when 'order' then exists (select from public.orders o where o.tenant_id = me.tenant_id and o.customer_id = me.id and o.id = document_id)
    when 'invoice' then exists (select from public.invoices i where i.tenant_id = me.tenant_id and i.customer_id = me.id and i.id = document_id and i.number is not null)
    when 'payment' then exists (select from public.payments p where p.tenant_id = me.tenant_id and p.customer_id = me.id and p.id = document_id and p.is_received)
  end, false) then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('document_kind', document_kind, 'document_id', document_id));
  end if;
  return (private.ask_company(me, text, document_kind, document_id)).id;
end
$$;
comment on function private.ask_for_help(text, text, uuid) is
  'For customers: a complaint or a question, about one of their orders, invoices or payments (document_kind: order, invoice, payment) or about nothing of these. It becomes a task of the company; answers its id. Raises request_text_is_bounded, record_not_found, rate_limit_exceeded, permission_denied.';
select private.expose_command('ask_for_help');

create function private.answered_request(task public.tasks) returns table (number text, status text)
language sql stable security definer set search_path = ''
as $$ select task.number, task.status::text $$;
comment on function private.answered_request(public.tasks) is
  'Under which number a request of a customer is looked after, and how far that is: as the task that it became. A house that makes more of it answers it anew.';

create function private.my_requests()
returns table (id uuid, number text, status text, text text, created_at timestamptz, document_kind text, document_id uuid)
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  me constant public.customers := private.require_customer('account.view');
begin
  return query
  select t.id, a.number, a.status, t.details, t.created_at, nullif(t.document_kind, 'customer'), case when t.document_kind <> 'customer' then t.document_id end
  from public.tasks t
  cross join lateral private.answered_request(t) a
  where t.tenant_id = me.tenant_id
    and t.created_by in (select m.user_id from public.memberships m where m.tenant_id = me.tenant_id and m.customer_id = me.id and m.role = 'customer')
  order by t.created_at desc, t.id desc;
end
$$;
comment on function private.my_requests() is 'For customers: what they asked or complained of, the newest first, and how far it is. Raises permission_denied.';
select private.expose('my_requests');

create view public.container_holdings with (security_invoker = true) as
select pg_catalog.concat_ws(' ', b.holder, b.holder_id, b.product_id) as id, b.tenant_id, b.holder, b.holder_id, coalesce(c.name, w.name) as holder_name, b.product_id, p.sku as product_sku, p.name as product_name,
  b.quantity, b.deposit_amount, k.counted, k.created_at as confirmed_at, k.difference + coalesce(gone.quantity, 0) as difference,
  coalesce(k.difference + coalesce(gone.quantity, 0) <> 0, false) as is_disputed
from public.container_balances b
join public.products p on p.tenant_id = b.tenant_id and p.id = b.product_id
left join public.customers c on b.holder = 'customer' and c.tenant_id = b.tenant_id and c.id = b.holder_id
left join public.warehouses w on b.holder in ('van', 'depot') and w.tenant_id = b.tenant_id and w.id = b.holder_id
left join lateral (
  select x.counted, x.difference, x.created_at from public.container_confirmations x
  where b.holder = 'customer' and x.tenant_id = b.tenant_id and x.customer_id = b.holder_id and x.product_id = b.product_id
  order by x.created_at desc, x.id desc limit 1
) k on true
left join lateral (
  select sum(o.quantity) as quantity from public.container_write_offs o
  where k.difference <> 0 and o.tenant_id = b.tenant_id and o.customer_id = b.holder_id and o.product_id = b.product_id and o.status = 'approved' and o.approved_at > k.created_at
) gone on true
where b.quantity <> 0 or b.deposit_amount <> 0 or k.difference <> 0;
comment on view public.container_holdings is 'Who has how many containers now, with the deposit on them in the company''s currency; beside a customer''s what he last said that he holds.';
comment on column public.container_holdings.difference is 'What he said less what our books said then, and less what was written off since; 0: nothing is left to look into, null: he has said nothing.';
