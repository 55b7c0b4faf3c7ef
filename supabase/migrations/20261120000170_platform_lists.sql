-- Lists: what the filters of one leave, counted and added up.
--
-- The rows of a list are read through REST. What REST does not answer is how many there are and what they come to:
-- these functions do, from the same conditions, as the caller, so that he counts what he may see and nothing else.

create function private.list_condition(listed regclass, alias text, condition jsonb, depth integer default 0) returns text
language plpgsql stable set search_path = ''
as $$
declare
  stored_type constant text := (
    select pg_catalog.format_type(a.atttypid, null) from pg_catalog.pg_attribute a
    where a.attrelid = listed and a.attname = condition ->> 'column' and a.attnum > 0 and not a.attisdropped
  );
  -- A computed field is a function of the row, as REST has it.
  known_type constant text := coalesce(stored_type, (
    select pg_catalog.format_type(p.prorettype, null) from pg_catalog.pg_proc p
    join pg_catalog.pg_class c on c.oid = listed
    where p.pronamespace = 'public'::regnamespace and p.proname = condition ->> 'column' and p.proargtypes = array[c.reltype]::oidvector and not p.proretset
  ));
  named constant text := case when stored_type is not null then alias || '.' || pg_catalog.quote_ident(condition ->> 'column')
    when known_type is not null then pg_catalog.format('public.%I(%s)', condition ->> 'column', alias) end;
  related constant regclass := pg_catalog.to_regclass('public.' || pg_catalog.quote_ident(condition ->> 'has'));
  inner_alias constant text := alias || 'i';
  parts text[] := '{}';
begin
  if depth > 3 or pg_catalog.jsonb_typeof(condition) is distinct from 'object' then
    perform private.fail('input_invalid', '{"conditions": "an array of objects is needed, at most three deep"}');
  end if;
  if condition ? 'any' then
    return '(' || coalesce((
      select pg_catalog.string_agg(private.list_condition(listed, alias, c, depth + 1), ' or ')
      from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(condition -> 'any') when 'array' then condition -> 'any' else '[]' end) c
    ), 'false') || ')';
  end if;
  if condition ? 'has' then
    parts := array(
      select private.list_condition(related, inner_alias, c, depth + 1)
      from pg_catalog.jsonb_array_elements(case pg_catalog.jsonb_typeof(condition -> 'where') when 'array' then condition -> 'where' else '[]' end) c
    );
    if related is null or condition ->> 'own' is null or condition ->> 'their' is null then
      perform private.fail('input_invalid', '{"conditions": "has needs a table, and the columns own and their"}');
    end if;
    return pg_catalog.format(
      'exists (select from %1$s %2$s where %2$s.%3$I = %4$s.%5$I%6$s)', related, inner_alias, condition ->> 'their', alias, condition ->> 'own',
      (select pg_catalog.string_agg(' and ' || p, '') from pg_catalog.unnest(parts) p)
    );
  end if;
  if known_type is null then
    perform private.fail('input_invalid', pg_catalog.jsonb_build_object('conditions', 'a column of the list is needed'));
  end if;
  if condition ? 'in' then
    if pg_catalog.jsonb_typeof(condition -> 'in') is distinct from 'array' then
      perform private.fail('input_invalid', '{"conditions": "in needs an array"}');
    end if;
    parts := parts || pg_catalog.format(
      '%s = any (%L::%s[])', named, array(select pg_catalog.jsonb_array_elements_text(condition -> 'in'))::text, known_type
    );
  end if;
  if condition ? 'is' then
    parts := parts || pg_catalog.format('%s is %s', named, case when (condition ->> 'is')::boolean then 'true' else 'false' end);
  end if;
  if condition ? 'empty' then
    parts := parts || pg_catalog.format('%s is %s', named, case when (condition ->> 'empty')::boolean then 'null' else 'not null' end);
  end if;
  if condition ? 'like' then
    parts := parts || pg_catalog.format('%s ilike %L', named, condition ->> 'like');
  end if;
  parts := parts || array(
    select pg_catalog.format('%s %s %L::%s', named, o.sign, condition ->> o.word, known_type)
    from (values ('from', '>='), ('to', '<='), ('below', '<')) o (word, sign) where condition ? o.word
  );
  if parts = '{}' then
    perform private.fail('input_invalid', '{"conditions": "one of in, is, empty, like, from, to, below is needed"}');
  end if;
  return pg_catalog.array_to_string(parts, ' and ');
