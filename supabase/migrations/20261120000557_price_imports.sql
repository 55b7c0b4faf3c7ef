-- Family 05, catalogue: price lists with their prices out of files.

create function private.import_prices(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  products constant jsonb := private.import_references('public.products', 'sku', 'product', items);
  item private.import_item;
  head jsonb;
  line jsonb;
  list record;
  step record;
  product uuid;
  known uuid;
  added jsonb;
begin
  foreach item in array items loop
    head := item.rows -> 0;
    select w.* into list from private.write_imported('public.price_lists', item.existing, pg_catalog.jsonb_strip_nulls(
      private.columns_given(item, 'customer_type', 'is_default', 'valid_from', 'valid_to', 'prices_include_tax')
      || pg_catalog.jsonb_build_object('name', head ->> 'price_list', 'territory_id', private.import_reference('public.territories', 'code', 'territory', head ->> 'territory')))) w;
    added := '[]';
    for line in select r from pg_catalog.jsonb_array_elements(item.rows) r loop
      product := coalesce((products ->> (line ->> 'product'))::uuid, private.import_reference('public.products', 'sku', 'product', line ->> 'product'));
      known := (
        select p.id from public.price_list_items p
        where p.tenant_id = private.active_tenant_id() and p.price_list_id = list.record_id and p.product_id = product and p.min_quantity = coalesce((line ->> 'min_quantity')::numeric, 1)
          -- The same step twice in one file is no change of mind.
          and item.existing is not null and not added @> pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('id', p.id))
      );
      select w.* into step from private.write_imported('public.price_list_items', known, pg_catalog.jsonb_strip_nulls(case when known is null
        then pg_catalog.jsonb_build_object('price_list_id', list.record_id, 'product_id', product, 'min_quantity', line -> 'min_quantity', 'price', line -> 'price')
        else pg_catalog.jsonb_build_object('price', line -> 'price') end)) w;
      added := added || pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('table', 'price_list_items', 'id', step.record_id, 'before', step.before));
    end loop;
    return next row(item.place, list.record_id, list.before, case when item.existing is not null then added end)::private.import_result;
  end loop;
end
$$;
comment on function private.import_prices(private.import_item[]) is
  'Importer of price lists: one of all rows with a name, whose first row says for whom and when it counts; every row is a price, from a quantity upward. A list that is changed keeps the prices that the file does not name. Raises import_reference_unknown and what the forms of price lists raise.';

select private.import_into('price_list', 'public.price_lists', 'prices.edit', '/prices', 'import_prices', '[
  {"field": "price_list", "is_required": true, "names": ["list", "list name", "price list name", "name"]},
  {"field": "product", "kind": "code", "is_required": true, "names": ["sku", "product code", "item", "item code", "article"]},
  {"field": "price", "kind": "numeric", "is_required": true, "names": ["unit price", "list price", "amount"]},
  {"field": "min_quantity", "kind": "numeric", "names": ["from quantity", "quantity", "minimum", "from"]},
  {"field": "customer_type", "names": ["type", "channel"]},
  {"field": "territory", "kind": "code", "names": ["region", "route"]},
  {"field": "valid_from", "kind": "date", "names": ["from date", "start"]},
  {"field": "valid_to", "kind": "date", "names": ["to date", "until", "end"]},
  {"field": "prices_include_tax", "kind": "boolean", "names": ["includes tax", "gross"]},
  {"field": "is_default", "kind": "boolean", "names": ["default"]}
]', key_field => 'price_list', key_column => 'name', grouped_by => 'price_list', takes_updates => true, parts => '{price_list_items}');
