-- Family 12, records: doors out of files.

create function private.import_doors(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  territories constant jsonb := private.import_references('public.territories', 'code', 'territory', items);
  item private.import_item;
  named text;
  written record;
begin
  foreach item in array items loop
    named := item.rows -> 0 ->> 'territory';
    select w.* into written from private.write_imported('public.doors', item.existing, pg_catalog.jsonb_strip_nulls(
      private.columns_given(item, 'address', 'unit', 'latitude', 'longitude', 'note')
      || pg_catalog.jsonb_build_object('territory_id', case when named is not null then coalesce(territories ->> named, private.import_reference('public.territories', 'code', 'territory', named)::text) end))) w;
    return next row(item.place, written.record_id, written.before, null)::private.import_result;
  end loop;
end
$$;
comment on function private.import_doors(private.import_item[]) is 'Importer of doors. Raises import_reference_unknown and what their form raises.';

select private.import_into('door', 'public.doors', 'sales.manage', '/doors', 'import_doors', '[
  {"field": "address", "is_required": true, "names": ["street", "street and house", "house", "door"]},
  {"field": "unit", "names": ["flat", "apartment", "shop", "floor"]},
  {"field": "territory", "kind": "code", "names": ["territory code", "area", "route"]},
  {"field": "latitude", "kind": "numeric", "names": ["lat"]},
  {"field": "longitude", "kind": "numeric", "names": ["lng", "lon", "long"]},
  {"field": "note", "names": ["comment", "remark"]}
]');
