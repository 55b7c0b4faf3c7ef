-- Family 10, messaging: customers order by writing. What they wrote is matched with the company's own catalogue, told
-- back with its price, and ordered when they say yes.

alter table public.channels add column takes_orders boolean not null default false;
comment on column public.channels.takes_orders is 'Whether what known customers write here as an order is answered with what it costs and, when they agree, ordered.';

create type public.order_request_status as enum ('asking', 'proposed', 'ordered', 'cancelled', 'left', 'expired');

create table public.order_requests (
  id uuid not null default private.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  customer_id uuid not null,
  message_id uuid not null,
  order_id uuid,
  status public.order_request_status not null default 'asking',
  is_open boolean not null generated always as (status in ('asking', 'proposed')) stored,
  lines jsonb not null,
  total numeric(14,2),
  requested_on date,
  problem text,
  answers integer not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references public.conversations (tenant_id, id),
  foreign key (tenant_id, customer_id) references public.customers (tenant_id, id),
  foreign key (tenant_id, message_id) references public.messages (tenant_id, id),
  foreign key (tenant_id, order_id) references public.orders (tenant_id, id),
  constraint a_proposal_has_its_order check (status not in ('proposed', 'ordered') or order_id is not null),
  constraint total_is_bounded check (total between 0 and 999999999999.99),
  constraint left_for_a_reason check ((status = 'left') = (problem is not null))
);
create unique index order_requests_open on public.order_requests (tenant_id, conversation_id) where is_open;
create index order_requests_conversation on public.order_requests (tenant_id, conversation_id, created_at desc);
create index order_requests_customer on public.order_requests (tenant_id, customer_id);
create index order_requests_message on public.order_requests (tenant_id, message_id);
create index order_requests_order on public.order_requests (tenant_id, order_id);
create index order_requests_waiting on public.order_requests (updated_at) where is_open;
comment on table public.order_requests is 'What was understood of an order that a customer wrote, and what became of it; one open request per conversation. Written by what he writes.';
comment on column public.order_requests.message_id is 'The last of his messages that said something of it.';
comment on column public.order_requests.order_id is 'Its draft, which is submitted when he says yes.';
comment on column public.order_requests.status is 'asking: he was asked what he means; proposed: he was told what it costs; ordered; cancelled by him; left: to people, problem says why; expired: he did not answer for a day.';
comment on column public.order_requests.lines is '[{said, product_id, pack_id, quantity, is_counted, choices}]: his words, what they were taken for (a product, a pack of it or the base unit, how many), whether he gave a number, if only in a unit in which it is not sold, and, where it is not clear, the ids of the products that they may mean.';
comment on column public.order_requests.total is 'What he was told that it costs, with tax.';
comment on column public.order_requests.problem is 'Key of the error (docs/errors.md) because of which people go on with it.';
select private.manage_part('public.order_requests', 'conversation_id', 'status', 'order_id', 'problem');

------------------------------------------------------------------------------------------------
-- Words
------------------------------------------------------------------------------------------------

create table private.number_words (word text primary key, value numeric(5,1) not null, constraint value_is_small check (value between 0 and 1000));
select private.force_policies('private.number_words');
comment on table private.number_words is 'Numbers as customers write them in English and Swahili.';
insert into private.number_words values
  ('one', 1), ('two', 2), ('three', 3), ('four', 4), ('five', 5), ('six', 6), ('seven', 7), ('eight', 8), ('nine', 9), ('ten', 10),
  ('eleven', 11), ('twelve', 12), ('fifteen', 15), ('twenty', 20), ('thirty', 30), ('forty', 40), ('fifty', 50), ('hundred', 100), ('half', 0.5),
  ('moja', 1), ('mbili', 2), ('mawili', 2), ('viwili', 2), ('tatu', 3), ('matatu', 3), ('vitatu', 3), ('nne', 4), ('manne', 4), ('vinne', 4), ('tano', 5), ('matano', 5),
  ('vitano', 5), ('sita', 6), ('saba', 7), ('nane', 8), ('manane', 8), ('tisa', 9), ('kumi', 10), ('ishirini', 20), ('thelathini', 30), ('arobaini', 40), ('hamsini', 50),
  ('mia', 100), ('nusu', 0.5), ('dozen', 12), ('dazeni', 12);

create table private.unit_words (word text primary key, unit text not null);
select private.force_policies('private.unit_words');
comment on table private.unit_words is 'Units as customers write them in English and Swahili; all words of one unit are the same.';
insert into private.unit_words
select w, u.unit from (values
  ('crate', '{crate,crates,creti,kreti,makreti}'), ('carton', '{carton,cartons,ctn,ctns,katoni}'), ('box', '{box,boxes,boksi,maboksi,sanduku,masanduku}'),
  ('bottle', '{bottle,bottles,btl,btls,chupa,machupa}'), ('piece', '{piece,pieces,pc,pcs,kipande,vipande}'), ('pack', '{pack,packs,packet,packets,pakiti,mapakiti}'),
  ('tray', '{tray,trays,trei}'), ('pallet', '{pallet,pallets,paleti}'), ('cylinder', '{cylinder,cylinders,mtungi,mitungi,silinda}'), ('bag', '{bag,bags,gunia,magunia,mfuko,mifuko}'),
  ('kg', '{kg,kgs,kilo,kilos}'), ('litre', '{litre,litres,liter,liters,ltr,ltrs,lita}'), ('bale', '{bale,bales,marobota,robota}'), ('jerrycan', '{jerrycan,jerrycans,mtungi-wa-plastiki,jerikani}')
) as u (unit, words) cross join lateral pg_catalog.unnest(u.words::text[]) w;

