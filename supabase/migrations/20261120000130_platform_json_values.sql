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