end
$$;
comment on function private.list_condition(regclass, text, jsonb, integer) is
  'One condition of a list as SQL over the alias. {"column": … (or a computed field)} with in (array), is (boolean), empty (boolean), like, from, to (both included) or below; {"any": [conditions]}; {"has": table, "own": column of the list, "their": column of the table, "where": [conditions]}. Raises input_invalid.';

create function private.summarise_list(list text, conditions jsonb default '[]', group_by text default null, sums text[] default '{}')
returns table (value text, rows bigint, totals jsonb, is_partial boolean)
language plpgsql stable set search_path = ''
as $$
#variable_conflict use_column
declare
  most constant integer := 100000;
  listed constant regclass := pg_catalog.to_regclass('public.' || pg_catalog.quote_ident(list));
  numbers constant text[] := array(
    select a.attname::text from pg_catalog.pg_attribute a
    where a.attrelid = listed and a.attname = any (sums) and a.atttypid in ('numeric'::regtype, 'integer'::regtype, 'bigint'::regtype)
  );
begin
  if listed is null then
    perform private.fail('input_invalid', '{"list": "the name of a table or view is needed"}');
  end if;
  if pg_catalog.jsonb_typeof(coalesce(conditions, '[]')) <> 'array' then
    perform private.fail('input_invalid', '{"conditions": "an array of objects is needed"}');
  end if;
  if group_by is not null and not exists (select from pg_catalog.pg_attribute a where a.attrelid = listed and a.attname = group_by and a.attnum > 0 and not a.attisdropped) then
    perform private.fail('input_invalid', '{"group_by": "a column of the list is needed"}');
  end if;
  if not coalesce(sums, '{}') <@ numbers then
    perform private.fail('input_invalid', '{"sums": "columns with numbers are needed"}');
  end if;
  return query execute pg_catalog.format(
    $summary$
    select s.value, s.rows, case when s.is_partial then '{}' else s.totals end, s.is_partial
    from (
      select %1$s as value, pg_catalog.count(*) as rows, pg_catalog.jsonb_build_object(%2$s) as totals, pg_catalog.sum(pg_catalog.count(*)) over () >= %3$s as is_partial
      from (select %4$s from %5$s d%6$s limit %3$s) r
      %7$s
    ) s
    order by s.rows desc, s.value
    limit 200
    $summary$,
    case when group_by is null then 'null::text' else pg_catalog.format('r.%I::text', group_by) end,
    (select pg_catalog.string_agg(pg_catalog.format('%L, coalesce(pg_catalog.sum(r.%I), 0)', n, n), ', ') from pg_catalog.unnest(numbers) n),
    most,
    (select coalesce(pg_catalog.string_agg(distinct pg_catalog.format('d.%I', c), ', '), 'true') from pg_catalog.unnest(numbers || group_by) c where c is not null),
    listed,
    (select ' where ' || pg_catalog.string_agg(private.list_condition(listed, 'd', c), ' and ') from pg_catalog.jsonb_array_elements(coalesce(conditions, '[]')) c),
    case when group_by is not null then pg_catalog.format('group by r.%I', group_by) else '' end
  );
exception
  when data_exception or undefined_function or undefined_column or datatype_mismatch then
    perform private.fail('input_invalid', '{"conditions": "a value does not fit its column"}');
  when insufficient_privilege then
    perform private.fail('input_invalid', '{"list": "a table or view that you may read is needed"}');
end
$$;
comment on function private.summarise_list(text, jsonb, text, text[]) is
  'How many rows of a list its conditions leave (private.list_condition), and the sums of some of its columns, as the caller may see them; with group_by once for every value of that column, at most 200, the most frequent first. No more than 100,000 rows are looked at: is_partial says that there may be more, rows is then the least there are, and totals is empty. Raises input_invalid.';
select private.expose('summarise_list');