create function private.unit_meant(word text) returns text
language sql stable set search_path = ''
as $$
  select coalesce((select u.unit from private.unit_words u where u.word = pg_catalog.lower(pg_catalog.btrim(unit_meant.word))), pg_catalog.lower(pg_catalog.btrim(unit_meant.word)))
$$;
comment on function private.unit_meant(text) is 'A unit in its one form: kreti and crates are crate; a word that is no known unit stays.';

create function private.sizes_in(words text, with_numbers boolean) returns text[]
language sql immutable set search_path = ''
as $$
  select coalesce(pg_catalog.array_agg(distinct s), '{}') from (
    select case when m[2] ~ '^(k|g)' then 'w' else 'v' end
      || pg_catalog.trim_scale(pg_catalog.replace(m[1], ',', '.')::numeric * case when m[2] = 'ml' or m[2] ~ '^g' then 1 when m[2] = 'cl' then 10 else 1000 end) as s
    from pg_catalog.regexp_matches(pg_catalog.lower(words), '(\d{1,6}(?:[.,]\d{1,3})?)\s*(ml|cl|ltrs?|litres?|liters?|lita|lt|l|kgs?|kilos?|gms?|g)\M', 'g') m
    union all
    select 'n' || pg_catalog.trim_scale(pg_catalog.replace(n[1], ',', '.')::numeric)
    from pg_catalog.regexp_matches(pg_catalog.lower(words), case when with_numbers then '(\d{1,6}(?:[.,]\d{1,3})?)' else '(?:^|\s)(\d{1,6}(?:[.,]\d{1,3})?)(?=\s|$)' end, 'g') n
  ) sizes
$$;
comment on function private.sizes_in(text, boolean) is
  'The sizes that a text names, volumes in ml and weights in g: v300, w6000; and its numbers: n300, with_numbers also those of its sizes, else only those that stand alone.';

create type private.order_part as (said text, removes boolean, quantity numeric, unit text, words text);
comment on type private.order_part is 'A part of what a customer wrote: his words, whether he wants it no more, how many of which unit (private.unit_words), and what is left to name the product.';

create function private.order_part_of(said text) returns private.order_part
language plpgsql stable set search_path = ''
as $$
declare
  part private.order_part;
  tokens text[];
  numbers numeric[];
  place integer;
  unit_at integer;
begin
  part.said := pg_catalog.btrim(said);
  part.removes := part.said ~ '^(no|without|remove|minus|ondoa|bila|toa|sitaki)\M';
  tokens := array(
    select t from pg_catalog.regexp_split_to_table(
      -- A size is one word; 2x and x2 are 2.
      pg_catalog.regexp_replace(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
        pg_catalog.regexp_replace(part.said, '^(no|without|remove|minus|ondoa|bila|toa|sitaki)\M', ''),
        '(\d+(?:[.,]\d+)?)\s*(ml|cl|ltrs?|litres?|liters?|lita|lt|l|kgs?|kilos?|gms?|g)\M', '\1\2', 'g'),
        '(\d)\s*[x*](?=\s|$)', '\1 ', 'g'), '(^|\s)[x*]\s*(?=\d)', '\1', 'g'), '\s+') t
    where t <> '' and t !~ ('^(please|pls|plz|kindly|tafadhali|hi|hello|hey|habari|hujambo|niaje|sasa|good|morning|afternoon|evening|thanks|thank|you|asante|sana|send|bring|deliver|add|'
      || 'make|it|me|us|i|we|want|need|would|like|to|order|get|give|a|an|some|the|of|for|my|our|by|on|naomba|nataka|tunataka|tunaomba|nahitaji|tunahitaji|niletee|tuletee|leteni|mniletee|mtuletee|'
      || 'agiza|kuagiza|ongeza|za|ya|wa|la|cha|vya|kwa)$')
  );
  numbers := array(
    select case when t ~ '^\d{1,6}([.,]\d{1,3})?$' then pg_catalog.replace(t, ',', '.')::numeric else (select n.value from private.number_words n where n.word = t) end
    from pg_catalog.unnest(tokens) with ordinality as u (t, i) order by i
  );
  -- The number beside a unit, else the first word, else the last, else any.
  select i into place
  from pg_catalog.generate_subscripts(numbers, 1) i
  where numbers[i] is not null
  order by (exists (select from private.unit_words u where u.word in (tokens[i + 1], tokens[i - 1])) or numbers[i + 1] = 12) desc, (i = 1) desc, i desc
  limit 1;
  if place is not null then
    part.quantity := numbers[place];
    tokens[place] := '';
    if numbers[place + 1] = 12 and tokens[place + 1] in ('dozen', 'dazeni') then
      part.quantity := part.quantity * 12;
      tokens[place + 1] := '';
    end if;
    select i into unit_at from pg_catalog.generate_subscripts(tokens, 1) i
    where i in (place - 1, place + 1) and exists (select from private.unit_words u where u.word = tokens[i]) order by i desc limit 1;
    if unit_at is not null then
      part.unit := private.unit_meant(tokens[unit_at]);
      tokens[unit_at] := '';
    end if;
  end if;
  part.words := pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.array_to_string(tokens, ' '), '\s+', ' ', 'g'));
  return part;
