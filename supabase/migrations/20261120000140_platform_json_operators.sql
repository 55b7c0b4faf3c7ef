-- Family 01, platform: JSON Logic, what its operators do with values.

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
