-- Family 05, catalogue: products with their packs, barcodes and taxes out of files.

create function private.import_products(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  item private.import_item;
  field text;
  given jsonb;
  written record;
  pack uuid;
  code uuid;
  added jsonb;
begin
  foreach item in array items loop
    field := item.rows -> 0 ->> 'taxes';
    given := private.columns_given(item, 'sku', 'name', 'description', 'category', 'unit', 'allows_fractions', 'order_minimum', 'order_maximum', 'order_multiple',
      'base_price', 'tax_rate', 'weight_kg', 'volume_l', 'deposit_amount', 'is_active')
      || case when field is null then '{}' else pg_catalog.jsonb_build_object('tax_ids', array(
        select private.import_reference('public.taxes', 'name', 'taxes', pg_catalog.btrim(t)) from pg_catalog.regexp_split_to_table(field, '[,;+]') t)) end;
    select w.* into written from private.write_imported('public.products', item.existing, given) w;
    added := '[]';
    field := item.rows -> 0 ->> 'pack';
    pack := null;
    if field is not null then
      select k.id into pack from public.product_packs k where k.tenant_id = private.active_tenant_id() and k.product_id = written.record_id and k.name = field;
      if not found then
        insert into public.product_packs (product_id, name, factor) values (written.record_id, field, (item.rows -> 0 ->> 'pack_units')::numeric) returning id into pack;
        added := added || pg_catalog.jsonb_build_object('table', 'product_packs', 'id', pack);
      end if;
    end if;
    foreach field in array array['barcode', 'pack_barcode'] loop
      if item.rows -> 0 ->> field is not null and not exists (
        select from public.product_barcodes b
        where b.tenant_id = private.active_tenant_id() and b.product_id = written.record_id and b.code = private.barcode(item.rows -> 0 ->> field)
      ) then
        insert into public.product_barcodes (product_id, pack_id, code)
        values (written.record_id, case field when 'pack_barcode' then pack end, item.rows -> 0 ->> field) returning id into code;
        added := added || pg_catalog.jsonb_build_object('table', 'product_barcodes', 'id', code);
      end if;
    end loop;
    return next row(item.place, written.record_id, written.before, nullif(added, '[]'))::private.import_result;
  end loop;
end
$$;
comment on function private.import_products(private.import_item[]) is
  'Importer of products: one row each, with a pack and barcodes of both. A pack or barcode that the product has is left as it is. taxes: names, with commas between. Raises import_reference_unknown and what the form of a product raises.';

select private.import_into('product', 'public.products', 'products.edit', '/products', 'import_products', '[
  {"field": "sku", "kind": "code", "is_required": true, "names": ["code", "product code", "item code", "article", "stock code", "item number"]},
  {"field": "name", "is_required": true, "names": ["product", "product name", "item", "item name", "title"]},
  {"field": "description", "names": ["details"]},
  {"field": "category", "names": ["group", "product group", "type"]},
  {"field": "unit", "names": ["uom", "unit of measure"]},
  {"field": "base_price", "kind": "numeric", "is_required": true, "names": ["price", "unit price", "list price", "selling price"]},
  {"field": "tax_rate", "kind": "numeric", "names": ["tax", "vat", "tax percent", "vat rate"]},
  {"field": "taxes", "names": ["tax names"]},
  {"field": "barcode", "kind": "code", "names": ["ean", "gtin", "upc"]},
  {"field": "pack", "names": ["pack name", "case"]},
  {"field": "pack_units", "kind": "numeric", "names": ["units per pack", "pack size", "case size"]},
  {"field": "pack_barcode", "kind": "code", "names": ["case barcode", "case code"]},
  {"field": "weight_kg", "kind": "numeric", "names": ["weight", "kg"]},
  {"field": "volume_l", "kind": "numeric", "names": ["volume", "litres"]},
  {"field": "deposit_amount", "kind": "numeric", "names": ["deposit"]},
  {"field": "order_minimum", "kind": "numeric", "names": ["minimum order"]},
  {"field": "order_maximum", "kind": "numeric", "names": ["maximum order"]},
  {"field": "order_multiple", "kind": "numeric", "names": ["order step"]},
  {"field": "allows_fractions", "kind": "boolean"},
  {"field": "is_active", "kind": "boolean", "names": ["active", "in use"]}
]', key_field => 'sku', takes_updates => true);