end
$$;
comment on function private.order_part_of(text) is 'Reads one part of an order as a customer wrote it, in small letters: "2 crates cola 300 ml", "soda kreti mbili", "water x3", "no tonic".';

create function private.order_parts(written text) returns setof private.order_part
language plpgsql stable set search_path = ''
as $$
declare
  plain text := pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.left(written, 2000)), '[×✕]', 'x', 'g');
  number record;
begin
  -- Kumi na mbili is a number, not two things.
  for number in select n.word, n.value from private.number_words n where n.value between 1 and 9 loop
    plain := pg_catalog.regexp_replace(plain, '\mkumi na ' || number.word || '\M', (10 + number.value)::text, 'g');
    plain := pg_catalog.regexp_replace(plain, '\mishirini na ' || number.word || '\M', (20 + number.value)::text, 'g');
  end loop;
  return query
  select (private.order_part_of(p)).*
  from pg_catalog.regexp_split_to_table(plain, '[;\n+&]|(?<!\d),|,(?!\d)|[!?]|\.(?!\d)|\m(?:and|na|plus|pia|also|then|halafu)\M') with ordinality as t (p, i)
  where pg_catalog.btrim(p) <> '' order by i limit 50;
end
$$;
comment on function private.order_parts(text) is 'The parts of what a customer wrote, at most fifty.';

create function private.products_meant(buyer public.customers, words text) returns table (product_id uuid, score numeric)
language plpgsql stable security definer set search_path = '' set pg_trgm.word_similarity_threshold = 0.5
as $$
#variable_conflict use_column
declare
  tenant constant uuid := buyer.tenant_id;
  sizes constant text[] := private.sizes_in(words, false);
  plain constant text := pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(words,
    '(\d+(?:[.,]\d+)?)\s*(ml|cl|ltrs?|litres?|liters?|lita|lt|l|kgs?|kilos?|gms?|g)\M|(?:^|\s)\d+(?:[.,]\d+)?(?=\s|$)', ' ', 'g'), '\s+', ' ', 'g'));
begin
  return query
  with named as (
    select p.id, 1.1 as likeness from public.products p where p.tenant_id = tenant and p.sku = pg_catalog.upper(words)
    union all
    select w.product_id, 1.05 from public.product_words w where w.tenant_id = tenant and ' ' || words || ' ' like '% ' || w.word || ' %'
    union all
    select p.id, extensions.word_similarity(plain, p.name || ' ' || p.sku)::numeric
    from public.products p where p.tenant_id = tenant and plain <> '' and plain operator(extensions.<%) (p.name || ' ' || p.sku)
    union all
    -- Only a size: which of what he buys is it?
    select p.id, 0.7 from public.products p where p.tenant_id = tenant and plain = '' and sizes <> '{}' and sizes <@ private.sizes_in(p.name, true)
  ), bought as (
    select distinct i.product_id
    from (select o.id from public.orders o where o.tenant_id = tenant and o.customer_id = buyer.id and o.status not in ('draft', 'cancelled', 'rejected') order by o.created_at desc limit 6) o
    join public.order_items i on i.tenant_id = tenant and i.order_id = o.id
  )
  select p.id, pg_catalog.round(max(n.likeness * case when sizes <@ private.sizes_in(p.name, true) then 1 else 0.5 end)
    + case when exists (select from bought b where b.product_id = p.id) then 0.2 else 0 end, 3) as score
  from named n join public.products p on p.tenant_id = tenant and p.id = n.id and p.is_active
  where not exists (select from public.products f where f.tenant_id = tenant and f.container_product_id = p.id)
  group by p.id, p.name
  having max(n.likeness * case when sizes <@ private.sizes_in(p.name, true) then 1 else 0.5 end) >= 0.5
  order by score desc, p.name limit 9;
end
$$;
comment on function private.products_meant(public.customers, text) is
  'The products of the company that these words may name, the likeliest first, score from 0.5: by SKU, by the names that customers give them (public.product_words), by likeness of the name; a size that does not fit halves it, and what the customer bought lately is likelier. Empties are not meant.';

create type private.read_order as (lines jsonb, removed uuid[], repeats text, requested_on date, unknown text[]);
comment on type private.read_order is
  'What was understood of a text: lines as in public.order_requests, the products that he wants no more, whether it repeats his last order (last) or what he usually orders (usual), the day he named, and the words that name nothing.';

create function private.read_order_text(buyer public.customers, written text) returns private.read_order
language plpgsql stable security definer set search_path = ''
as $$
declare
  tenant constant uuid := buyer.tenant_id;
  today constant date := private.tenant_today(tenant);
  small text := ' ' || pg_catalog.lower(pg_catalog.left(written, 2000)) || ' ';
  found_order private.read_order;
  part private.order_part;
  meant uuid[];
  best numeric;
  product public.products;
  pack uuid;
  counted numeric;
  weekday integer;
