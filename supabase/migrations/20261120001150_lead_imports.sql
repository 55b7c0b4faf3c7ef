-- Family 11, sales: leads out of files.

create function private.import_leads(items private.import_item[]) returns setof private.import_result
language plpgsql set search_path = ''
as $$
declare
  sources constant jsonb := private.import_references('public.lead_sources', 'name', 'source', items);
  territories constant jsonb := private.import_references('public.territories', 'code', 'territory', items);
  item private.import_item;
  line jsonb;
  made public.leads;
begin
  foreach item in array items loop
    line := item.rows -> 0;
    made := public.create_lead(
      line ->> 'first_name', line ->> 'last_name', line ->> 'company_name', line ->> 'phone', line ->> 'email', line ->> 'town', line ->> 'interest',
      source_id => case when line ->> 'source' is not null then coalesce((sources ->> (line ->> 'source'))::uuid, private.import_reference('public.lead_sources', 'name', 'source', line ->> 'source')) end,
      territory_id => case when line ->> 'territory' is not null then coalesce((territories ->> (line ->> 'territory'))::uuid, private.import_reference('public.territories', 'code', 'territory', line ->> 'territory')) end,
      notes => line ->> 'notes');
    return next row(item.place, made.id, null, null)::private.import_result;
  end loop;
end
$$;
comment on function private.import_leads(private.import_item[]) is
  'Importer of leads: written down like those of the form, routed and scored. Raises import_reference_unknown and what create_lead raises.';

select private.import_into('lead', 'public.leads', 'leads.create', '/leads', 'import_leads', '[
  {"field": "first_name", "is_required": true, "names": ["first", "given name", "name"]},
  {"field": "last_name", "names": ["last", "surname", "family name"]},
  {"field": "company_name", "names": ["company", "business", "shop"]},
  {"field": "phone", "names": ["telephone", "mobile", "phone number", "whatsapp"]},
  {"field": "email", "names": ["e-mail", "mail", "email address"]},
  {"field": "town", "names": ["city", "place", "location"]},
  {"field": "interest", "names": ["wants", "message", "product"]},
  {"field": "source", "names": ["lead source", "from"]},
  {"field": "territory", "kind": "code", "names": ["territory code", "area"]},
  {"field": "notes", "names": ["comment", "remark"]}
]', key_field => 'email');
