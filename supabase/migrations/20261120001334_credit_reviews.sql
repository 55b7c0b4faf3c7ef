-- Family 13, credit: whose credit wants looking at, and what was decided when somebody did.

create type public.credit_review_outcome as enum ('keep', 'change_limit', 'suspend');

create table public.credit_reviews (
  like private.record including defaults including indexes,
  customer_id uuid not null,
  outcome public.credit_review_outcome not null,
  note text not null,
  used numeric(14,2) not null,
  overdue numeric(14,2) not null,
  limit_before numeric(14,2) not null,
  limit_after numeric(14,2) not null,
  review_on date,
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  constraint review_note_is_short check (btrim(note) <> '' and length(note) <= 500),
  constraint review_figures_are_bounded check (used between -999999999999.99 and 999999999999.99 and overdue between 0 and 999999999999.99
    and limit_before between 0 and 999999999999.99 and limit_after between 0 and 999999999999.99),
  constraint limit_follows_outcome check ((outcome = 'change_limit') = (limit_after <> limit_before))
);
create index credit_reviews_customer on public.credit_reviews (tenant_id, customer_id, created_at desc);
comment on table public.credit_reviews is
  'What was decided when somebody looked at the credit of a customer, with what the customer had used and what was overdue at that moment (company''s currency). Written by review_credit, never changed.';
comment on column public.credit_reviews.review_on is 'When it is to be looked at again; null: no day.';
select private.manage_table('public.credit_reviews', 'credit_review');
select private.set_audience('credit_review', 'invoices.view');

insert into private.in_place_commands (machine, state, command, permission)
select 'customer', s, 'review_credit', 'customers.approve' from pg_catalog.unnest(array['active', 'suspended']) s;

create function private.credit_review_months(tenant uuid) returns integer
language sql stable security definer set search_path = ''
as $$
  select (s.business_rules ->> 'credit.review_months')::integer from public.tenant_settings s where s.tenant_id = tenant
$$;
comment on function private.credit_review_months(uuid) is 'After how many months credit is looked at again; null: the company has no rule.';

create function private.review_credit(
  customer_id uuid, outcome public.credit_review_outcome, note text, new_limit numeric default null, review_on date default null, expected_version integer default null
) returns public.credit_reviews
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('customers.approve');
  today constant date := private.tenant_today(tenant);
  target public.customers;
  written public.credit_reviews;
begin
  target := private.lock_customer(tenant, customer_id, expected_version);
  if not private.takes_in_place('customer', tenant, target.status::text, 'review_credit') then
    perform private.fail('customer_transition_illegal', pg_catalog.jsonb_build_object('id', target.id, 'from', target.status, 'command', 'review_credit'));
  end if;
  if outcome is null then
    perform private.fail('input_invalid', '{"outcome": "required"}');
  end if;
  if coalesce(pg_catalog.btrim(note), '') = '' then
    perform private.fail('reason_required', '{"note": "required"}');
  end if;
  perform private.check_text('note', note, 500);
  if outcome = 'change_limit' then
    perform private.require_number('new_limit', new_limit, 0, 999999999999.99);
    if new_limit <> pg_catalog.round(new_limit, 2) or new_limit = target.credit_limit then
      perform private.fail('input_invalid', '{"new_limit": "another limit is needed, with two decimals at most"}');
    end if;
  elsif new_limit is not null then
    perform private.fail('input_invalid', '{"new_limit": "only where the limit changes"}');
  end if;
  if review_on is not null and not review_on between today + 1 and today + 1830 then
    perform private.fail('input_invalid', '{"review_on": "a day after today and within five years is needed"}');
  end if;
  review_on := coalesce(review_on, (today + pg_catalog.make_interval(months => private.credit_review_months(tenant)))::date);
  insert into public.credit_reviews (tenant_id, customer_id, outcome, note, used, overdue, limit_before, limit_after, review_on)
  values (tenant, target.id, outcome, pg_catalog.btrim(note), private.credit_used(tenant, target.id),
    coalesce((select o.overdue from private.overdue_of(tenant, array[target.id]) o), 0), target.credit_limit, coalesce(new_limit, target.credit_limit), review_on)
  returning * into written;
  update public.customers c set credit_limit = written.limit_after, credit_reviewed_at = pg_catalog.now(), credit_review_on = written.review_on
  where c.tenant_id = tenant and c.id = target.id;
  if outcome = 'suspend' then
    perform private.move_customer(target.id, 'suspend', written.note, null);
  end if;
  return written;