begin
  found_order.lines := '[]';
  found_order.removed := '{}';
  found_order.unknown := '{}';
  found_order.repeats := case when small ~ '\m(usual|kawaida)\M' then 'usual'
    when small ~ '\m(same|again)\M|\mvile ?vile\M|\mkama (wiki|juzi|jana|mara)\M' then 'last' end;
  small := pg_catalog.regexp_replace(small, '\m(same|again|the usual|usual|as usual|kama kawaida|kawaida|vile ?vile)\M|\m(as |like )?(last|my last) (week|time|order|month)\M|\mkama wiki (iliyopita|jana)\M|\mwiki iliyopita\M|\mmara ya mwisho\M', ',', 'g');
  found_order.requested_on := case
    when small ~ '\mkesho kutwa\M|\mday after tomorrow\M' then today + 2 when small ~ '\m(tomorrow|kesho)\M' then today + 1 when small ~ '\m(today|leo)\M' then today end;
  if found_order.requested_on is null then
    select d.n into weekday from (values (1, 'monday|jumatatu'), (2, 'tuesday|jumanne'), (3, 'wednesday|jumatano'), (4, 'thursday|alhamisi'), (5, 'friday|ijumaa'), (6, 'saturday|jumamosi'), (7, 'sunday|jumapili')) as d (n, names)
    where small ~ ('\m(' || d.names || ')\M') limit 1;
    found_order.requested_on := today + (weekday - extract(isodow from today)::integer + 6) % 7 + 1;
  end if;
  small := pg_catalog.regexp_replace(small, '\m(day after tomorrow|kesho kutwa|tomorrow|kesho|today|leo|next|siku ya|monday|jumatatu|tuesday|jumanne|wednesday|jumatano|thursday|alhamisi|friday|ijumaa|saturday|jumamosi|sunday|jumapili)\M', ' ', 'g');
  for part in select * from private.order_parts(small) loop
    continue when part.words = '';
    select pg_catalog.array_agg(m.product_id order by m.score desc), max(m.score) into meant, best from private.products_meant(buyer, part.words) m;
    if meant is null then
      if part.quantity is not null then
        found_order.unknown := found_order.unknown || part.said;
      end if;
      continue;
    end if;
    meant := array(select m.product_id from private.products_meant(buyer, part.words) m where m.score > best - 0.15 order by m.score desc);
    if part.removes then
      found_order.removed := found_order.removed || meant;
      continue;
    end if;
    product := null;
    pack := null;
    counted := part.quantity;
    if pg_catalog.cardinality(meant) = 1 then
      select * into product from public.products p where p.tenant_id = tenant and p.id = meant[1];
      if part.unit is not null and part.unit <> private.unit_meant(product.unit) then
        select k.id into pack from public.product_packs k
        where k.tenant_id = tenant and k.product_id = product.id and private.unit_meant(k.name) = part.unit order by k.factor limit 1;
        -- In a unit in which it is not sold: he is asked how many.
        counted := case when pack is not null then part.quantity end;
      end if;
    end if;
    found_order.lines := found_order.lines || pg_catalog.jsonb_build_array(pg_catalog.jsonb_build_object('said', part.said, 'product_id', product.id, 'pack_id', pack,
      'quantity', counted, 'is_counted', part.quantity is not null, 'choices', case when product.id is null then pg_catalog.to_jsonb(meant) end));
  end loop;
  return found_order;
end
$$;
comment on function private.read_order_text(public.customers, text) is 'What a customer''s text says of an order, in English or Swahili.';

create function private.read_basket(buyer public.customers, basket jsonb) returns private.read_order
language sql stable security definer set search_path = ''
as $$
  -- The basket's own prices are not read: what it costs is said here.
  select row(
    coalesce((select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('said', i ->> 'product_retailer_id', 'product_id', p.id, 'pack_id', null,
        'quantity', case when i ->> 'quantity' ~ '^\d{1,6}(\.\d{1,3})?$' then (i ->> 'quantity')::numeric end, 'choices', null))
      from pg_catalog.jsonb_path_query(basket, 'lax $.product_items[*]') i
      join public.products p on p.tenant_id = buyer.tenant_id and p.sku = i ->> 'product_retailer_id' and p.is_active), '[]'),
    '{}'::uuid[], null, null,
    array(select pg_catalog.left(i ->> 'product_retailer_id', 60) from pg_catalog.jsonb_path_query(basket, 'lax $.product_items[*]') i
      where not exists (select from public.products p where p.tenant_id = buyer.tenant_id and p.sku = i ->> 'product_retailer_id' and p.is_active))
  )::private.read_order
$$;
comment on function private.read_basket(public.customers, jsonb) is 'A basket of WhatsApp''s catalogue, {product_items [{product_retailer_id, quantity}]}, whose ids are our SKUs.';

------------------------------------------------------------------------------------------------
-- What he is told
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, body) values
  ('order_request.proposed', 'whatsapp', 'en', E'{customer}, we understood:\n{products}\nTotal {total}. Deposit for empties that you do not give back: {deposit}. Delivery {date}.\nAnswer YES to order, NO to cancel, or write what to change.'),
  ('order_request.proposed', 'whatsapp', 'sw', E'{customer}, tumeelewa hivi:\n{products}\nJumla {total}. Amana ya chupa na kreti ambazo hurudishi: {deposit}. Itafika {date}.\nJibu NDIYO kuagiza, HAPANA kufuta, au andika unachobadilisha.'),
  ('order_request.which', 'whatsapp', 'en', E'Which one do you mean by "{products}"?\n{choices}\nAnswer with the number.'),
  ('order_request.which', 'whatsapp', 'sw', E'Unamaanisha ipi kwa "{products}"?\n{choices}\nJibu kwa namba.'),
  ('order_request.how_many', 'whatsapp', 'en', 'How many of {products}? Answer with a number.'),
  ('order_request.how_many', 'whatsapp', 'sw', 'Ungependa ngapi za {products}? Jibu kwa namba.'),
  ('order_request.ordered', 'whatsapp', 'en', 'Thank you, {customer}. Your order {number} of {total} is with us, for {date}. {company}'),
  ('order_request.ordered', 'whatsapp', 'sw', 'Asante, {customer}. Tumepokea oda yako {number} ya {total}, ya tarehe {date}. {company}'),
  ('order_request.cancelled', 'whatsapp', 'en', 'Nothing was ordered. Write again whenever you need something. {company}'),
  ('order_request.cancelled', 'whatsapp', 'sw', 'Hakuna kilichoagizwa. Tuandikie tena wakati wowote. {company}'),
  ('order_request.left', 'whatsapp', 'en', 'We could not take this order by message. {reason} A colleague will answer you here. {company}'),
  ('order_request.left', 'whatsapp', 'sw', 'Hatukuweza kupokea oda hii kwa ujumbe. {reason} Mwenzetu atakujibu hapa. {company}');

