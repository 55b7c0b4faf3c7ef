-- Family 05, catalogue: the codes that are printed on goods.

create function private.barcode(typed text) returns text
language plpgsql immutable parallel safe set search_path = ''
as $$
declare
  digits constant text := pg_catalog.translate(typed, ' -', '');
begin
  if digits !~ '^([0-9]{8}|[0-9]{12,14})$' then
    return null;
  end if;
  -- A UPC is an EAN that begins with 0, and an EAN a case code that does.
  return case pg_catalog.length(digits) when 12 then '0' || digits when 14 then pg_catalog.regexp_replace(digits, '^0', '') else digits end;
end
$$;
comment on function private.barcode(text) is
  'A barcode in its one form: 8 digits (EAN-8), 13 (EAN-13, a UPC after a 0) or 14 (a case code that does not begin with 0), without spaces and hyphens. Null for what has another length or other signs.';

create function private.check_digit(digits text) returns integer
language sql immutable parallel safe
return (
  select mod(10 - mod(sum(d.digit::integer * case when mod(pg_catalog.length(digits) - d.n, 2) = 0 then 3 else 1 end), 10), 10)::integer
  from pg_catalog.regexp_split_to_table(digits, '') with ordinality as d (digit, n)
);
comment on function private.check_digit(text) is
  'The last digit of a barcode, from those before it: from the right every other one counts three times, and the digit brings the sum to a multiple of ten (GS1 General Specifications, 7.9).';

alter table public.product_packs add unique (tenant_id, product_id, id);

create table public.product_barcodes (
  like private.record including defaults including indexes,
  product_id uuid not null,
  pack_id uuid,
  code text not null,
  unique (tenant_id, code),
  foreign key (tenant_id, product_id) references public.products (tenant_id, id),
  foreign key (tenant_id, product_id, pack_id) references public.product_packs (tenant_id, product_id, id) on delete cascade,
  constraint barcode_has_its_form check (code is not distinct from private.barcode(code)),
  constraint barcode_is_right check (code !~ '^[0-9]{2,}$' or right(code, 1) = private.check_digit(left(code, -1))::text)
);
create index product_barcodes_product on public.product_barcodes (tenant_id, product_id, pack_id);
comment on table public.product_barcodes is 'Codes printed on a product, or on a pack of it: EAN-8, EAN-13, UPC-A, ITF-14. A code belongs to one product of a company.';
comment on column public.product_barcodes.pack_id is 'The pack that is scanned; null for the base unit.';
comment on column public.product_barcodes.code is 'Digits in their one form, however they are written: a UPC of 12 digits gets its 0.';
select private.register_error('barcode_has_its_form', 422, 'A barcode has 8, 12, 13 or 14 digits.', 'Scan the code, or type all digits under its bars.');
select private.register_error('barcode_is_right', 422, 'The last digit of the barcode does not fit the others.', 'Scan the code again, or compare every digit.');
select private.manage_table('public.product_barcodes', 'product_barcode');
select private.set_audience('product_barcode', 'products.view');
select private.register_error('barcode_taken', 409, 'This barcode is on a product already.', 'Take it off that product first, or check what was scanned.');
select private.refuse_taken('public.product_barcodes', 'product_barcodes_tenant_id_code_key', 'barcode_taken');

create function private.tg_product_barcodes__normalise() returns trigger
language plpgsql set search_path = ''
as $$
begin
  -- Written as a whole: what is given is put into its form, what is missing stays missing.
  new := pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object('code', coalesce(private.barcode(new.code), new.code)));
  return new;
end
$$;
comment on function private.tg_product_barcodes__normalise() is 'Writes a barcode in its one form.';
create trigger _120_normalise before insert or update of code on public.product_barcodes
for each row execute function private.tg_product_barcodes__normalise();

create function private.find_barcode(typed text) returns setof public.product_barcodes
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := private.require_permission('products.view');
begin
  return query
  select b.* from public.product_barcodes b where b.tenant_id = tenant and b.code = private.barcode(typed);
end
$$;
comment on function private.find_barcode(text) is 'The product, and the pack, with a barcode that was typed or scanned; nothing when no product has it. Raises permission_denied.';
select private.expose('find_barcode');
