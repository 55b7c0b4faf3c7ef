-- Family 01, platform: one form for every telephone number, however people write it.

create table private.phone_countries (
  country text primary key,
  calling_code text not null,
  trunk_prefix text not null,
  shortest integer not null,
  longest integer not null
);
create index phone_countries_calling_code on private.phone_countries (calling_code);
select private.force_policies('private.phone_countries');
comment on table private.phone_countries is
  'How each country (ISO 3166, two letters) numbers its telephones: its calling code, what is dialled before a number within the country, and how many digits a number has without either. Reference data.';

insert into private.phone_countries (country, calling_code, trunk_prefix, shortest, longest)
select c, n.calling_code, n.trunk_prefix, n.shortest, n.longest
from (values
  ('AG AI AS BB BM BS DM DO GD GU JM KN KY LC MP MS PR SX TC TT US VC VG VI', '1', '1', 10, 10), ('CA', '1', '1', 7, 10), ('EG', '20', '0', 8, 10),
  ('SS', '211', '0', 9, 9), ('EH MA', '212', '0', 9, 9), ('DZ', '213', '0', 8, 9), ('TN', '216', '', 8, 8), ('LY', '218', '0', 9, 9),
  ('GM', '220', '', 7, 9), ('SN', '221', '', 9, 9), ('MR', '222', '', 8, 8), ('ML', '223', '', 8, 8), ('GN', '224', '', 8, 9), ('CI', '225', '', 10, 10),
  ('BF', '226', '', 8, 8), ('NE', '227', '', 8, 8), ('TG', '228', '', 8, 8), ('BJ', '229', '', 10, 10), ('MU', '230', '', 7, 10),
  ('LR', '231', '0', 7, 9), ('SL', '232', '0', 8, 8), ('GH', '233', '0', 8, 9), ('NG', '234', '0', 10, 14), ('TD', '235', '', 8, 8),
  ('CF', '236', '', 8, 8), ('CM', '237', '', 8, 9), ('CV', '238', '', 7, 7), ('ST', '239', '', 7, 7), ('GQ', '240', '', 9, 9), ('GA', '241', '', 7, 8),
  ('CG', '242', '', 9, 9), ('CD', '243', '0', 7, 10), ('AO', '244', '', 9, 9), ('GW', '245', '', 7, 9), ('IO', '246', '', 7, 7), ('AC', '247', '', 5, 6),
  ('SC', '248', '', 7, 7), ('SD', '249', '0', 9, 9), ('RW', '250', '0', 8, 9), ('ET', '251', '0', 9, 9), ('SO', '252', '0', 6, 9),
  ('DJ', '253', '', 8, 8), ('KE', '254', '0', 7, 10), ('TZ', '255', '0', 9, 9), ('UG', '256', '0', 9, 9), ('BI', '257', '', 8, 8),
  ('MZ', '258', '', 8, 9), ('ZM', '260', '0', 9, 9), ('MG', '261', '0', 9, 9), ('RE YT', '262', '0', 9, 9), ('ZW', '263', '0', 7, 10),
  ('NA', '264', '0', 8, 9), ('MW', '265', '0', 7, 9), ('LS', '266', '', 8, 8), ('BW', '267', '', 7, 10), ('SZ', '268', '', 8, 9),
  ('KM', '269', '', 7, 7), ('ZA', '27', '0', 5, 10), ('TA', '290', '', 4, 4), ('SH', '290', '', 4, 5), ('ER', '291', '0', 7, 7), ('AW', '297', '', 7, 7),
  ('FO', '298', '', 6, 6), ('GL', '299', '', 6, 6), ('GR', '30', '', 10, 12), ('NL', '31', '0', 5, 11), ('BE', '32', '0', 8, 9), ('FR', '33', '0', 9, 9),
  ('ES', '34', '', 9, 9), ('GI', '350', '', 8, 8), ('PT', '351', '', 9, 9), ('LU', '352', '', 4, 11), ('IE', '353', '0', 7, 10), ('IS', '354', '', 7, 9),
  ('AL', '355', '0', 6, 9), ('MT', '356', '', 8, 8), ('CY', '357', '', 8, 8), ('AX FI', '358', '0', 5, 12), ('BG', '359', '0', 6, 12),
  ('HU', '36', '06', 8, 9), ('LT', '370', '0', 8, 8), ('LV', '371', '', 8, 8), ('EE', '372', '', 7, 10), ('MD', '373', '0', 8, 8),
  ('AM', '374', '0', 8, 8), ('BY', '375', '8', 6, 11), ('AD', '376', '', 6, 9), ('MC', '377', '0', 8, 9), ('SM', '378', '', 8, 10),
  ('UA', '380', '0', 9, 10), ('RS', '381', '0', 6, 12), ('ME', '382', '0', 8, 9), ('XK', '383', '0', 8, 12), ('HR', '385', '0', 7, 9),
  ('SI', '386', '0', 5, 8), ('BA', '387', '0', 8, 9), ('MK', '389', '0', 8, 8), ('IT VA', '39', '', 6, 12), ('RO', '40', '0', 6, 9),
  ('CH', '41', '0', 9, 12), ('CZ', '420', '', 9, 12), ('SK', '421', '0', 6, 9), ('LI', '423', '0', 7, 9), ('AT', '43', '0', 4, 13),
  ('IM JE', '44', '0', 10, 10), ('GB GG', '44', '0', 7, 10), ('DK', '45', '', 8, 8), ('SE', '46', '0', 6, 12), ('NO SJ', '47', '', 5, 8),
  ('PL', '48', '', 6, 10), ('DE', '49', '0', 4, 15), ('FK', '500', '', 5, 5), ('BZ', '501', '', 7, 11), ('GT', '502', '', 8, 11),
  ('SV', '503', '', 7, 11), ('HN', '504', '', 8, 11), ('NI', '505', '', 8, 8), ('CR', '506', '', 8, 10), ('PA', '507', '', 7, 11),
  ('PM', '508', '0', 6, 9), ('HT', '509', '', 8, 8), ('PE', '51', '0', 8, 9), ('MX', '52', '', 10, 10), ('CU', '53', '0', 6, 10),
  ('AR', '54', '0', 10, 11), ('BR', '55', '0', 8, 11), ('CL', '56', '', 9, 11), ('CO', '57', '0', 8, 11), ('VE', '58', '0', 10, 10),
  ('BL GP MF', '590', '0', 9, 9), ('BO', '591', '0', 8, 9), ('GY', '592', '', 7, 7), ('EC', '593', '0', 8, 11), ('GF', '594', '0', 9, 9),
  ('PY', '595', '0', 6, 11), ('MQ', '596', '0', 9, 9), ('SR', '597', '', 6, 7), ('UY', '598', '0', 4, 13), ('BQ', '599', '', 7, 7),
  ('CW', '599', '', 7, 8), ('MY', '60', '0', 8, 10), ('AU', '61', '0', 5, 12), ('CC CX', '61', '0', 6, 12), ('ID', '62', '0', 7, 17),
  ('PH', '63', '0', 6, 13), ('NZ', '64', '0', 5, 10), ('SG', '65', '', 8, 11), ('TH', '66', '0', 8, 13), ('TL', '670', '', 7, 8),
  ('NF', '672', '', 6, 6), ('BN', '673', '', 7, 7), ('NR', '674', '', 7, 7), ('PG', '675', '', 7, 8), ('TO', '676', '', 5, 7), ('SB', '677', '', 5, 7),
  ('VU', '678', '', 5, 7), ('FJ', '679', '', 7, 11), ('PW', '680', '', 7, 7), ('WF', '681', '', 6, 9), ('CK', '682', '', 5, 5), ('NU', '683', '', 4, 7),
  ('WS', '685', '', 5, 10), ('KI', '686', '0', 5, 8), ('NC', '687', '', 6, 6), ('TV', '688', '', 5, 7), ('PF', '689', '', 6, 9), ('TK', '690', '', 4, 7),
  ('FM', '691', '', 7, 7), ('MH', '692', '1', 7, 7), ('KZ RU', '7', '8', 10, 14), ('JP', '81', '0', 8, 17), ('KR', '82', '0', 5, 14),
  ('VN', '84', '0', 7, 10), ('KP', '850', '0', 8, 10), ('HK', '852', '', 5, 11), ('MO', '853', '', 7, 8), ('KH', '855', '0', 8, 10),
  ('LA', '856', '0', 8, 10), ('CN', '86', '0', 7, 12), ('BD', '880', '0', 6, 10), ('TW', '886', '0', 7, 11), ('TR', '90', '0', 7, 13),
  ('IN', '91', '0', 8, 13), ('PK', '92', '0', 8, 12), ('AF', '93', '0', 9, 9), ('LK', '94', '0', 9, 9), ('MM', '95', '0', 6, 10),
  ('MV', '960', '', 7, 10), ('LB', '961', '0', 7, 8), ('JO', '962', '0', 8, 9), ('SY', '963', '0', 8, 9), ('IQ', '964', '0', 8, 10),
  ('KW', '965', '', 7, 8), ('SA', '966', '0', 9, 10), ('YE', '967', '0', 7, 9), ('OM', '968', '', 7, 9), ('PS', '970', '0', 8, 10),
  ('AE', '971', '0', 5, 12), ('IL', '972', '0', 7, 12), ('BH', '973', '', 8, 8), ('QA', '974', '', 7, 11), ('BT', '975', '', 7, 8),
  ('MN', '976', '0', 8, 10), ('NP', '977', '0', 8, 11), ('IR', '98', '0', 4, 10), ('TJ', '992', '', 9, 9), ('TM', '993', '8', 8, 8),
  ('AZ', '994', '0', 9, 9), ('GE', '995', '0', 9, 9), ('KG', '996', '0', 9, 10), ('UZ', '998', '', 9, 9)) as n (countries, calling_code, trunk_prefix, shortest, longest)