create function private.text_about(tenant uuid, wished text, about text, names jsonb) returns text
language sql stable security definer set search_path = ''
as $$
  -- The company's own words before those of the product.
  select private.fill_in(coalesce(o.body, w.body), pg_catalog.jsonb_build_object('company', t.name) || names)
  from public.tenants t
  join public.tenant_settings s on s.tenant_id = t.id
  join public.message_texts w on w.event = about and w.channel = 'whatsapp'
  left join public.message_templates o on o.tenant_id = t.id and o.event = w.event and o.channel = w.channel and o.language = w.language
  where t.id = tenant
  order by w.language = wished desc nulls last, w.language = pg_catalog.split_part(s.locale, '-', 1) desc, w.language limit 1
$$;
comment on function private.text_about(uuid, text, text, jsonb) is
  'What a company writes in a conversation about something (public.message_texts), with the names filled in; in the wished language, else in that of the company, else in English.';

create function private.answer_request(request public.order_requests, about text, names jsonb) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  talk public.conversations;
  buyer public.customers;
begin
  select * into talk from public.conversations c where c.tenant_id = request.tenant_id and c.id = request.conversation_id;
  select * into buyer from public.customers c where c.tenant_id = request.tenant_id and c.id = request.customer_id;
  perform private.write_reply(talk, private.text_about(request.tenant_id, buyer.language, 'order_request.' || about, pg_catalog.jsonb_build_object('customer', buyer.name) || names));
  update public.order_requests r set answers = r.answers + 1 where r.tenant_id = request.tenant_id and r.id = request.id;
end
$$;
comment on function private.answer_request(public.order_requests, text, jsonb) is 'Answers the customer of a request with one of the texts order_request.<about>, in his language.';

create function private.leave_request(request public.order_requests, why text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.order_requests r set status = 'left', problem = why, updated_at = pg_catalog.now()
  where r.tenant_id = request.tenant_id and r.id = request.id;
  perform private.answer_request(request, 'left', pg_catalog.jsonb_build_object('reason', coalesce((
    select coalesce(w.sentence, e.sentence)
    from private.errors e
    join public.customers c on c.tenant_id = request.tenant_id and c.id = request.customer_id
    join public.tenant_settings s on s.tenant_id = c.tenant_id
    left join private.error_words w on w.key = e.key and w.language = coalesce(c.language, pg_catalog.split_part(s.locale, '-', 1))
    where e.key = why), '')));
  -- Our answer is not somebody's: it waits to be read.
  update public.conversation_activity a set unread = greatest(a.unread, 1) where a.tenant_id = request.tenant_id and a.conversation_id = request.conversation_id;
end
$$;
comment on function private.leave_request(public.order_requests, text) is 'Leaves a request to people, says so to the customer, and has the conversation wait to be read. why: key of an error.';

create function private.propose_request(request public.order_requests) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  draft public.orders;
  goods text;
  deposits numeric;
begin
  select * into draft from public.orders o where o.tenant_id = request.tenant_id and o.id = request.order_id;
  select pg_catalog.string_agg(pg_catalog.trim_scale(i.quantity)::text || ' ' || i.unit || ' ' || i.product_name || ' = ' || private.money_in_words(draft.currency, i.line_total + i.tax_amount)
      || case when i.quantity > greatest(0, coalesce(s.available, 0)) then ' *' else '' end, E'\n' order by i.line_number)
      || case when pg_catalog.bool_or(i.quantity > greatest(0, coalesce(s.available, 0))) then E'\n(* ' || private.not_all_in_stock(request) || ')' else '' end,
    coalesce(sum(i.quantity * e.deposit_amount), 0)
  into goods, deposits
  from public.order_items i
  join public.products p on p.tenant_id = i.tenant_id and p.id = i.product_id
  left join public.products e on e.tenant_id = p.tenant_id and e.id = p.container_product_id
  left join public.inventory s on s.tenant_id = i.tenant_id and s.warehouse_id = draft.warehouse_id and s.product_id = i.product_id and s.condition = 'good'
  where i.tenant_id = draft.tenant_id and i.order_id = draft.id;
  update public.order_requests r set status = 'proposed', total = draft.total, updated_at = pg_catalog.now()
  where r.tenant_id = request.tenant_id and r.id = request.id;
  perform private.answer_request(request, 'proposed', pg_catalog.jsonb_build_object('products', goods, 'total', private.money_in_words(draft.currency, draft.total),
    'deposit', private.money_in_words(draft.currency, deposits), 'date', pg_catalog.to_char(draft.requested_on, 'DD/MM/YYYY')));
end
$$;
comment on function private.propose_request(public.order_requests) is 'Tells the customer what his draft has and costs, and asks whether he wants it.';

create function private.not_all_in_stock(request public.order_requests) returns text
language sql stable security definer set search_path = ''
as $$
  select case coalesce(c.language, pg_catalog.split_part(s.locale, '-', 1)) when 'sw' then 'hazipo zote kwa sasa; tutakujulisha' else 'not all in stock now; we will tell you' end
  from public.customers c join public.tenant_settings s on s.tenant_id = c.tenant_id where c.tenant_id = request.tenant_id and c.id = request.customer_id
$$;
comment on function private.not_all_in_stock(public.order_requests) is 'The note on what is short, in the customer''s language.';

------------------------------------------------------------------------------------------------
-- What becomes of it
------------------------------------------------------------------------------------------------

create function private.draft_of_request(request public.order_requests) returns public.orders
language plpgsql security definer set search_path = ''
as $$
declare
  lines constant jsonb := (
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('product_id', l -> 'product_id', 'quantity', l -> 'quantity', 'pack_id', l -> 'pack_id')))
    from pg_catalog.jsonb_array_elements(request.lines) l
  );
  buyer public.customers;
  draft public.orders;
