-- Family 06, warehouse: stock out of files, as adjustments that somebody else approves.

create function private.import_stock(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  products constant jsonb := private.import_references('public.products', 'sku', 'product', items);
  item private.import_item;
  head jsonb;
  made public.manual_adjustments;
begin
  foreach item in array items loop
    head := item.rows -> 0;
    made := public.create_adjustment(private.import_reference('public.warehouses', 'code', 'depot', head ->> 'depot'), coalesce(
      private.import_reference('public.adjustment_reasons', 'name', 'reason', head ->> 'reason'),
      -- The reason for whatever else has none of its own.
      (select r.id from public.adjustment_reasons r where r.tenant_id = private.active_tenant_id() and r.is_active and r.effect = 'both' order by r.is_for_counts, r.name limit 1)
    ), (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object(
        'product_id', coalesce((products ->> (r.value ->> 'product'))::uuid, private.import_reference('public.products', 'sku', 'product', r.value ->> 'product')),
        'quantity', (r.value ->> 'quantity')::numeric, 'condition', r.value -> 'condition')) order by r.n)
      from pg_catalog.jsonb_array_elements(item.rows) with ordinality r (value, n)
    ), head ->> 'note');
    return next row(item.place, made.id, null, null)::private.import_result;
  end loop;
end
$$;
comment on function private.import_stock(private.import_item[]) is
  'Importer of stock: a drafted adjustment per depot and thousand rows, to be submitted, approved by somebody else and posted like every other. Raises import_reference_unknown and what create_adjustment raises.';

select private.import_into('adjustment', 'public.manual_adjustments', 'inventory.edit', '/stock/adjustments', 'import_stock', '[
  {"field": "depot", "kind": "code", "is_required": true, "names": ["warehouse", "warehouse code", "location", "place"]},
  {"field": "product", "kind": "code", "is_required": true, "names": ["sku", "product code", "item", "item code", "article"]},
  {"field": "quantity", "kind": "numeric", "is_required": true, "names": ["qty", "change", "on hand", "stock", "opening stock"]},
  {"field": "condition", "kind": "public.stock_condition", "names": ["state"]},
  {"field": "reason", "kind": "code", "names": ["why"]},
  {"field": "note", "names": ["remark", "comment"]}
]', grouped_by => 'depot', parts => '{manual_adjustment_items}', group_limit => 1000);