cross join lateral pg_catalog.string_to_table(n.countries, ' ') c;

create function private.without_trunk(number text, dialled private.phone_countries, is_at_home boolean) returns text
language sql immutable set search_path = ''
as $$
  -- No number begins with a 0 where 0 is the prefix; another prefix may begin a number, too, and is dialled at home only.
  select case
    when dialled.trunk_prefix <> '' and pg_catalog.starts_with(number, dialled.trunk_prefix)
      and (pg_catalog.starts_with(number, '0') or (is_at_home and pg_catalog.length(number) > dialled.shortest))
    then pg_catalog.substr(number, pg_catalog.length(dialled.trunk_prefix) + 1) else number end
$$;
comment on function private.without_trunk(text, private.phone_countries, boolean) is 'A number within a country without the prefix that is dialled there before it.';

create function private.abroad(digits text) returns private.phone_countries
language sql stable security definer set search_path = ''
as $$
  -- One calling code never begins another; where countries share one, the most generous lengths count.
  select pg_catalog.min(p.country), p.calling_code, pg_catalog.max(p.trunk_prefix), pg_catalog.min(p.shortest), pg_catalog.max(p.longest)
  from private.phone_countries p
  where p.calling_code in (pg_catalog.left(digits, 1), pg_catalog.left(digits, 2), pg_catalog.left(digits, 3))
  group by p.calling_code
