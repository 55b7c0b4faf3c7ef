-- Family 08, delivery: what is missing under a cause of the company is broken or lost.

create or replace function private.is_broken(tenant uuid, reason_id uuid, reference_type text, reference_id uuid) returns boolean
language sql stable security definer set search_path = ''
as $$
  select exists (select from public.adjustment_reasons r where r.tenant_id = is_broken.tenant and r.id = is_broken.reason_id and r.is_breakage)
    or reference_type = 'variance' and exists (
      select from public.variances v
      join public.variance_codes c on c.tenant_id = v.tenant_id and c.code = v.code
      where v.tenant_id = is_broken.tenant and v.id = is_broken.reference_id and c.is_breakage
    )
$$;