begin
  select * into buyer from public.customers c where c.tenant_id = request.tenant_id and c.id = request.customer_id;
  perform private.check_buyer(buyer);
  if request.order_id is null then
    draft.tenant_id := request.tenant_id;
    draft.customer_id := buyer.id;
    draft.warehouse_id := private.depot_serving(buyer);
    draft.channel := 'whatsapp';
    draft.requested_on := coalesce(request.requested_on, private.tenant_today(request.tenant_id) + 1);
    return private.insert_order(draft, lines, false, false);
  end if;
  select * into draft from public.orders o where o.tenant_id = request.tenant_id and o.id = request.order_id for no key update;
  if draft.status <> 'draft' then
    perform private.fail('order_request_taken_over', pg_catalog.jsonb_build_object('order_id', draft.id));
  end if;
  perform private.replace_order_items(draft, lines, false);
  update public.orders o set requested_on = request.requested_on
  where o.tenant_id = draft.tenant_id and o.id = draft.id and o.requested_on is distinct from request.requested_on and request.requested_on is not null;
  return draft;
end
$$;
comment on function private.draft_of_request(public.order_requests) is
  'The draft of a request whose lines are clear, at the customer''s own prices; made, or its lines written anew. Raises order_request_taken_over, lines_invalid, warehouse_not_available and what check_buyer raises.';
select private.register_error('order_request_taken_over', 409, 'A colleague is working on this order already.', 'Wait for the answer.');
select private.register_error('order_request_failed', 409, 'The message could not be made into an order.', 'Answer the customer, and enter the order by hand.');
select private.register_error('order_request_unclear', 409, 'The messages did not become clear.', 'Answer the customer, and enter the order by hand.');

create function private.why_left(request public.order_requests) returns text
language plpgsql stable security definer set search_path = ''
as $$
begin
  return (select e.sentence || ' ' || e.next_step from private.errors e where e.key = request.problem);
end
$$;
comment on function private.why_left(public.order_requests) is 'Why people go on with a request, in words, and what to do; null where they need not. A computed field: select=*,why_left.';
select private.expose('why_left');

create function private.go_on_with_request(request public.order_requests) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  unclear jsonb;
  draft public.orders;
begin
  select l into unclear from pg_catalog.jsonb_array_elements(request.lines) with ordinality as t (l, i)
  where l ->> 'product_id' is null or l ->> 'quantity' is null order by i limit 1;
  if request.answers >= 20 then
    perform private.leave_request(request, 'order_request_unclear');
  elsif unclear is null then
    draft := private.draft_of_request(request);
    update public.order_requests r set order_id = draft.id where r.tenant_id = request.tenant_id and r.id = request.id returning * into request;
    perform private.propose_request(request);
  else
    update public.order_requests r set status = 'asking', updated_at = pg_catalog.now() where r.tenant_id = request.tenant_id and r.id = request.id;
    if unclear ->> 'product_id' is null then
      perform private.answer_request(request, 'which', pg_catalog.jsonb_build_object('products', unclear ->> 'said', 'choices', (
        select pg_catalog.string_agg(c.i || '  ' || p.name, E'\n' order by c.i)
        from pg_catalog.jsonb_array_elements_text(unclear -> 'choices') with ordinality as c (id, i)
        join public.products p on p.tenant_id = request.tenant_id and p.id = c.id::uuid)));
    else
      perform private.answer_request(request, 'how_many', pg_catalog.jsonb_build_object('products', (
        select p.name || ' (' || p.unit || ')' from public.products p where p.tenant_id = request.tenant_id and p.id = (unclear ->> 'product_id')::uuid)));
    end if;
  end if;
end
$$;
comment on function private.go_on_with_request(public.order_requests) is 'Asks the customer what is not clear yet, or else tells him what it costs; after twenty answers people go on. Raises what draft_of_request raises.';