end
$$;
comment on function private.review_credit(uuid, public.credit_review_outcome, text, numeric, date, integer) is
  'Writes down what was decided about the credit of a customer, and does it: keep (nothing changes), change_limit (to new_limit) or suspend (the note is the reason). review_on: when it is looked at again; without it, after the company''s rule credit.review_months. Raises reason_required, input_invalid, customer_transition_illegal, record_not_found, version_conflict, permission_denied.';
select private.expose_command('review_credit');

create function private.credit_standing(tenant uuid) returns table (customer_id uuid, used numeric, overdue numeric, oldest_due_on date, document_ended text, review_on date)
language plpgsql stable security definer set search_path = ''
as $$
declare
  today constant date := private.tenant_today(tenant);
  months constant integer := private.credit_review_months(tenant);
begin
  -- Without a caller (proofs) of any company.
  if auth.uid() is not null and tenant is distinct from private.tenant_id('invoices.view') then
    return;
  end if;
  return query
  select c.id, coalesce(u.used, 0), coalesce(o.overdue, 0), o.oldest_due_on, d.kind,
    case when c.credit_reviewed_at is null then (c.created_at + pg_catalog.make_interval(months => months))::date else c.credit_review_on end
  from public.customers c
  left join (select x.customer_id, sum(x.amount) as used from private.credit_uses x where x.tenant_id = tenant group by x.customer_id) u on u.customer_id = c.id
  left join private.overdue_of(tenant) o on o.customer_id = c.id
  left join (
    select distinct on (x.customer_id) x.customer_id, x.kind from public.customer_documents x
    where x.tenant_id = tenant and x.valid_until < today order by x.customer_id, x.valid_until, x.id
  ) d on d.customer_id = c.id
  where c.tenant_id = tenant and c.status in ('active', 'suspended');
end
$$;
comment on function private.credit_standing(uuid) is
  'What the customers of a company use of their credit, what is overdue of them, which of their papers ended first, and when their credit is to be looked at: asked for all of them at once. Nothing for who may not see its invoices.';

create view public.credit_standings with (security_invoker = true) as
select c.tenant_id, c.id as customer_id, c.code, c.name, c.status, c.status_reason, c.version, c.territory_id, c.sales_rep_id,
  case when c.payment_terms_days > 0 then c.credit_limit end as credit_limit, s.used,
  case when c.payment_terms_days > 0 then c.credit_limit - s.used end as credit_left,
  s.overdue, s.oldest_due_on, s.document_ended, c.credit_reviewed_at, s.review_on, r.*
from public.tenant_settings t
cross join lateral private.credit_standing(t.tenant_id) s
join public.customers c on c.tenant_id = t.tenant_id and c.id = s.customer_id
cross join lateral (
  select coalesce(c.payment_terms_days > 0 and s.used > c.credit_limit, false) as is_over_limit,
    s.overdue > 0 as is_overdue, c.status = 'suspended' as is_suspended, s.document_ended is not null as has_ended_papers,
    coalesce(s.review_on <= private.tenant_today(t.tenant_id), false) as is_review_due
) r
where r.is_over_limit or r.is_overdue or r.is_suspended or r.has_ended_papers or r.is_review_due;
comment on view public.credit_standings is
  'Customers whose credit wants looking at, and why: more is used than their limit, something is overdue, they are suspended, a paper of theirs has ended, or the day of their review has come. Tenant currency; limit and what is left of it are null for those who pay on delivery. Asked anew each time.';
