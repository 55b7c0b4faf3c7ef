-- JSON Logic (https://jsonlogic.com): rules as data, evaluated with the answers of json-logic-js,
-- so that a rule previewed in a browser and the same rule enforced here can never disagree.
--
-- JavaScript has values that JSON has not. While a rule is being evaluated they travel as jsonb
-- numbers that no double can hold, which is why no caller can forge one (private.json_logic_doubles
-- rounds such numbers away at the border, as JSON.parse does):
--   1e-401   undefined
--   1e-400   NaN
--   -1e-400  minus zero
-- and any number beyond the largest double is Infinity, as it is for JSON.parse. To JavaScript's
-- truthiness all four behave as plain numbers would: the first three are false, Infinity is true.

create function private.is_truthy(value jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
  return case jsonb_typeof(value)
    when 'boolean' then value = 'true'
    -- Half of the smallest double: anything nearer to zero is zero to JavaScript.
    when 'number' then abs((value #>> '{}')::numeric) > 2.4703282292062327e-324
    when 'string' then value <> '""'
    when 'array' then value <> '[]'
    when 'object' then true
    else false
  end;
end
$$;

comment on function private.is_truthy(jsonb) is
  'Truthiness of JSON Logic: null, false, 0, "" and [] are false, everything else (also {} and "0") is true. SQL null is false.';

revoke execute on function private.is_truthy(jsonb) from public;

create function private.json_logic_undefined() returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  return '1e-401'::jsonb;
end
$$;

comment on function private.json_logic_undefined() is
  'The stand-in for JavaScript''s undefined inside an evaluation (a number no double can hold).';

revoke execute on function private.json_logic_undefined() from public;

create function private.json_logic_type(value jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  if value = private.json_logic_undefined() then
    return 'undefined';
  end if;
  return jsonb_typeof(value);
end
$$;

comment on function private.json_logic_type(jsonb) is
  'jsonb_typeof, with "undefined" told apart.';

revoke execute on function private.json_logic_type(jsonb) from public;

create function private.json_logic_double(literal text) returns double precision
language plpgsql immutable set search_path = ''
as $$
declare
  parts text[];
  whole text;
  magnitude numeric;
  is_negative boolean;
begin
  if pg_input_is_valid(literal, 'double precision') then
    return literal::double precision;
  end if;
  -- Out of range: JavaScript answers Infinity or zero where PostgreSQL raises. Twelve digits of the
  -- exponent outweigh the length of any string.
  parts := regexp_match(
    literal,
    '^([+-]?)([0-9]*)\.?([0-9]*)(?:e([+-]?)0*([0-9]{0,12})[0-9]*)?$',
    'i'
  );
  is_negative := parts[1] = '-';
  whole := ltrim(parts[2], '0');
  magnitude := (coalesce(parts[4], '') || coalesce(nullif(parts[5], ''), '0'))::numeric;
  if whole <> '' then
    magnitude := magnitude + length(whole);
  else
    magnitude := magnitude
      - (length(parts[3]) - length(ltrim(parts[3], '0')));
  end if;
  return case
    when magnitude > 0 and is_negative then '-Infinity'
    when magnitude > 0 then 'Infinity'
    when is_negative then '-0'
    else '0'
  end::double precision;
end
$$;

comment on function private.json_logic_double(text) is
  'The double nearest to a decimal literal; Infinity or (minus) zero where it lies out of range.';

revoke execute on function private.json_logic_double(text) from public;

create function private.json_logic_from_double(number double precision) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  return case
    when number = 'NaN' then '1e-400'
    when number = 'Infinity' then '1e309'
    when number = '-Infinity' then '-1e309'
    when number = 0 and number::text = '-0' then '-1e-400'
    else number::text
  end::jsonb;
end
$$;

comment on function private.json_logic_from_double(double precision) is
  'A double as a value of an evaluation; NaN, Infinity and minus zero become their stand-ins.';

revoke execute on function private.json_logic_from_double(double precision) from public;

create function private.json_logic_double_text(number double precision) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  written text := abs(number)::text;
  mantissa text := split_part(written, 'e', 1);
  digits text := replace(mantissa, '.', '');
  -- Where the decimal point stands, counted from the left of digits.
  point integer := length(split_part(mantissa, '.', 1))
    + coalesce(nullif(split_part(written, 'e', 2), '')::integer, 0);
  sign text := case when number < 0 then '-' else '' end;
  shorter numeric;
begin
  if number in ('NaN', 'Infinity', '-Infinity') then
    return number::text;
  elsif number = 0 then
    return '0';
  end if;
  -- PostgreSQL never prints the decimal halfway between two doubles, JavaScript does when it is the
  -- shortest one that reads back (1e+23, not 9.999999999999999e+22).
  if abs(number) > 9007199254740992 and length(digits) > 1 then
    for up in 0..1 loop
      shorter := left(digits, -1)::numeric + up;
      if private.json_logic_double(shorter::text || 'e' || (point - length(digits) + 1))
        = abs(number)
      then
        point := point - length(digits) + 1 + length(shorter::text);
        digits := shorter::text;
        exit;
      end if;
    end loop;
  end if;
  point := point - (length(digits) - length(ltrim(digits, '0')));
  digits := btrim(digits, '0');

  return sign || case
    when point between length(digits) and 21
      then rpad(digits, point, '0')
    when point between 1 and 21
      then left(digits, point) || '.' || substr(digits, point + 1)
    when point between -5 and 0
      then '0.' || repeat('0', -point) || digits
    else left(digits, 1)
      || case when length(digits) > 1 then '.' || substr(digits, 2) else '' end
      || 'e' || case when point > 0 then '+' else '-' end || abs(point - 1)
  end;
end
$$;

comment on function private.json_logic_double_text(double precision) is
  'String(number): the shortest digits, plain from 1e-6 up to below 1e21, with an exponent outside.';

revoke execute on function private.json_logic_double_text(double precision) from public;

create function private.json_logic_trim(value text) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return btrim(
    value,
    E' \t\n\u000b\f\r\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
      '\u2028\u2029\u202f\u205f\u3000\ufeff'
  );
end
$$;

comment on function private.json_logic_trim(text) is
  'String.trim(): the white space of JavaScript, which is more than PostgreSQL trims.';

revoke execute on function private.json_logic_trim(text) from public;

create function private.json_logic_string_number(value text) returns double precision
language plpgsql immutable set search_path = ''
as $$
declare
  trimmed text := private.json_logic_trim(value);
begin
  return case
    when trimmed = '' then 0
    when trimmed ~ '^[+-]?Infinity$' then trimmed::double precision
    when trimmed ~ '^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$'
      then private.json_logic_double(trimmed)
    when trimmed ~ '^0([xX][0-9a-fA-F]+|[oO][0-7]+|[bB][01]+)$'
      then private.json_logic_double(trimmed::numeric::text)
    else 'NaN'
  end;
end
$$;

comment on function private.json_logic_string_number(text) is
  'Number(string): the whole string must be a number (decimal, 0x, 0o, 0b, Infinity); blank is 0, anything else NaN.';

revoke execute on function private.json_logic_string_number(text) from public;

create function private.json_logic_text(value jsonb) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  items jsonb := value;
begin
  case private.json_logic_type(value)
    when 'undefined' then
      return 'undefined';
    when 'number' then
      return private.json_logic_double_text(private.json_logic_number(value));
    when 'object' then
      return '[object Object]';
    when 'array' then
      -- An array is its leaves joined by commas. Unfolded level by level, not by recursion, so that
      -- no nesting can exhaust the stack.
      while jsonb_path_exists(items, 'strict $[*] ? (@.type() == "array")') loop
        items := (
          select jsonb_agg(leaf.value order by item.position, leaf.position)
          from jsonb_array_elements(items) with ordinality as item (value, position)
          cross join lateral jsonb_array_elements(
            case
              when item.value = '[]' then '[""]'
              when jsonb_typeof(item.value) = 'array' then item.value
              else jsonb_build_array(item.value)
            end
          ) with ordinality as leaf (value, position)
        );
      end loop;
      return (
        select coalesce(
          string_agg(
            case
              when private.json_logic_type(item.value) in ('null', 'undefined') then ''
              else private.json_logic_text(item.value)
            end,
            ',' order by item.position
          ),
          ''
        )
        from jsonb_array_elements(items) with ordinality as item (value, position)
      );
    else
      return coalesce(value #>> '{}', 'null');
  end case;
end
$$;

comment on function private.json_logic_text(jsonb) is
  'String(value): arrays joined by commas (null inside is empty), objects "[object Object]", numbers as JavaScript writes them.';

revoke execute on function private.json_logic_text(jsonb) from public;

create function private.json_logic_number(value jsonb) returns double precision
language plpgsql immutable set search_path = ''
as $$
begin
  return case private.json_logic_type(value)
    when 'number' then
      case
        when value = '1e-400' then 'NaN'
        else private.json_logic_double(value #>> '{}')
      end
    when 'null' then 0
    when 'boolean' then case when value = 'true' then 1 else 0 end
    when 'string' then private.json_logic_string_number(value #>> '{}')
    when 'array' then private.json_logic_string_number(private.json_logic_text(value))
    else 'NaN'
  end;
end
$$;

comment on function private.json_logic_number(jsonb) is
  'Number(value): null is 0, true is 1, strings and arrays are parsed whole, objects and undefined are NaN.';

revoke execute on function private.json_logic_number(jsonb) from public;

create function private.json_logic_parse_float(value jsonb) returns double precision
language plpgsql immutable set search_path = ''
as $$
declare
  literal text;
begin
  if private.json_logic_type(value) = 'number' then
    -- parseFloat reads the number's text, and minus zero is written "0".
    return private.json_logic_number(value) + 0;
  end if;
  literal := substring(
    private.json_logic_trim(private.json_logic_text(value)),
    '^[+-]?(?:Infinity|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)'
  );
  return case
    when literal is null then 'NaN'
    else private.json_logic_double(literal)
  end;
end
$$;

comment on function private.json_logic_parse_float(jsonb) is
  'parseFloat(value): the number a text begins with ("3 crates" is 3), NaN when it begins with none; null, true and "" are NaN.';

revoke execute on function private.json_logic_parse_float(jsonb) from public;

create function private.json_logic_remainder(
  dividend double precision,
  divisor double precision
) returns double precision
language plpgsql immutable set search_path = ''
as $$
declare
  operands double precision[] := array[abs(dividend), abs(divisor)];
  bits bigint;
  mantissas numeric[];
  exponents integer[];
  lowest integer;
  remainder double precision;
begin
  if dividend in ('NaN', 'Infinity', '-Infinity') or divisor = 'NaN' or divisor = 0 then
    return 'NaN';
  elsif dividend = 0 or divisor in ('Infinity', '-Infinity') then
    return dividend;
  end if;
  -- Exact, as in JavaScript: both doubles as integers times the same power of two.
  for i in 1..2 loop
    bits := ('x' || encode(float8send(operands[i]), 'hex'))::bit(64)::bigint;
    exponents[i] := greatest(bits >> 52, 1) - 1075;
    mantissas[i] := (bits & 0xfffffffffffff)
      + case when bits >> 52 = 0 then 0 else 0x10000000000000 end;
  end loop;
  lowest := least(exponents[1], exponents[2]);
  remainder := mod(
    mantissas[1] * trunc(power(2::numeric, exponents[1] - lowest)),
    mantissas[2] * trunc(power(2::numeric, exponents[2] - lowest))
  )::double precision * power(2::double precision, lowest);
  return case when dividend < 0 then -remainder else remainder end;
end
$$;

comment on function private.json_logic_remainder(double precision, double precision) is
  'dividend % divisor of two doubles, exact and with the sign of the dividend; NaN for a divisor of 0.';

revoke execute on function private.json_logic_remainder(double precision, double precision) from public;

create function private.json_logic_arithmetic(
  op text,
  a double precision,
  b double precision
) returns double precision
language plpgsql immutable set search_path = ''
as $$
begin
  case op
    when '+' then
      return a + b;
    when '-' then
      return a - b;
    when '*' then
      return a * b;
    when '%' then
      return private.json_logic_remainder(a, b);
    when '/' then
      if b <> 0 then
        return a / b;
      elsif a = 0 or a = 'NaN' then
        return 'NaN';
      end if;
      return case when (a < 0) = (b::text = '-0') then 'Infinity' else '-Infinity' end;
  end case;
exception
  -- PostgreSQL raises where a double overflows to Infinity or underflows to zero.
  when numeric_value_out_of_range then
    if op in ('+', '-') then
      return case when a > 0 then 'Infinity' else '-Infinity' end;
    elsif abs(a) > (case op when '*' then 1 else abs(b) end) then
      return case when (a < 0) = (b < 0) then 'Infinity' else '-Infinity' end;
    end if;
    return case when (a < 0) = (b < 0) then '0' else '-0' end;
end
$$;

comment on function private.json_logic_arithmetic(text, double precision, double precision) is
  'a + b, a - b, a * b, a / b, a % b on doubles as JavaScript computes them: nothing raises, out of range is Infinity or zero, x / 0 is Infinity, 0 / 0 is NaN.';

revoke execute on function private.json_logic_arithmetic(text, double precision, double precision) from public;

create function private.json_logic_code_units(value text) returns integer[]
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    select coalesce(array_agg(unit.code order by letter.position, unit.position), '{}')
    from string_to_table(value, null) with ordinality as letter (value, position)
    cross join lateral ascii(letter.value) as point
    cross join lateral unnest(
      case
        when point < 0x10000 then array[point]
        else array[0xd800 + ((point - 0x10000) >> 10), 0xdc00 + ((point - 0x10000) & 0x3ff)]
      end
    ) with ordinality as unit (code, position)
  );
end
$$;

comment on function private.json_logic_code_units(text) is
  'The UTF-16 code units of a text: what JavaScript counts, cuts and sorts strings by.';

revoke execute on function private.json_logic_code_units(text) from public;

create function private.json_logic_from_code_units(units integer[]) returns text
language plpgsql immutable set search_path = ''
as $$
begin
  return (
    select coalesce(
      string_agg(
        case
          when unit.code between 0xd800 and 0xdbff and unit.next between 0xdc00 and 0xdfff
            then chr(
              0x10000 + ((unit.code - 0xd800) << 10) + unit.next - 0xdc00
            )
          when unit.code between 0xdc00 and 0xdfff and unit.previous between 0xd800 and 0xdbff
            then ''
          when unit.code between 0xd800 and 0xdfff then E'\ufffd'
          else chr(unit.code)
        end,
        '' order by unit.position
      ),
      ''
    )
    from (
      select
        unit.code,
        unit.position,
        lead(unit.code) over by_position as next,
        lag(unit.code) over by_position as previous
      from unnest(units) with ordinality as unit (code, position)
      window by_position as (order by unit.position)
    ) as unit
  );
end
$$;

comment on function private.json_logic_from_code_units(integer[]) is
  'The text of UTF-16 code units. Half of a surrogate pair, which no PostgreSQL text can hold, becomes U+FFFD.';

revoke execute on function private.json_logic_from_code_units(integer[]) from public;

create function private.json_logic_substring(
  source text,
  start jsonb,
  count jsonb
) returns text
language plpgsql immutable set search_path = ''
as $$
declare
  units integer[] := private.json_logic_code_units(source);
  size integer := cardinality(units);
  first double precision := trunc(private.json_logic_number(start));
  length double precision := trunc(private.json_logic_number(count));
begin
  first := case
    when first = 'NaN' then 0
    when first < 0 then greatest(size + first, 0)
    else first
  end;
  length := case
    when private.json_logic_type(count) = 'undefined' then size
    when length = 'NaN' then 0
    else length
  end;
  if first >= size or length <= 0 then
    return '';
  end if;
  return private.json_logic_from_code_units(
    units[first::integer + 1 : least(first + length, size)::integer]
  );
end
$$;

comment on function private.json_logic_substring(text, jsonb, jsonb) is
  'source.substr(start, count) in UTF-16 code units: a negative start counts from the end, an undefined count takes the rest.';

revoke execute on function private.json_logic_substring(text, jsonb, jsonb) from public;

create function private.json_logic_primitive(value jsonb) returns jsonb
language plpgsql immutable set search_path = ''
as $$
begin
  if private.json_logic_type(value) in ('array', 'object') then
    return to_jsonb(private.json_logic_text(value));
  end if;
  return value;
end
$$;

comment on function private.json_logic_primitive(jsonb) is
  'What JavaScript compares and adds in place of an array or object: its text. Anything else as it is.';

revoke execute on function private.json_logic_primitive(jsonb) from public;

create function private.json_logic_identical(a jsonb, b jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
  kind text := private.json_logic_type(a);
begin
  if kind <> private.json_logic_type(b) or kind in ('array', 'object') then
    return false;
  elsif kind = 'number' then
    return private.json_logic_number(a) = private.json_logic_number(b)
      and private.json_logic_number(a) <> 'NaN';
  end if;
  return a = b;
end
$$;

comment on function private.json_logic_identical(jsonb, jsonb) is
  'a === b. Two arrays or objects are never identical, whatever they hold: jsonb has no identity.';

revoke execute on function private.json_logic_identical(jsonb, jsonb) from public;

create function private.json_logic_equal(a jsonb, b jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
  kinds text[] := array[private.json_logic_type(a), private.json_logic_type(b)];
  left_side jsonb;
  right_side jsonb;
begin
  if kinds && array['null', 'undefined'] then
    return kinds <@ array['null', 'undefined'];
  elsif kinds <@ array['array', 'object'] then
    return false;
  end if;
  left_side := private.json_logic_primitive(a);
  right_side := private.json_logic_primitive(b);
  if private.json_logic_type(left_side) = private.json_logic_type(right_side) then
    return private.json_logic_identical(left_side, right_side);
  end if;
  return private.json_logic_identical(
    private.json_logic_from_double(private.json_logic_number(left_side)),
    private.json_logic_from_double(private.json_logic_number(right_side))
  );
end
$$;

comment on function private.json_logic_equal(jsonb, jsonb) is
  'a == b: null equals only null and undefined, an array or object is compared by its text, different types as numbers.';

revoke execute on function private.json_logic_equal(jsonb, jsonb) from public;

create function private.json_logic_less(a jsonb, b jsonb, is_equal_enough boolean) returns boolean
language plpgsql immutable set search_path = ''
as $$
declare
  left_side jsonb := private.json_logic_primitive(a);
  right_side jsonb := private.json_logic_primitive(b);
  left_units integer[];
  right_units integer[];
  left_number double precision;
  right_number double precision;
begin
  if jsonb_typeof(left_side) = 'string'
    and jsonb_typeof(right_side) = 'string'
  then
    left_units := private.json_logic_code_units(left_side #>> '{}');
    right_units := private.json_logic_code_units(right_side #>> '{}');
    return left_units < right_units or (is_equal_enough and left_units = right_units);
  end if;
  left_number := private.json_logic_number(left_side);
  right_number := private.json_logic_number(right_side);
  if left_number = 'NaN' or right_number = 'NaN' then
    return false;
  end if;
  return left_number < right_number or (is_equal_enough and left_number = right_number);
end
$$;

comment on function private.json_logic_less(jsonb, jsonb, boolean) is
  'a < b, or a <= b when equal is enough: two texts by UTF-16 code units, anything else as numbers; NaN is neither less nor equal.';

revoke execute on function private.json_logic_less(jsonb, jsonb, boolean) from public;

create function private.json_logic_property(value jsonb, name text) returns jsonb
language plpgsql immutable set search_path = ''
as $$
declare
  is_index boolean := name ~ '^(0|[1-9][0-9]{0,8})$';
  units integer[];
begin
  case private.json_logic_type(value)
    when 'object' then
      return coalesce(value -> name, private.json_logic_undefined());
    when 'array' then
      if name = 'length' then
        return to_jsonb(jsonb_array_length(value));
      elsif is_index then
        return coalesce(value -> name::integer, private.json_logic_undefined());
      end if;
    when 'string' then
      units := private.json_logic_code_units(value #>> '{}');
      if name = 'length' then
        return to_jsonb(cardinality(units));
      elsif is_index and name::integer < cardinality(units) then
        return to_jsonb(
          private.json_logic_from_code_units(units[name::integer + 1 : name::integer + 1])
        );
      end if;
    else
      null;
  end case;
  return private.json_logic_undefined();
end
$$;

comment on function private.json_logic_property(jsonb, text) is
  'value[name]: a field, an array element or letter by its index, the length of an array or text; undefined otherwise. JavaScript''s built-in methods ("constructor", "map") are not values here.';

revoke execute on function private.json_logic_property(jsonb, text) from public;

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