create function private.merged_lines(known jsonb, said private.read_order) returns jsonb
language sql stable set search_path = ''
as $$
  select coalesce(pg_catalog.jsonb_agg(m.line order by m.place), '[]') from (
    -- What he says last of a product counts.
    select distinct on (coalesce(a.line ->> 'product_id', 'unclear ' || a.place)) a.line, a.place
    from (
      select k.line, k.i as place from pg_catalog.jsonb_array_elements(known) with ordinality as k (line, i)
      union all
      select s.line, 1000 + s.i from pg_catalog.jsonb_array_elements(said.lines) with ordinality as s (line, i)
    ) a
    where (a.line ->> 'product_id')::uuid <> all (said.removed) is not false and coalesce((a.line ->> 'quantity')::numeric, 1) > 0
    order by coalesce(a.line ->> 'product_id', 'unclear ' || a.place), a.place desc
  ) m
$$;
comment on function private.merged_lines(jsonb, private.read_order) is 'The lines of a request after what was said now: new ones beside the known, the same product as it was said last, without what he wants no more.';

create function private.lines_repeated(buyer public.customers, repeats text) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select coalesce(case repeats
    when 'usual' then (select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('said', b.name, 'product_id', b.product_id, 'pack_id', null, 'quantity', b.quantity)) from private.basket_of(buyer) b)
    when 'last' then (
      select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('said', p.name, 'product_id', p.id, 'pack_id', null, 'quantity', l.line -> 'quantity') order by l.n)
      from (
        select o as earlier from public.orders o
        where o.tenant_id = buyer.tenant_id and o.customer_id = buyer.id and o.status not in ('draft', 'cancelled', 'rejected') and o.backorder_of_id is null
        order by o.created_at desc, o.id desc limit 1
      ) last
      cross join lateral pg_catalog.jsonb_array_elements(private.order_lines(last.earlier)) with ordinality as l (line, n)
      join public.products p on p.tenant_id = buyer.tenant_id and p.id = (l.line ->> 'product_id')::uuid and p.is_active)
    end, '[]')
$$;
comment on function private.lines_repeated(public.customers, text) is 'The lines of a customer''s last order (last) or of what he usually orders (usual), as far as it is still sold.';

create function private.accept_request(request public.order_requests) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  draft public.orders;
begin
  select * into draft from public.orders o where o.tenant_id = request.tenant_id and o.id = request.order_id for no key update;
  if draft.status = 'cancelled' or draft.status = 'rejected' then
    perform private.fail('order_request_taken_over', pg_catalog.jsonb_build_object('order_id', draft.id));
  end if;
  if draft.status = 'draft' then
    perform private.refresh_prices(draft, private.keeps_draft_prices(draft.tenant_id), true);
    select * into draft from public.orders o where o.tenant_id = draft.tenant_id and o.id = draft.id;
    if draft.total <> request.total then
      -- He agreed to another price, or a colleague has changed the draft: he is asked again.
      perform private.propose_request(request);
      return;
    end if;
    draft := private.submit_locked_order(draft);
  end if;
  update public.order_requests r set status = 'ordered', updated_at = pg_catalog.now() where r.tenant_id = request.tenant_id and r.id = request.id;
  perform private.answer_request(request, 'ordered', pg_catalog.jsonb_build_object('number', draft.number,
    'total', private.money_in_words(draft.currency, draft.total), 'date', pg_catalog.to_char(draft.requested_on, 'DD/MM/YYYY')));
end
$$;
comment on function private.accept_request(public.order_requests) is
  'The customer has said yes: his draft is submitted if it still costs what he was told, else he is told anew. Raises order_request_taken_over and what submit_order raises.';

create function private.drop_request(request public.order_requests, ended public.order_request_status) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  update public.orders o set status = 'cancelled', status_reason = case ended when 'cancelled' then 'The customer said no.' else 'The customer did not answer.' end
  where o.tenant_id = request.tenant_id and o.id = request.order_id and o.status = 'draft';
  update public.order_requests r set status = ended, updated_at = pg_catalog.now() where r.tenant_id = request.tenant_id and r.id = request.id;
end
$$;
comment on function private.drop_request(public.order_requests, public.order_request_status) is 'Ends a request, cancelled or expired, and its draft with it.';

create function private.hear_of_order(talk public.conversations, buyer public.customers, said public.messages) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  plain constant text := pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(said.body), '[^[:alnum:]👍]+', ' ', 'g'));
  courtesy constant text := '( (please|pls|tafadhali|asante|thanks|thank you|sana))*$';
  request public.order_requests;
  heard private.read_order;
  unclear integer;
