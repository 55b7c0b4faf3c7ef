-- Family 07, orders: orders with their lines out of files.

create function private.import_orders(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  tenant constant uuid := private.active_tenant_id();
  customers constant jsonb := private.import_references('public.customers', 'code', 'customer', items);
  products constant jsonb := private.import_references('public.products', 'sku', 'product', items);
  depots constant jsonb := private.import_references('public.warehouses', 'code', 'depot', items);
  item private.import_item;
  head jsonb;
  draft public.orders;
  drafts public.orders[] := '{}';
  wanted jsonb;
  lines jsonb[] := '{}';
  unknown text;
begin
  foreach item in array items loop
    head := item.rows -> 0;
    draft := null;
    draft.customer_id := coalesce((customers ->> (head ->> 'customer'))::uuid, private.import_reference('public.customers', 'code', 'customer', head ->> 'customer'));
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('product_id', l.product, 'quantity', l.quantity, 'pack_id', k.id, 'pack', l.pack)) order by l.n)
    into wanted
    from (
      select r.n, r.value ->> 'pack' as pack, (r.value ->> 'quantity')::numeric as quantity,
        coalesce((products ->> (r.value ->> 'product'))::uuid, private.import_reference('public.products', 'sku', 'product', r.value ->> 'product')) as product
      from pg_catalog.jsonb_array_elements(item.rows) with ordinality r (value, n)
    ) l
    left join public.product_packs k on k.tenant_id = tenant and k.product_id = l.product and k.name = l.pack;
    unknown := (select min(l ->> 'pack') from pg_catalog.jsonb_array_elements(wanted) l where l ->> 'pack_id' is null);
    if unknown is not null then
      perform private.fail('import_reference_unknown', pg_catalog.jsonb_build_object('pack', unknown));
    end if;
    draft.warehouse_id := coalesce((depots ->> (head ->> 'depot'))::uuid, private.import_reference('public.warehouses', 'code', 'depot', head ->> 'depot'), private.usual_depot(draft.customer_id));
    draft.requested_on := (head ->> 'requested_on')::date;
    draft.notes := head ->> 'notes';
    draft.external_reference := head ->> 'reference';
    drafts := drafts || draft;
    lines := lines || wanted;
  end loop;
  return query
  select i.place, m.id, null::jsonb, null::jsonb
  from (select o.id, pg_catalog.row_number() over () as n from private.create_drafts(drafts, lines) o) m
  join pg_catalog.unnest(items) with ordinality i (place, existing, rows, n) on i.n = m.n;
end
$$;
comment on function private.import_orders(private.import_item[]) is
  'Importer of orders: drafts at today''s prices, one of all rows with a reference, whose first row says for whom, from where and when. Raises import_reference_unknown and what create_order raises.';

select private.import_into('order', 'public.orders', 'orders.create', '/orders', 'import_orders', '[
  {"field": "reference", "kind": "code", "is_required": true, "names": ["order", "order number", "order reference", "order no", "po number", "invoice no", "invoiceno", "external reference"]},
  {"field": "customer", "kind": "code", "is_required": true, "names": ["customer code", "customer id", "account", "outlet", "outlet code"]},
  {"field": "product", "kind": "code", "is_required": true, "names": ["sku", "product code", "item", "item code", "stock code", "article"]},
  {"field": "quantity", "kind": "numeric", "is_required": true, "names": ["qty", "pieces", "units", "amount ordered"]},
  {"field": "pack", "names": ["pack name"]},
  {"field": "depot", "kind": "code", "names": ["warehouse", "warehouse code", "from"]},
  {"field": "requested_on", "kind": "date", "names": ["delivery date", "requested date", "date", "wanted on"]},
  {"field": "notes", "names": ["remarks", "comment", "instructions"]}
]', key_field => 'reference', key_column => 'external_reference', grouped_by => 'reference', parts => '{order_discounts,order_items,order_bundles,similar_orders}');