$$;
comment on function private.abroad(text) is 'The numbering of the country whose calling code these digits begin with; null when there is none.';

create function private.whole_number(typed text, home private.phone_countries, out dialled private.phone_countries, out number text)
language plpgsql stable security definer set search_path = ''
as $$
declare
  digits constant text := pg_catalog.regexp_replace(typed, '[^0-9]', '', 'g');
  rest text;
begin
  if typed ~ '^\s*(\+|00)' then
    number := pg_catalog.ltrim(digits, '0');
  elsif pg_catalog.starts_with(digits, home.calling_code) then
    rest := private.without_trunk(pg_catalog.substr(digits, pg_catalog.length(home.calling_code) + 1), home, false);
    if pg_catalog.length(rest) between home.shortest and home.longest and (home.trunk_prefix <> '' or pg_catalog.length(digits) > home.longest) then
      number := digits;
    end if;
  end if;
  if number is null and (home.country is null or pg_catalog.length(private.without_trunk(digits, home, true)) > home.longest) then
    number := digits;
  end if;
  if number is null then
    dialled := home;
    number := private.without_trunk(digits, home, true);
  else
    dialled := private.abroad(number);
    number := private.without_trunk(pg_catalog.substr(number, pg_catalog.length(dialled.calling_code) + 1), dialled, false);
  end if;
end
$$;
comment on function private.whole_number(text, private.phone_countries) is
  'What was typed of a telephone number, as a country and the number within it: with a plus, with 00, with the calling code alone, or as it is dialled at home.';

create function private.normal_phone(typed text, country text) returns text
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  home private.phone_countries;
  found record;
begin
  if typed !~ '^[0-9+ ().\-/\u00a0]+$' or pg_catalog.length(typed) > 40 then
    return null;
  end if;
  select * into home from private.phone_countries p where p.country = normal_phone.country;
  found := private.whole_number(typed, home);
  if pg_catalog.length(found.number) between (found.dialled).shortest and (found.dialled).longest
    and pg_catalog.length((found.dialled).calling_code || found.number) between 7 and 15 then
    return '+' || (found.dialled).calling_code || found.number;
  end if;
  return null;
end
$$;
comment on function private.normal_phone(text, text) is
  'A telephone number in its one form, E.164: 0712 345 678, 254712…, 00254…, +254 (0)712… are all +254712345678 for somebody in KE. Null for what is no telephone number. Without a country only international forms are understood.';

create function private.phone_parts(typed text, country text) returns text[]
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  home private.phone_countries;
  digits constant text := pg_catalog.regexp_replace(typed, '[^0-9]', '', 'g');
  found record;
begin
  if typed !~ '^[0-9+ ().\-/\u00a0]+$' or pg_catalog.length(digits) not between 3 and 20 then
    return '{}';
  end if;
  select * into home from private.phone_countries p where p.country = phone_parts.country;
  found := private.whole_number(typed, home);
  return array(
    select distinct d from pg_catalog.unnest(array[digits, (found.dialled).calling_code || found.number]) d where d <> ''
  );
end
$$;
comment on function private.phone_parts(text, text) is
  'Digits of which a telephone number that somebody looks for has at least one part: those typed, and what they mean in international form. None for what is no part of a number.';

create function private.reference_key(reference text) returns text
language sql immutable parallel safe
return nullif(pg_catalog.upper(pg_catalog.regexp_replace(reference, '[^[:alnum:]]', '', 'g')), '');
comment on function private.reference_key(text) is 'Letters and digits of a reference, in capitals, by which it is compared: qk7 ab-12 is QK7AB12. Null when there are none.';
