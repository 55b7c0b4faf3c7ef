-- Family 05, catalogue: taxes by name, which products bear them, and what of a price is tax.

------------------------------------------------------------------------------------------------
-- What of a line is tax (docs/decisions/0024)
------------------------------------------------------------------------------------------------

create function private.line_net(quantity numeric, unit_price numeric, tax_rate numeric, price_includes_tax boolean, discount numeric default 0) returns numeric
language sql immutable parallel safe
return case when price_includes_tax then round((round(quantity * unit_price, 2) - discount) * 100 / (100 + tax_rate), 2) else round(quantity * unit_price, 2) - discount end;
comment on function private.line_net(numeric, numeric, numeric, boolean, numeric) is
  'Amount of a line before tax, to the cent: quantity at its price less its discount, less the tax where the price includes it.';

create function private.line_tax(quantity numeric, unit_price numeric, tax_rate numeric, price_includes_tax boolean, discount numeric default 0) returns numeric
language sql immutable parallel safe
return case when price_includes_tax then round(quantity * unit_price, 2) - discount - private.line_net(quantity, unit_price, tax_rate, price_includes_tax, discount)
  else round((round(quantity * unit_price, 2) - discount) * tax_rate / 100, 2) end;
comment on function private.line_tax(numeric, numeric, numeric, boolean, numeric) is
  'Tax of a line, to the cent: what brings its net amount to the amount that the price, less the discount, says, or is added to it.';

create function private.part_of_discount(discount numeric, unit_price numeric, quantity numeric, part numeric) returns numeric
language sql immutable parallel safe
return case when discount = 0 then 0 else round(discount * round(part * unit_price, 2) / round(quantity * unit_price, 2), 2) end;
comment on function private.part_of_discount(numeric, numeric, numeric, numeric) is
  'How much of the discount of a line falls on a part of its quantity, to the cent; never more than that part comes to.';

create function private.split_tax(taxes jsonb, tax_rate numeric, tax_amount numeric) returns table (name text, percent numeric, amount numeric)
language plpgsql immutable set search_path = ''
as $$
begin
  return query
  select t.name, t.percent,
    round(tax_amount * sum(t.percent) over parts / tax_rate, 2) - round(tax_amount * (sum(t.percent) over parts - t.percent) / tax_rate, 2)
  from pg_catalog.jsonb_to_recordset(case when taxes = '[]' then pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('name', 'Tax', 'percent', tax_rate)) else taxes end)
    as t (name text, percent numeric)
  where tax_rate > 0
  window parts as (order by t.name rows unbounded preceding);
end
$$;
comment on function private.split_tax(jsonb, numeric, numeric) is
  'The tax of a line by name, in proportion, each rounded so that they sum to it to the cent. taxes: [{name, percent}] as the line froze them; a rate without names is called Tax.';

------------------------------------------------------------------------------------------------
-- Taxes by name
------------------------------------------------------------------------------------------------

create table public.taxes (
  like private.record including defaults including indexes,
  name text not null,
  percent numeric(5,2) not null,
  is_active boolean not null default true,
  foreign key (tenant_id) references public.tenants (id),
  unique (tenant_id, name),
  constraint name_is_short check (length(name) between 1 and 40 and name = btrim(name)),
  constraint tax_rate_is_a_percentage check (percent between 0 and 100)
);
comment on table public.taxes is 'Taxes and levies by name. A product bears several; its rate is their sum. Lines of documents keep what they were charged.';
comment on column public.taxes.is_active is 'Whether products are given it. Those that bear it keep it.';
select private.manage_table('public.taxes', 'tax');
select private.set_audience('tax', 'products.view');
select private.register_error('tax_name_taken', 409, 'Another tax has this name.', 'Choose another name, or change that tax.');
select private.refuse_taken('public.taxes', 'taxes_tenant_id_name_key', 'tax_name_taken');

alter table public.products
  add column tax_ids uuid[] not null default '{}',
  add column taxes jsonb not null default '[]';
comment on column public.products.tax_rate is 'Percent of the price before tax: the sum of the product''s taxes, or typed where it has none by name.';
comment on column public.products.tax_ids is 'Its taxes, ids of public.taxes; they decide tax_rate.';
comment on column public.products.taxes is 'The same in words, [{name, percent}]: what a line of an order freezes.';
select private.register_error('tax_twice', 422, 'A tax is named twice.', 'Name each tax of a product once.');

create function private.tg_products__derive_taxes() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  borne jsonb;
  rate numeric;
begin
  -- Whoever changes a tax now comes before or after this: change_tax locks its products first, then the tax.
  perform from public.taxes t where t.tenant_id = new.tenant_id and t.id = any (new.tax_ids) order by t.id for share;
  select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', t.name, 'percent', t.percent) order by t.name), '[]'), sum(t.percent)
  into borne, rate
  from public.taxes t where t.tenant_id = new.tenant_id and t.id = any (new.tax_ids);
  if (select count(distinct i) from pg_catalog.unnest(new.tax_ids) i) < pg_catalog.cardinality(new.tax_ids) then
    perform private.fail('tax_twice', private.values_of(pg_catalog.to_jsonb(new), 'tax_ids'));
  end if;
  if pg_catalog.jsonb_array_length(borne) < pg_catalog.cardinality(new.tax_ids) then
    perform private.fail('record_not_found', private.values_of(pg_catalog.to_jsonb(new), 'tax_ids'));
  end if;
  if rate > 100 then
    perform private.fail('tax_rate_is_a_percentage', pg_catalog.jsonb_build_object('tax_rate', rate));
  end if;
  return pg_catalog.jsonb_populate_record(new, pg_catalog.jsonb_build_object('taxes', borne, 'tax_rate', coalesce(rate, new.tax_rate)));
end
$$;
comment on function private.tg_products__derive_taxes() is
  'The rate of a product is the sum of its taxes. Raises record_not_found for a tax of nobody or of another company, tax_twice, tax_rate_is_a_percentage.';
create trigger _130_derive_taxes before insert or update of tax_ids, tax_rate on public.products for each row execute function private.tg_products__derive_taxes();

create function private.change_tax(tax_id uuid, name text, percent numeric, expected_version integer default null) returns public.taxes
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  tenant constant uuid := private.require_permission('prices.edit');
  target public.taxes;
begin
  perform private.require_number('percent', percent, 0, 100);
  perform from public.products p where p.tenant_id = tenant and p.tax_ids @> array[change_tax.tax_id] order by p.id for no key update;
  select * into target from public.taxes t where t.tenant_id = tenant and t.id = tax_id for update;
  if not found then
    perform private.fail('record_not_found', pg_catalog.jsonb_build_object('tax_id', tax_id));
  end if;
  perform private.check_version(expected_version, target.version);
  update public.taxes t set name = private.require_text('name', change_tax.name, 40), percent = change_tax.percent
  where t.tenant_id = tenant and t.id = target.id
  returning * into target;
  update public.products p set tax_ids = p.tax_ids where p.tenant_id = tenant and p.tax_ids @> array[target.id];
  return target;
end
$$;
comment on function private.change_tax(uuid, text, numeric, integer) is
  'Changes name and percent of a tax and the rate of every product that bears it; documents keep theirs. Raises tax_name_taken, tax_rate_is_a_percentage, input_invalid, record_not_found, version_conflict, permission_denied.';
select private.expose_command('change_tax');
