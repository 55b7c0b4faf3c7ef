-- Family 01, platform: rules as the companies write them, made ready once and asked many times.

create function private.rule_variable(operand jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  path constant jsonb := case pg_catalog.jsonb_typeof(operand -> 'var') when 'array' then operand #> '{var,0}' else operand -> 'var' end;
begin
  if operand not in (pg_catalog.jsonb_build_object('var', path), pg_catalog.jsonb_build_object('var', pg_catalog.jsonb_build_array(path)))
    or pg_catalog.jsonb_typeof(path) <> 'string' or path #>> '{}' ~ '^$|^\.|\.$|\.\.' then
    return null;
  end if;
  -- Every name is quoted as JSON quotes it, which is how a path reads it: a rule can name members and nothing else.
  return '$' || (
    select pg_catalog.string_agg('.' || pg_catalog.to_jsonb(n.name)::text, '' order by n.place)
    from pg_catalog.string_to_table(path #>> '{}', '.') with ordinality as n (name, place)
  );
end
$$;
comment on function private.rule_variable(jsonb) is 'The path of {"var": "a.b"} as $."a"."b"; null for anything else, a fallback included.';

create function private.rule_number(operand jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  variable constant text := private.rule_variable(operand);
begin
  return case
    -- The plus is refused by everything but a number, so that nothing is compared that JavaScript would convert.
    when variable is not null then '(+ ' || variable || ')'
    when pg_catalog.jsonb_typeof(operand) = 'number' and operand::numeric % 0.001 = 0 and pg_catalog.abs(operand::numeric) < 1e12 then '(' || operand::text || ')'
  end;
end
$$;
comment on function private.rule_number(jsonb) is 'A number or a variable, which then has to be one, as an operand of a path; null for anything else.';

create function private.rule_comparison(a jsonb, operator text, b jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  compared constant text := private.rule_number(a) || ' ' || operator || ' ' || private.rule_number(b);
  -- Rules count in doubles, which tell numbers of fifteen digits apart; about others this does not know.
  is_sure constant text := (
    select pg_catalog.string_agg(pg_catalog.format('%1$s %% 0.001 == 0 && %1$s.abs() < 1000000000000', private.rule_number(o)), ' && ')
    from pg_catalog.unnest(array[a, b]) o where private.rule_variable(o) is not null
  );
begin
  return '((' || is_sure || ' && ' || compared || ') || (!(' || is_sure || ') && "unknown".double() == 0))';
end
$$;
comment on function private.rule_comparison(jsonb, text, jsonb) is 'Two numbers compared, one of them a variable at least, as a predicate of a path; null when they are something else.';

create function private.rule_predicate(rule jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  op constant text := private.json_logic_operator(rule);
  operands constant jsonb := case pg_catalog.jsonb_typeof(rule -> op) when 'array' then rule -> op else pg_catalog.jsonb_build_array(rule -> op) end;
  size constant integer := pg_catalog.jsonb_array_length(operands);
  a constant jsonb := operands -> 0;
  b constant jsonb := operands -> 1;
  variable constant text := coalesce(private.rule_variable(a), private.rule_variable(b));
  literal constant jsonb := case when private.rule_variable(a) is null then a else b end;
  parts text[];
begin
  if pg_catalog.jsonb_typeof(rule) = 'boolean' then
    return case when rule::boolean then '(1 == 1)' else '(1 == 0)' end;
  elsif op in ('and', 'or') then
    parts := array(select private.rule_predicate(o) from pg_catalog.jsonb_array_elements(operands) o);
    return case when size > 0 and pg_catalog.array_position(parts, null) is null then
      '(' || pg_catalog.array_to_string(parts, case op when 'and' then ' && ' else ' || ' end) || ')'
    end;
  elsif op in ('!', '!!') and size = 1 then
    return case op when '!' then '(!' || private.rule_predicate(a) || ')' else private.rule_predicate(a) end;
  elsif op = 'var' then
    return '(' || private.rule_variable(rule) || ' == true)';
  elsif op in ('<', '<=') and size = 3 then
    return '(' || private.rule_comparison(a, op, b) || ' && ' || private.rule_comparison(b, op, operands -> 2) || ')';
  elsif size <> 2 then
    return null;
  elsif op in ('<', '<=', '>', '>=') then
    return private.rule_comparison(a, op, b);
  elsif op in ('==', '===') then
    return case
      when pg_catalog.jsonb_typeof(literal) in ('string', 'boolean', 'null') then '(' || variable || ' == ' || literal::text || ')'
      else private.rule_comparison(a, '==', b)
    end;
  elsif op in ('!=', '!==') then
    return '(!' || private.rule_predicate(pg_catalog.jsonb_build_object('==', operands)) || ')';
  elsif op = 'in' and pg_catalog.jsonb_typeof(b) = 'array' and b <> '[]' and not pg_catalog.jsonb_path_exists(b, 'strict $[*] ? (@.type() != "string")') then
    return '(' || (select pg_catalog.string_agg(private.rule_variable(a) || ' == ' || o::text, ' || ') from pg_catalog.jsonb_array_elements(b) o) || ')';
  end if;
  return null;
end
$$;
comment on function private.rule_predicate(jsonb) is 'A rule as a predicate of an SQL/JSON path, null when it has none.';

create function private.compile_rule(rule jsonb) returns jsonpath
language plpgsql immutable security definer set search_path = ''
as $$
begin
  return ('strict ' || private.rule_predicate(rule))::jsonpath;
end
$$;
comment on function private.compile_rule(jsonb) is
  'A JSON Logic rule as an SQL/JSON path that says whether it is truthy and is unknown (null) wherever it is not sure to say what json_logic says: for texts where numbers are compared, for members that are not there, for numbers that two doubles do not tell apart. Null for rules that are more than and, or, not, comparisons and lists of texts. Paths read the data that they are given and nothing else, so what people write can do no harm.';

create function private.rule_holds(rule jsonb, compiled jsonpath, data jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return coalesce(pg_catalog.jsonb_path_match(data, compiled, silent => true), private.is_truthy(private.json_logic(rule, data)));
end
$$;
comment on function private.rule_holds(jsonb, jsonpath, jsonb) is
  'Whether a rule is truthy for this data: by its compiled form (private.compile_rule), and by json_logic, which it stands for, where that does not know. Raises the errors of json_logic.';