begin
  select * into request from public.order_requests r
  where r.tenant_id = talk.tenant_id and r.conversation_id = talk.id and r.is_open for update;
  if request.id is not null then
    update public.order_requests r set message_id = said.id where r.tenant_id = request.tenant_id and r.id = request.id;
    if request.status = 'proposed' and plain ~ ('^(yes|y|yeah|yep|ok|okay|sawa|sawa sawa|ndiyo|ndio|confirm|confirmed|thibitisha|sure|fine|poa|👍)' || courtesy) then
      perform private.accept_request(request);
      return;
    end if;
    if plain ~ ('^(no|n|nope|cancel|cancel it|hapana|ghairi|futa|sitaki)' || courtesy) then
      perform private.drop_request(request, 'cancelled');
      perform private.answer_request(request, 'cancelled', '{}');
      return;
    end if;
    select i - 1 into unclear from pg_catalog.jsonb_array_elements(request.lines) with ordinality as t (l, i)
    where l ->> 'product_id' is null or l ->> 'quantity' is null order by i limit 1;
    if request.status = 'asking' and plain ~ '^\d{1,6}$' and unclear is not null then
      if request.lines -> unclear ->> 'product_id' is not null then
        request.lines := pg_catalog.jsonb_set(request.lines, array[unclear::text, 'quantity'], plain::jsonb);
      elsif plain::integer between 1 and pg_catalog.jsonb_array_length(request.lines -> unclear -> 'choices') then
        request.lines := pg_catalog.jsonb_set(pg_catalog.jsonb_set(request.lines, array[unclear::text, 'product_id'], request.lines -> unclear -> 'choices' -> (plain::integer - 1)),
          array[unclear::text, 'choices'], 'null');
      end if;
      update public.order_requests r set lines = request.lines where r.tenant_id = request.tenant_id and r.id = request.id returning * into request;
      perform private.go_on_with_request(request);
      return;
    end if;
  end if;
  heard := case said.kind when 'order' then private.read_basket(buyer, said.content) else private.read_order_text(buyer, said.body) end;
  if request.id is null then
    heard.lines := private.merged_lines(private.lines_repeated(buyer, heard.repeats), heard);
    -- Only what has a number, or repeats, is an order; all else is for people.
    if buyer.status <> 'active' or not exists (select from pg_catalog.jsonb_array_elements(heard.lines) l where coalesce((l -> 'is_counted')::boolean, l ->> 'quantity' is not null)) then
      return;
    end if;
    insert into public.order_requests (tenant_id, conversation_id, customer_id, message_id, lines, requested_on)
    values (talk.tenant_id, talk.id, buyer.id, said.id, heard.lines, heard.requested_on) returning * into request;
  elsif heard.lines = '[]' and heard.removed = '{}' and heard.requested_on is null and heard.repeats is null then
    -- He writes of something else: people answer, and his order waits.
    return;
  else
    update public.order_requests r
    set lines = private.merged_lines(private.merged_lines(r.lines, row(private.lines_repeated(buyer, heard.repeats), '{}', null, null, '{}')::private.read_order), heard),
      requested_on = coalesce(heard.requested_on, r.requested_on)
    where r.tenant_id = request.tenant_id and r.id = request.id returning * into request;
    if request.lines = '[]' then
      perform private.drop_request(request, 'cancelled');
      perform private.answer_request(request, 'cancelled', '{}');
      return;
    end if;
  end if;
  perform private.go_on_with_request(request);
end
$$;
comment on function private.hear_of_order(public.conversations, public.customers, public.messages) is
  'What a message of a known customer in a locked conversation says of an order: yes, no, the answer to a question, a change, or an order. Raises what go_on_with_request and accept_request raise.';

create function private.take_order_message(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  said public.messages;
  talk public.conversations;
  buyer public.customers;
  request public.order_requests;
  earlier text;
  problem text;
begin
  select m.* into said from public.messages m
  join public.channels c on c.tenant_id = m.tenant_id and c.id = m.channel_id and c.takes_orders and c.is_active
  where m.tenant_id = event.tenant_id and m.id = event.entity_id and m.direction = 'in' and m.kind in ('text', 'interactive', 'button', 'order');
  if said.id is null then
    return;
  end if;
  select b.* into buyer from public.contacts p join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
  where p.tenant_id = said.tenant_id and p.id = said.contact_id;
  if buyer.id is null then
    return;
  end if;
  -- Two messages of one person are heard one after the other.
  select * into talk from public.conversations c where c.tenant_id = said.tenant_id and c.id = said.conversation_id for no key update;
  earlier := private.run_as_rule('orders.by_message');
  begin
    perform private.hear_of_order(talk, buyer, said);
  exception
    when serialization_failure or deadlock_detected then
      raise;
    when others then
      problem := case when exists (select from private.errors e where e.key = sqlerrm) then sqlerrm else 'order_request_failed' end;
  end;
  if problem is not null then
    -- What was heard before is undone with the mistake; people see what he wrote, and why it went no further.
    select * into request from public.order_requests r
    where r.tenant_id = talk.tenant_id and r.conversation_id = talk.id and r.is_open for update;
    if request.id is null then
      insert into public.order_requests (tenant_id, conversation_id, customer_id, message_id, lines)
      values (talk.tenant_id, talk.id, buyer.id, said.id, '[]') returning * into request;
    end if;
    perform private.leave_request(request, problem);
  end if;
  perform private.run_as_rule(earlier);
end
$$;
comment on function private.take_order_message(public.event_store) is 'Effect: a message that came in is heard as an order, where its channel takes orders and its person is at a customer.';
select private.listen('whatsapp_events', 'take_order_message', 'message.received');

create function private.expire_order_requests() returns bigint
language plpgsql security definer set search_path = ''
as $$
declare
  request public.order_requests;
  expired bigint := 0;
  earlier text;
begin
  earlier := private.run_as_rule('orders.by_message');
  for request in
    select r.* from public.order_requests r
    where r.is_open and r.updated_at < pg_catalog.now() - interval '1 day' order by r.updated_at limit 200 for update skip locked
  loop
    perform private.drop_request(request, 'expired');
    expired := expired + 1;
  end loop;
  perform private.run_as_rule(earlier);
  return expired;
end
$$;
comment on function private.expire_order_requests() is 'Maintenance: what a customer was asked and did not answer for a day is over, and its draft cancelled.';
select private.maintain('expire_order_requests', 'order_requests_expired');
