-- Family 01, platform: JSON Logic, rules and their evaluation.

create function private.json_logic_var(data jsonb, path jsonb, fallback jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  not_found jsonb := case
    when private.json_logic_type(fallback) = 'undefined' then 'null'
    else fallback
  end;
  dotted text;
  value jsonb := data;
  name text;
begin
  if private.json_logic_type(path) in ('undefined', 'null') or path = '""' then
    return data;
  end if;
  dotted := private.json_logic_text(path);
  foreach name in array
    case when dotted = '' then array[''] else string_to_array(dotted, '.') end
  loop
    if value = 'null' then
      return not_found;
    end if;
    value := private.json_logic_property(value, name);
    if private.json_logic_type(value) = 'undefined' then
      return not_found;
    end if;
  end loop;
  return value;
end
$$;

comment on function private.json_logic_var(jsonb, jsonb, jsonb) is
  'The operator var: the value at a dotted path, the fallback (or null) where the path ends early, all data for an empty path.';

revoke execute on function private.json_logic_var(jsonb, jsonb, jsonb) from public;

create function private.json_logic_operators() returns text[]
language plpgsql immutable set search_path = ''
as $$
begin
  return array[
    'var', 'missing', 'missing_some', 'if', '?:', '==', '===', '!=', '!==', '!', '!!', 'or', 'and',
    '>', '>=', '<', '<=', 'max', 'min', '+', '-', '*', '/', '%', 'map', 'reduce', 'filter', 'all',
    'none', 'some', 'merge', 'in', 'cat', 'substr', 'log'
  ];
end
$$;

comment on function private.json_logic_operators() is
  'Every operator a rule may use.';

revoke execute on function private.json_logic_operators() from public;

create function private.json_logic_operator(rule jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  op text;
begin
  if jsonb_typeof(rule) = 'object' then
    op := jsonb_path_query_first(rule, 'strict $.keyvalue().key') #>> '{}';
  end if;
  return case when rule - op = '{}' then op end;
end
$$;

comment on function private.json_logic_operator(jsonb) is
  'The operator of a rule: the key of an object with exactly one; null for anything else, which is a literal or an array.';

revoke execute on function private.json_logic_operator(jsonb) from public;

create function private.json_logic_depth_limit() returns integer
language plpgsql immutable set search_path = ''
as $$
begin
  return 64;
end
$$;

comment on function private.json_logic_depth_limit() is
  'How many operators and arrays of a rule may stand inside each other.';

revoke execute on function private.json_logic_depth_limit() from public;

create function private.raise_json_logic_arguments(op text, next_step text) returns void
language plpgsql immutable set search_path = ''
as $$
begin
  raise exception using
    errcode = 'PT422',
    message = 'rule_arguments_invalid',
    detail = jsonb_build_object('operator', op),
    hint = next_step;
end
$$;

comment on function private.raise_json_logic_arguments(text, text) is
  'Raises PT422 rule_arguments_invalid where json-logic-js would throw a TypeError.';

revoke execute on function private.raise_json_logic_arguments(text, text) from public;

create function private.json_logic_operation(
  op text,
  arguments jsonb,
  data jsonb,
  depth integer
) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  nothing constant jsonb := private.json_logic_undefined();
  size constant integer := jsonb_array_length(arguments);
  a constant jsonb := coalesce(arguments -> 0, nothing);
  b constant jsonb := coalesce(arguments -> 1, nothing);
  c constant jsonb := coalesce(arguments -> 2, nothing);
  item jsonb;
  result jsonb;
  keys jsonb;
  text_result text := '';
  direction double precision;
  extreme double precision;
  number double precision;
begin
  case op
    when 'var' then
      return private.json_logic_var(data, a, b);
    when 'missing' then
      keys := case when private.json_logic_type(a) = 'array' then a else arguments end;
      result := '[]';
      for item in select key.value from jsonb_array_elements(keys) as key loop
        if private.json_logic_apply(jsonb_build_object('var', item), data, depth + 1)
          in ('null', '""')
        then
          result := result || jsonb_build_array(item);
        end if;
      end loop;
      return result;
    when 'missing_some' then
      result := private.json_logic_apply(
        jsonb_build_object('missing', b), data, depth + 1
      );
      if private.json_logic_type(b) in ('null', 'undefined') then
        perform private.raise_json_logic_arguments(
          op, 'Give missing_some a number and a list of keys.'
        );
      end if;
      number := private.json_logic_number(private.json_logic_property(b, 'length'))
        - jsonb_array_length(result);
      if private.json_logic_less(a, private.json_logic_from_double(number), true) then
        return '[]';
      end if;
      return result;
    when '==' then
      return to_jsonb(private.json_logic_equal(a, b));
    when '!=' then
      return to_jsonb(not private.json_logic_equal(a, b));
    when '===' then
      return to_jsonb(private.json_logic_identical(a, b));
    when '!==' then
      return to_jsonb(not private.json_logic_identical(a, b));
    when '!' then
      return to_jsonb(not private.is_truthy(a));
    when '!!' then
      return to_jsonb(private.is_truthy(a));
    when '>', '>=' then
      return to_jsonb(private.json_logic_less(b, a, op = '>='));
    when '<', '<=' then
      return to_jsonb(
        private.json_logic_less(a, b, op = '<=')
          and (c = nothing or private.json_logic_less(b, c, op = '<='))
      );
    when 'max', 'min' then
      -- The smallest is the largest of the opposites.
      direction := case op when 'max' then 1 else -1 end;
      extreme := '-Infinity';
      for item in select argument.value from jsonb_array_elements(arguments) as argument loop
        number := direction * private.json_logic_number(item);
        extreme := case
          -- Minus zero counts as less than zero.
          when number = 0 and extreme = 0 then number + extreme
          -- NaN is the greatest of all to PostgreSQL, and wins in JavaScript as well.
          else greatest(number, extreme)
        end;
      end loop;
      return private.json_logic_from_double(direction * extreme);
    when '+' then
      number := 0;
      for item in select argument.value from jsonb_array_elements(arguments) as argument loop
        number := private.json_logic_arithmetic('+', number, private.json_logic_parse_float(item));
      end loop;
      return private.json_logic_from_double(number);
    when '*' then
      if size = 0 then
        perform private.raise_json_logic_arguments(op, 'Give * at least one factor.');
      end if;
      result := a;
      for item in
        select factor.value
        from jsonb_array_elements(arguments) with ordinality as factor (value, position)
        where factor.position > 1
        order by factor.position
      loop
        result := private.json_logic_from_double(
          private.json_logic_arithmetic(
            '*', private.json_logic_parse_float(result), private.json_logic_parse_float(item)
          )
        );
      end loop;
      return result;
    when '-', '/', '%' then
      if op = '-' and b = nothing then
        return private.json_logic_from_double(-private.json_logic_number(a));
      end if;
      return private.json_logic_from_double(
        private.json_logic_arithmetic(
          op, private.json_logic_number(a), private.json_logic_number(b)
        )
      );
    when 'merge' then
      return (
        select coalesce(
          jsonb_agg(element.value order by argument.position, element.position), '[]'
        )
        from jsonb_array_elements(arguments)
          with ordinality as argument (value, position)
        cross join lateral jsonb_array_elements(
          case
            when jsonb_typeof(argument.value) = 'array' then argument.value
            else jsonb_build_array(argument.value)
          end
        ) with ordinality as element (value, position)
      );
    when 'in' then
      return case private.json_logic_type(b)
        when 'string' then to_jsonb(
          b <> '""' and strpos(b #>> '{}', private.json_logic_text(a)) > 0
        )
        when 'array' then to_jsonb(
          exists (
            select
            from jsonb_array_elements(b) as element
            where private.json_logic_identical(element.value, a)
          )
        )
        else 'false'
      end;
    when 'cat' then
      for item in select argument.value from jsonb_array_elements(arguments) as argument loop
        if private.json_logic_type(item) not in ('null', 'undefined') then
          text_result := text_result || private.json_logic_text(item);
        end if;
      end loop;
      return to_jsonb(text_result);
    when 'substr' then
      text_result := private.json_logic_text(a);
      if not private.json_logic_less(c, '0', false) then
        return to_jsonb(private.json_logic_substring(text_result, b, c));
      end if;
      text_result := private.json_logic_substring(text_result, b, nothing);
      number := cardinality(private.json_logic_code_units(text_result));
      item := private.json_logic_primitive(c);
      -- A negative length given as text is appended to the number, as JavaScript adds those two.
      return to_jsonb(
        private.json_logic_substring(
          text_result,
          '0',
          case
            when jsonb_typeof(item) = 'string'
              then to_jsonb(number::text || (item #>> '{}'))
            else private.json_logic_from_double(number + private.json_logic_number(item))
          end
        )
      );
    when 'log' then
      return a;
    else
      raise exception using
        errcode = 'PT422',
        message = 'rule_operator_unknown',
        detail = jsonb_build_object('operator', op),
        hint = 'Use one of these operators: '
          || array_to_string(private.json_logic_operators(), ' ');
  end case;
end
$$;

comment on function private.json_logic_operation(text, jsonb, jsonb, integer) is
  'One operator on evaluated arguments. Errors: PT422 rule_operator_unknown, PT422 rule_arguments_invalid.';

revoke execute on function private.json_logic_operation(text, jsonb, jsonb, integer) from public;

create function private.json_logic_apply(rule jsonb, data jsonb, depth integer) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  nothing constant jsonb := private.json_logic_undefined();
  op text := private.json_logic_operator(rule);
  is_array boolean := jsonb_typeof(rule) = 'array';
  operands jsonb;
  last_operand integer;
  scoped jsonb;
  collection jsonb;
  result jsonb;
  results jsonb[] := '{}';
  is_true boolean;
begin
  if op is null and not is_array then
    return rule;
  elsif depth > private.json_logic_depth_limit() then
    raise exception using
      errcode = 'PT422',
      message = 'rule_too_deep',
      detail = jsonb_build_object('limit', private.json_logic_depth_limit()),
      hint = 'Write the rule flatter: operators and arrays may stand inside each other '
        || private.json_logic_depth_limit() || ' times at most.';
  end if;

  operands := case when is_array then rule else rule -> op end;
  if jsonb_typeof(operands) <> 'array' then
    operands := jsonb_build_array(operands);
  end if;
  last_operand := jsonb_array_length(operands) - 1;

  -- These evaluate their operands themselves, and only as far as needed.
  if op in ('if', '?:') then
    for i in 0..last_operand by 2 loop
      result := private.json_logic_apply(operands -> i, data, depth + 1);
      if i = last_operand then
        return result;
      elsif private.is_truthy(result) then
        return private.json_logic_apply(operands -> (i + 1), data, depth + 1);
      end if;
    end loop;
    return 'null';
  elsif op in ('and', 'or') then
    result := nothing;
    for i in 0..last_operand loop
      result := private.json_logic_apply(operands -> i, data, depth + 1);
      exit when private.is_truthy(result) = (op = 'or');
    end loop;
    return result;
  elsif op in ('map', 'filter', 'reduce', 'all', 'none', 'some') then
    collection := private.json_logic_apply(coalesce(operands -> 0, nothing), data, depth + 1);
    scoped := coalesce(operands -> 1, nothing);
    if op = 'reduce' then
      result := private.json_logic_apply(coalesce(operands -> 2, 'null'), data, depth + 1);
    end if;
    if jsonb_typeof(collection) <> 'array' then
      collection := '[]';
    end if;
    for i in 0..jsonb_array_length(collection) - 1 loop
      if op = 'reduce' then
        result := private.json_logic_apply(
          scoped,
          jsonb_build_object('current', collection -> i, 'accumulator', result),
          depth + 1
        );
        continue;
      end if;
      result := private.json_logic_apply(scoped, collection -> i, depth + 1);
      is_true := private.is_truthy(result);
      if op = 'map' then
        results := array_append(results, result);
      elsif op = 'filter' and is_true then
        results := array_append(results, collection -> i);
      elsif op = 'all' and not is_true then
        return 'false';
      elsif op in ('some', 'none') and is_true then
        return to_jsonb(op = 'some');
      end if;
    end loop;
    return case
      when op = 'reduce' then result
      when op in ('map', 'filter') then to_jsonb(results)
      when op = 'all' then to_jsonb(collection <> '[]')
      else to_jsonb(op = 'none')
    end;
  end if;

  for i in 0..last_operand loop
    results := array_append(
      results, private.json_logic_apply(operands -> i, data, depth + 1)
    );
  end loop;
  if is_array then
    return to_jsonb(results);
  end if;
  return private.json_logic_operation(op, to_jsonb(results), data, depth);
end
$$;

comment on function private.json_logic_apply(jsonb, jsonb, integer) is
  'One step of an evaluation at a depth: literals are themselves, arrays are evaluated element by element, an object with exactly one key is an operator. Errors: PT422 rule_too_deep and those of json_logic_operation.';

revoke execute on function private.json_logic_apply(jsonb, jsonb, integer) from public;

create function private.json_logic_doubles(value jsonb, is_answer boolean) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  result jsonb := value;
  leaf record;
  replacement jsonb;
begin
  -- Nearly every value has no such number and passes untouched.
  if not jsonb_path_exists(
    value,
    'strict $.** ? (
      (@ > -2.4703282292062327e-324 && @ < 2.4703282292062327e-324 && @ != 0)
      || @ > 1.7976931348623157e308 || @ < -1.7976931348623157e308
    )'
  ) then
    return value;
  end if;
  for leaf in
    with recursive node (value, path, is_field) as (
      select value, '{}'::text[], false
      union all
      select child.value, node.path || child.name, jsonb_typeof(node.value) = 'object'
      from node
      cross join lateral (
        select field.key, field.value
        from jsonb_each(
          case jsonb_typeof(node.value) when 'object' then node.value else '{}' end
        ) as field
        union all
        select (element.position - 1)::text, element.value
        from jsonb_array_elements(
          case jsonb_typeof(node.value) when 'array' then node.value else '[]' end
        ) with ordinality as element (value, position)
      ) as child (name, value)
    )
    select node.value, node.path, node.is_field
    from node
    where jsonb_typeof(node.value) = 'number'
  loop
    if private.is_truthy(leaf.value) then
      continue when not is_answer
        or abs(private.json_logic_number(leaf.value)) < 'Infinity';
      replacement := 'null';
    elsif not is_answer then
      replacement := case when leaf.value < '0' then '-1e-400' else '0' end;
    elsif leaf.value = private.json_logic_undefined() and leaf.is_field then
      result := result #- leaf.path;
      continue;
    else
      replacement := case when leaf.value in ('0', '-1e-400') then '0' else 'null' end;
    end if;
    result := case
      when leaf.path = '{}' then replacement
      else jsonb_set(result, leaf.path, replacement)
    end;
  end loop;
  return result;
end
$$;

comment on function private.json_logic_doubles(jsonb, boolean) is
  'The border of an evaluation. On the way in, numbers too small for a double become zero, as JSON.parse reads them; in an answer NaN, Infinity and undefined become null (an undefined field is left out), as JSON.stringify writes them.';

revoke execute on function private.json_logic_doubles(jsonb, boolean) from public;

create function private.json_logic(rule jsonb, data jsonb) returns jsonb
language plpgsql immutable
set search_path = ''
-- Doubles are exchanged as text, which must read back as the same double for every caller.
set extra_float_digits = 1
as $$
begin
  return private.json_logic_doubles(
    private.json_logic_apply(
      private.json_logic_doubles(coalesce(rule, 'null'), false),
      coalesce(private.json_logic_doubles(data, false), private.json_logic_undefined()),
      1
    ),
    true
  );
end
$$;

comment on function private.json_logic(jsonb, jsonb) is
  'Evaluates a JSON Logic rule over data and answers what json-logic-js answers. Operators: var, missing, missing_some, if, ?:, ==, ===, !=, !==, !, !!, or, and, >, >=, <, <= (also between), max, min, +, -, *, /, %, map, reduce, filter, all, none, some, merge, in, cat, substr, log (silent).
Numbers are doubles: 0.1 + 0.2 is 0.30000000000000004, integers are exact up to 2^53, Infinity and NaN are kept while evaluating and are null in the answer. A number only passed through keeps all its digits. SQL null is undefined as data and null as rule.
Differs from the package: two arrays or objects are never equal, even when both were read from the same place; the built-in properties of JavaScript ("constructor", "toString") are not data, and fields of these names have no influence on conversion; half a surrogate pair becomes U+FFFD.
Errors: PT422 rule_too_deep, rule_operator_unknown (detail: operator), rule_arguments_invalid (detail: operator; where the package throws).';

revoke execute on function private.json_logic(jsonb, jsonb) from public;

create function private.json_logic_shape(
  rule jsonb,
  out op text,
  out operands jsonb
)
language plpgsql immutable set search_path = ''
as $$
begin
  op := private.json_logic_operator(rule);
  operands := case
    when op is null then rule
    when jsonb_typeof(rule -> op) = 'array' then rule -> op
    else jsonb_build_array(rule -> op)
  end;
  if jsonb_typeof(operands) <> 'array' then
    operands := null;
  end if;
end
$$;

comment on function private.json_logic_shape(jsonb) is
  'A rule taken apart: its operator (null for an array) and its operands (null for a literal).';

revoke execute on function private.json_logic_shape(jsonb) from public;

create function private.json_logic_problem(rule jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    with recursive node (op, operands, depth) as (
      select shape.*, 1
      from private.json_logic_shape(coalesce(rule, 'null')) as shape
      union all
      select shape.*, node.depth + 1
      from node
      cross join lateral jsonb_array_elements(node.operands) as operand
      cross join lateral private.json_logic_shape(operand.value) as shape
      where node.depth <= private.json_logic_depth_limit()
    )
    select case
      when bool_or(node.depth > private.json_logic_depth_limit()) then 'rule_too_deep'
      when bool_or(node.op <> all (private.json_logic_operators())) then 'rule_operator_unknown'
      when bool_or(
        (node.op = '*' and node.operands = '[]')
        or (node.op = 'missing_some' and coalesce(node.operands -> 1, 'null') = 'null')
      ) then 'rule_arguments_invalid'
    end
    from node
    where node.operands is not null
  );
end
$$;

comment on function private.json_logic_problem(jsonb) is
  'What is wrong with the shape of a rule, to be asked before it is saved: rule_too_deep, rule_operator_unknown or rule_arguments_invalid; null when nothing is. Looks into every branch, also those an evaluation would not reach.';

revoke execute on function private.json_logic_problem(jsonb) from public;
