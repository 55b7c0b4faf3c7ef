-- Family 13, registries: how AI agents answer: by words that are known, or by a model whose figures are checked.

------------------------------------------------------------------------------------------------
-- What is said
------------------------------------------------------------------------------------------------

insert into public.message_texts (event, channel, language, body) values
  ('ai_agent.hello', 'whatsapp', 'en', 'Hello {customer}. I am {author}, the automatic assistant of {company}. Ask me for prices, stock, your orders, what you owe or your empties, or write PERSON for a colleague.'),
  ('ai_agent.hello', 'whatsapp', 'sw', 'Habari {customer}. Mimi ni {author}, msaidizi wa kiotomatiki wa {company}. Niulize kuhusu bei, stoku, oda zako, deni lako au vitupu vyako, au andika MTU ili mwenzetu akujibu.'),
  ('ai_agent.not_understood', 'whatsapp', 'en', 'I did not understand that. Ask me for prices, stock, your orders, what you owe or your empties, or write PERSON for a colleague.'),
  ('ai_agent.not_understood', 'whatsapp', 'sw', 'Sikuelewa. Niulize kuhusu bei, stoku, oda zako, deni lako au vitupu vyako, au andika MTU ili mwenzetu akujibu.'),
  ('ai_agent.handed_over', 'whatsapp', 'en', 'I am passing this on: a colleague will answer you here. {company}'),
  ('ai_agent.handed_over', 'whatsapp', 'sw', 'Ninamkabidhi mwenzetu: atakujibu hapa. {company}'),
  ('ai_agent.in_stock', 'whatsapp', 'en', '{product}: {total} per {quantity} with tax, in stock.'),
  ('ai_agent.in_stock', 'whatsapp', 'sw', '{product}: {total} kwa {quantity} pamoja na kodi, ipo.'),
  ('ai_agent.out_of_stock', 'whatsapp', 'en', '{product}: {total} per {quantity} with tax, not in stock now.'),
  ('ai_agent.out_of_stock', 'whatsapp', 'sw', '{product}: {total} kwa {quantity} pamoja na kodi, haipo kwa sasa.'),
  ('ai_agent.no_product', 'whatsapp', 'en', 'Which product do you mean? Write its name as it stands on the label.'),
  ('ai_agent.no_product', 'whatsapp', 'sw', 'Unamaanisha bidhaa gani? Andika jina lake kama lilivyo kwenye lebo.'),
  ('ai_agent.owed', 'whatsapp', 'en', 'You owe {total}.'),
  ('ai_agent.owed', 'whatsapp', 'sw', 'Unadaiwa {total}.'),
  ('ai_agent.nothing_owed', 'whatsapp', 'en', 'You owe nothing.'),
  ('ai_agent.nothing_owed', 'whatsapp', 'sw', 'Hudaiwi chochote.'),
  ('ai_agent.overdue', 'whatsapp', 'en', '{total} of it is overdue.'),
  ('ai_agent.overdue', 'whatsapp', 'sw', '{total} imepita tarehe ya kulipa.'),
  ('ai_agent.due', 'whatsapp', 'en', 'The next payment is due on {date}.'),
  ('ai_agent.due', 'whatsapp', 'sw', 'Malipo yanayofuata ni ya tarehe {date}.'),
  ('ai_agent.credit_left', 'whatsapp', 'en', 'You can still order for {total} on credit.'),
  ('ai_agent.credit_left', 'whatsapp', 'sw', 'Bado unaweza kuagiza kwa mkopo wa {total}.'),
  ('ai_agent.paid_in_advance', 'whatsapp', 'en', 'You have paid {total} in advance.'),
  ('ai_agent.paid_in_advance', 'whatsapp', 'sw', 'Umelipa {total} mapema.'),
  ('ai_agent.pay', 'whatsapp', 'en', 'Pay by M-Pesa: paybill {number}, account {receiver}.'),
  ('ai_agent.pay', 'whatsapp', 'sw', 'Lipa kwa M-Pesa: paybill {number}, akaunti {receiver}.'),
  ('ai_agent.empties', 'whatsapp', 'en', E'You have of ours:\n{products}\nDeposit on them: {deposit}.'),
  ('ai_agent.empties', 'whatsapp', 'sw', E'Unavyo vya kwetu:\n{products}\nAmana yake: {deposit}.'),
  ('ai_agent.no_empties', 'whatsapp', 'en', 'You have no empties of ours.'),
  ('ai_agent.no_empties', 'whatsapp', 'sw', 'Huna vitupu vya kwetu.'),
  ('ai_agent.no_order', 'whatsapp', 'en', 'We have no such order of yours.'),
  ('ai_agent.no_order', 'whatsapp', 'sw', 'Hatuna oda yako kama hiyo.'),
  ('ai_agent.order_draft', 'whatsapp', 'en', 'Order {number} of {total} has not been sent yet.'),
  ('ai_agent.order_draft', 'whatsapp', 'sw', 'Oda {number} ya {total} bado haijatumwa.'),
  ('ai_agent.order_pending_approval', 'whatsapp', 'en', 'Order {number} of {total} is with us and waits to be confirmed.'),
  ('ai_agent.order_pending_approval', 'whatsapp', 'sw', 'Oda {number} ya {total} tumeipokea na inasubiri kuthibitishwa.'),
  ('ai_agent.order_approved', 'whatsapp', 'en', 'Order {number} of {total} is confirmed, for {date}.'),
  ('ai_agent.order_approved', 'whatsapp', 'sw', 'Oda {number} ya {total} imethibitishwa, ya tarehe {date}.'),
  ('ai_agent.order_allocated', 'whatsapp', 'en', 'Order {number} of {total} is being prepared, for {date}.'),
  ('ai_agent.order_allocated', 'whatsapp', 'sw', 'Oda {number} ya {total} inaandaliwa, ya tarehe {date}.'),
  ('ai_agent.order_dispatched', 'whatsapp', 'en', 'Order {number} of {total} is on the van. {arrival}'),
  ('ai_agent.order_dispatched', 'whatsapp', 'sw', 'Oda {number} ya {total} iko kwenye gari. {arrival}'),
  ('ai_agent.order_in_transit', 'whatsapp', 'en', 'Order {number} of {total} is on its way to you. {arrival}'),
  ('ai_agent.order_in_transit', 'whatsapp', 'sw', 'Oda {number} ya {total} iko njiani kuja kwako. {arrival}'),
  ('ai_agent.arrival', 'whatsapp', 'en', 'It is expected at {arrival}.'),
  ('ai_agent.arrival', 'whatsapp', 'sw', 'Inatarajiwa saa {arrival}.'),
  ('ai_agent.order_delivered', 'whatsapp', 'en', 'Order {number} of {total} was delivered on {date}.'),
  ('ai_agent.order_delivered', 'whatsapp', 'sw', 'Oda {number} ya {total} ilifikishwa tarehe {date}.'),
  ('ai_agent.order_cancelled', 'whatsapp', 'en', 'Order {number} of {total} was cancelled.'),
  ('ai_agent.order_cancelled', 'whatsapp', 'sw', 'Oda {number} ya {total} ilighairiwa.'),
  ('ai_agent.order_rejected', 'whatsapp', 'en', 'Order {number} of {total} was not accepted.'),
  ('ai_agent.order_rejected', 'whatsapp', 'sw', 'Oda {number} ya {total} haikukubaliwa.'),
  ('ai_agent.order_failed', 'whatsapp', 'en', 'Order {number} of {total} could not be delivered.'),
  ('ai_agent.order_failed', 'whatsapp', 'sw', 'Oda {number} ya {total} haikuweza kufikishwa.');

------------------------------------------------------------------------------------------------
-- What was asked
------------------------------------------------------------------------------------------------

create table private.ai_words (
  intent text not null,
  language text not null,
  pattern text not null,
  primary key (intent, language),
  constraint language_is_known check (language in ('en', 'sw'))
);
select private.force_policies('private.ai_words');
comment on table private.ai_words is 'The words by which it is known what somebody asks for, as regular expressions over small letters and digits with single blanks.';
insert into private.ai_words values
  ('person', 'en', 'person|human|somebody|someone|(real|your) (person|agent|people)|call me|talk to (you|him|her|them|a|the|your|my)|speak (to|with)|manager|colleague|operator|customer care'),
  ('person', 'sw', 'mtu|mhudumu|mfanyakazi|meneja|nipigie|nipigieni|niongee na|kuongea na|kuzungumza na|huduma kwa wateja'),
  ('complaint', 'en', 'complain|complaint|broken|damaged|leaking|expired|wrong (order|goods|product|crate|item|items|invoice|amount)|missing|short(age)? of|not delivered|never (came|arrived|delivered)|useless|terrible|worst|stupid|idiots?|thieves|thief|scam|rubbish|nonsense|refund|lawyer'),
  ('complaint', 'sw', 'malalamiko|nalalamika|imevunjika|zimevunjika|mbovu|imeharibika|zimeharibika|si sahihi|sijapata|haijafika|hazijafika|imekosekana|wezi|mwizi|wajinga|mjinga|upuuzi|ovyo|nirudishie|nirudishieni'),
  ('balance', 'en', 'balance|owe|owing|debt|my (account|bill|bills|invoice|invoices|statement|credit)|credit (left|limit)|outstanding|overdue|how much do i (owe|have to pay)'),
  ('balance', 'sw', 'deni|madeni|nadaiwa|tunadaiwa|salio|ankara|akaunti yangu|mkopo wangu|taarifa ya akaunti'),
  ('pay', 'en', 'paybill|pay bill|till number|how (do|can|should) (i|we) pay|where (do|can) (i|we) pay|account number|bank (details|account)|mpesa|m pesa'),
  ('pay', 'sw', 'kulipa|nilipe|tulipe|nalipaje|nalipa wapi|namba ya paybill|lipa na mpesa|namba ya akaunti'),
  ('empties', 'en', 'empties|empty (crates|bottles|cylinders)|(crates|bottles|cylinders) (do i|do we) (have|hold|owe)|my (crates|bottles|cylinders|deposit|deposits)|deposits?'),
  ('empties', 'sw', 'vitupu|chupa tupu|kreti tupu|mitungi mitupu|amana'),
  ('order_status', 'en', 'where is (my|our|the)|where s my|wheres my|my (order|orders|delivery|deliveries|goods|van|driver)|order (status|number)|status of|track(ing)?|when (will|is|does|do) (it|my|the|you|we|i).*(come|coming|arrive|arriving|deliver|delivered|get|receive)|eta|has (it|my order) (left|been)'),
  ('order_status', 'sw', 'oda yangu|oda zangu|oda yetu|mzigo wangu|mzigo wetu|iko wapi|uko wapi|yuko wapi|dereva|itafika|utafika|mtafika|inafika|mtaleta lini|italetwa'),
  ('price', 'en', 'price|prices|how much (is|are|for|does|do (the|a))|cost|costs|how much|rate|rates|quote|quotation'),
  ('price', 'sw', 'bei|gharama|pesa ngapi|shilingi ngapi|bei gani|inauzwaje|mnauzaje|ni ngapi|ngapi'),
  ('stock', 'en', 'do you (have|sell|stock)|have you got|in stock|available|availability|is there( any)?|any (stock|left)|got any'),
  ('stock', 'sw', 'mna|mnayo|mnazo|mnauza|ipo|zipo|inapatikana|zinapatikana|kuna|stoku'),
  ('hello', 'en', 'hi|hello|hey|good (morning|afternoon|evening|day)|greetings|how are you|help|menu|start'),
  ('hello', 'sw', 'habari( za (asubuhi|mchana|jioni|leo))?|hujambo|mambo|niaje|sasa|salama|shikamoo|vipi|msaada|saidia'),
  ('thanks', 'en', 'thanks|thank you|ok|okay|fine|great|good|perfect|cool|noted|bye|yes|no|welcome|nice|sure|alright'),
  ('thanks', 'sw', 'asante|asanteni|shukrani|sawa|poa|ndiyo|ndio|hapana|karibu|kwaheri|nimeelewa|vizuri|sana|safi');

create function private.plain_words(written text) returns text
language sql immutable set search_path = ''
as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.left(written, 2000)), '[^[:alnum:]]+', ' ', 'g'))
$$;
comment on function private.plain_words(text) is 'What was written in small letters and digits, one blank between words.';

create function private.intents_in(written text) returns table (intent text, language text)
language sql stable security definer set search_path = ''
as $$
  select w.intent, w.language from private.ai_words w where private.plain_words(written) ~ ('\m(' || w.pattern || ')\M')
$$;
comment on function private.intents_in(text) is 'What is asked for in a message: person, complaint, balance, pay, empties, order_status, price, stock, hello or thanks, and in which language it is said.';

create function private.without_intents(written text) returns text
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.btrim(pg_catalog.regexp_replace(pg_catalog.regexp_replace(
    pg_catalog.regexp_replace(pg_catalog.lower(pg_catalog.left(written, 2000)), '[^[:alnum:].,]+|[.,](?!\d)', ' ', 'g'),
    '\m(' || (select pg_catalog.string_agg(w.pattern, '|' order by w.intent, w.language) from private.ai_words w where w.intent in ('price', 'stock', 'hello', 'thanks')) || ')\M', ' ', 'g'),
    '\m(please|pls|kindly|tafadhali|the|a|an|of|for|is|are|does|do|you|your|we|i|me|my|what|whats|which|tell|give|want|need|to|know|and|in|it|one|per|today|now|crates?|bottles?|je|ni|ya|za|wa|la|kwa|na|nataka|naomba|kujua|niambie|leo|sasa hivi|kreti|moja|gani|yenu|zenu|kila)\M|\s+', ' ', 'g'))
$$;
comment on function private.without_intents(text) is 'What is left of a message to name a product.';

create function private.language_of(talk public.conversations, buyer public.customers, written text) returns text
language sql stable security definer set search_path = ''
as $$
  select case
    when f.sw > f.en then 'sw' when f.en > f.sw then 'en'
    else coalesce(buyer.language, (select pg_catalog.split_part(s.locale, '-', 1) from public.tenant_settings s where s.tenant_id = talk.tenant_id)) end
  from (
    select i.sw + (select count(*) from pg_catalog.regexp_matches(p.plain, '\m(na|ya|wa|za|la|kwa|ni|je|yangu|zangu|yetu|wapi|lini|gani|ngapi|nataka|naomba|habari|sasa|asante|tafadhali|leo|kesho|mna|bei|deni|oda|mimi|sisi|kuna|sana|hii|hiyo)\M', 'g')) as sw,
      i.en + (select count(*) from pg_catalog.regexp_matches(p.plain, '\m(the|is|are|my|of|for|do|you|i|we|what|where|when|how|please|thanks|hello|hi|much|have|to|me|a|and|it|not)\M', 'g')) as en
    from (select private.plain_words(written) as plain) p
    cross join (select count(*) filter (where n.language = 'sw') as sw, count(*) filter (where n.language = 'en') as en from private.intents_in(written) n) i
  ) f
$$;
comment on function private.language_of(public.conversations, public.customers, text) is 'The language that a message is mostly written in, en or sw; where that does not show, the customer''s, else the company''s.';

------------------------------------------------------------------------------------------------
-- How a run ends
------------------------------------------------------------------------------------------------

create function private.end_run(run public.ai_agent_runs, talk public.conversations, outcome public.ai_run_status, reply text, why text) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  written public.messages;
begin
  if reply is not null then
    written := private.write_reply(talk, pg_catalog.left(reply, 4096));
  end if;
  update public.ai_agent_runs r
  set status = outcome, reply_id = written.id, problem = coalesce(why, r.problem), ended_at = pg_catalog.now()
  where r.tenant_id = run.tenant_id and r.id = run.id;
end
$$;
comment on function private.end_run(public.ai_agent_runs, public.conversations, public.ai_run_status, text, text) is 'Ends a run in a locked conversation, with what is written to the customer, if anything. why: key of an error. Raises no_way_to_reply, reply_window_closed.';

create function private.hand_over(run public.ai_agent_runs, talk public.conversations, speaks text, why text) returns void
language plpgsql security definer set search_path = ''
as $$
begin
  perform private.end_run(run, talk, 'handed_over', private.text_about(run.tenant_id, speaks, 'ai_agent.handed_over', '{}'), why);
  insert into private.ai_talks as t (tenant_id, conversation_id, handed_over_at) values (run.tenant_id, talk.id, pg_catalog.now())
  on conflict on constraint ai_talks_pkey do update set handed_over_at = excluded.handed_over_at, misses = 0;
  -- The agent's word is nobody's answer: it waits to be read.
  update public.conversation_activity a set unread = greatest(a.unread, 1) where a.tenant_id = run.tenant_id and a.conversation_id = talk.id;
  perform private.publish_event(run.tenant_id, 'conversation.handed_over', 'conversation', talk.id, talk.version,
    pg_catalog.jsonb_build_object('ai_agent_run_id', run.id, 'reason', why));
end
$$;
comment on function private.hand_over(public.ai_agent_runs, public.conversations, text, text) is 'Leaves a locked conversation to people, tells the customer so, and has it wait to be read. speaks: his language; why: key of an error.';

------------------------------------------------------------------------------------------------
-- Answers by rules
------------------------------------------------------------------------------------------------

create function private.product_answer(run public.ai_agent_runs, speaks text, found_products jsonb) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.string_agg(private.text_about(run.tenant_id, speaks, case when (p -> 'is_in_stock')::boolean then 'ai_agent.in_stock' else 'ai_agent.out_of_stock' end,
    pg_catalog.jsonb_build_object('product', p ->> 'name', 'total', p ->> 'price', 'quantity', p ->> 'unit')), E'\n' order by i),
    private.text_about(run.tenant_id, speaks, 'ai_agent.no_product', '{}'))
  from pg_catalog.jsonb_array_elements(found_products -> 'products') with ordinality as t (p, i) where i <= 3
$$;
comment on function private.product_answer(public.ai_agent_runs, text, jsonb) is 'The answer of find_products in words.';

create function private.order_answer(run public.ai_agent_runs, speaks text, found_orders jsonb) returns text
language sql stable security definer set search_path = ''
as $$
  select coalesce(pg_catalog.string_agg(pg_catalog.btrim(private.text_about(run.tenant_id, speaks, 'ai_agent.order_' || (o ->> 'status'), pg_catalog.jsonb_build_object(
      'number', o ->> 'number', 'total', o ->> 'total', 'date', coalesce(o ->> 'day', '–'),
      'arrival', case when o ->> 'arrives' is not null then private.text_about(run.tenant_id, speaks, 'ai_agent.arrival', pg_catalog.jsonb_build_object('arrival', o ->> 'arrives')) end))), E'\n' order by i),
    private.text_about(run.tenant_id, speaks, 'ai_agent.no_order', '{}'))
  from pg_catalog.jsonb_array_elements(found_orders -> 'orders') with ordinality as t (o, i)
$$;
comment on function private.order_answer(public.ai_agent_runs, text, jsonb) is 'The answer of order_status in words.';

create function private.balance_answer(run public.ai_agent_runs, speaks text, account jsonb) returns text
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.string_agg(private.text_about(run.tenant_id, speaks, 'ai_agent.' || s.about, s.names), ' ' order by s.i)
  from (values
    (1, case when (account -> 'owes')::boolean then 'owed' else 'nothing_owed' end, pg_catalog.jsonb_build_object('total', account ->> 'owed')),
    (2, case when account ->> 'overdue' is not null then 'overdue' end, pg_catalog.jsonb_build_object('total', account ->> 'overdue')),
    (3, case when account ->> 'next_due_on' is not null then 'due' end, pg_catalog.jsonb_build_object('date', account ->> 'next_due_on')),
    (4, case when account ->> 'paid_in_advance' is not null then 'paid_in_advance' end, pg_catalog.jsonb_build_object('total', account ->> 'paid_in_advance')),
    (5, case when account ->> 'credit_left' is not null then 'credit_left' end, pg_catalog.jsonb_build_object('total', account ->> 'credit_left'))
  ) as s (i, about, names) where s.about is not null
$$;
comment on function private.balance_answer(public.ai_agent_runs, text, jsonb) is 'What the tool balance answered, in words.';

create function private.empties_answer(run public.ai_agent_runs, speaks text, held jsonb) returns text
language sql stable security definer set search_path = ''
as $$
  select case when held -> 'empties' = '[]' then private.text_about(run.tenant_id, speaks, 'ai_agent.no_empties', '{}')
    else private.text_about(run.tenant_id, speaks, 'ai_agent.empties', pg_catalog.jsonb_build_object('deposit', held ->> 'deposit', 'products', (
      select pg_catalog.string_agg((e ->> 'quantity') || '  ' || (e ->> 'name'), E'\n' order by i) from pg_catalog.jsonb_array_elements(held -> 'empties') with ordinality as t (e, i)))) end
$$;
comment on function private.empties_answer(public.ai_agent_runs, text, jsonb) is 'What the tool empties answered, in words.';

create function private.answer_intent(run public.ai_agent_runs, talk public.conversations, buyer public.customers, said public.messages, speaks text, wanted text) returns text
language plpgsql security definer set search_path = ''
as $$
declare
  tool constant text := case wanted when 'pay' then 'balance' when 'product' then 'find_products' else wanted end;
  -- A number that stands alone or behind the prefix of orders names one.
  number constant text := (pg_catalog.regexp_match(private.plain_words(said.body), '\m(\d{3,})\M'))[1];
  answer jsonb;
begin
  answer := private.use_tool(run, talk, buyer, tool, pg_catalog.jsonb_strip_nulls(case tool
    when 'find_products' then pg_catalog.jsonb_build_object('words', private.without_intents(said.body))
    when 'order_status' then pg_catalog.jsonb_build_object('number', number) else '{}' end));
  if answer ? 'error' then
    return null;
  end if;
  return case wanted
    when 'product' then private.product_answer(run, speaks, answer)
    when 'order_status' then private.order_answer(run, speaks, answer)
    when 'balance' then private.balance_answer(run, speaks, answer)
    when 'empties' then private.empties_answer(run, speaks, answer)
    when 'pay' then case when answer ->> 'paybill' is not null
      then private.text_about(run.tenant_id, speaks, 'ai_agent.pay', pg_catalog.jsonb_build_object('number', answer ->> 'paybill', 'receiver', answer ->> 'account_number'))
      else answer ->> 'bank_details' end
  end;
end
$$;
comment on function private.answer_intent(public.ai_agent_runs, public.conversations, public.customers, public.messages, text, text) is
  'One thing that was asked for, answered by its tool in the company''s words; null where the agent may not or cannot. wanted: product, order_status, balance, empties or pay.';

create function private.answer_by_rules(run public.ai_agent_runs, talk public.conversations, buyer public.customers, said public.messages, why text default null) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  speaks constant text := private.language_of(talk, buyer, said.body);
  agent public.ai_agents;
  intents text[] := array(select distinct i.intent from private.intents_in(said.body) i);
  named text;
  wanted text[];
  parts text[] := '{}';
  part text;
  misses integer;
begin
  select * into agent from public.ai_agents a where a.tenant_id = run.tenant_id and a.id = run.ai_agent_id;
  if intents && '{person,complaint}' then
    perform private.hand_over(run, talk, speaks, case when 'person' = any (intents) then 'ai_person_wanted' else 'ai_complaint' end);
    return;
  end if;
  wanted := array(select w from pg_catalog.unnest('{order_status,balance,pay,empties}'::text[]) w where w = any (intents));
  named := private.without_intents(said.body);
  -- Where no more than a product is named, its price is meant, too.
  if intents && '{price,stock}' and wanted = '{}'
    or (wanted = '{}' and named <> '' and pg_catalog.array_length(pg_catalog.regexp_split_to_array(named, ' '), 1) <= 5
      and exists (select from private.products_meant(private.buyer_or_nobody(run.tenant_id, buyer), named))) then
    wanted := '{product}';
  end if;
  if wanted = '{}' and intents <> '{}' and named = '' then
    if 'hello' = any (intents) then
      perform private.end_run(run, talk, 'answered', private.text_about(run.tenant_id, speaks, 'ai_agent.hello', pg_catalog.jsonb_build_object('author', agent.name, 'customer',
        (select p.name from public.contacts p where p.tenant_id = talk.tenant_id and p.id = talk.contact_id))), why);
    else
      -- Thanks and yes need no answer.
      perform private.end_run(run, talk, 'left', null, why);
    end if;
    return;
  end if;
  if wanted = '{}' then
    insert into private.ai_talks as t (tenant_id, conversation_id, misses) values (run.tenant_id, talk.id, 1)
    on conflict on constraint ai_talks_pkey do update set misses = t.misses + 1 returning t.misses into misses;
    if misses >= agent.hands_over_after then
      perform private.hand_over(run, talk, speaks, 'ai_not_understood');
    else
      perform private.end_run(run, talk, 'answered', private.text_about(run.tenant_id, speaks, 'ai_agent.not_understood', '{}'), coalesce(why, 'ai_not_understood'));
    end if;
    return;
  end if;
  for i in 1 .. pg_catalog.cardinality(wanted) loop
    part := private.answer_intent(run, talk, buyer, said, speaks, wanted[i]);
    if part is null then
      perform private.hand_over(run, talk, speaks, 'ai_not_allowed');
      return;
    end if;
    parts := parts || part;
  end loop;
  perform private.end_run(run, talk, 'answered', pg_catalog.array_to_string(parts, E'\n'), why);
  update private.ai_talks t set misses = 0 where t.tenant_id = run.tenant_id and t.conversation_id = talk.id and t.misses > 0;
end
$$;
comment on function private.answer_by_rules(public.ai_agent_runs, public.conversations, public.customers, public.messages, text) is
  'Answers a message by what its words ask for, or hands it over. why: key of the error for which no model answers.';

------------------------------------------------------------------------------------------------
-- When a message comes
------------------------------------------------------------------------------------------------

select private.create_queue('ai_agent', 'ai-agent');
-- A customer waits: seconds, not hours.
update private.queue_policies set max_attempts = 3, base_delay_seconds = 2 where queue = 'ai_agent';

create function private.talk_as_ai_agent(event public.event_store) returns void
language plpgsql security definer set search_path = ''
as $$
declare
  said public.messages;
  way public.channels;
  agent public.ai_agents;
  talk public.conversations;
  buyer public.customers;
  run public.ai_agent_runs;
  spent record;
begin
  select m.* into said from public.messages m
  where m.tenant_id = event.tenant_id and m.id = event.entity_id and m.direction = 'in' and m.kind in ('text', 'interactive', 'button');
  select c.* into way from public.channels c where c.tenant_id = said.tenant_id and c.id = said.channel_id and c.ai_agent_id is not null;
  select a.* into agent from public.ai_agents a where a.tenant_id = way.tenant_id and a.id = way.ai_agent_id;
  if agent.id is null or private.answers_now(agent) is not true then
    return;
  end if;
  select * into talk from public.conversations c where c.tenant_id = said.tenant_id and c.id = said.conversation_id for no key update;
  if private.is_peoples(talk) then
    return;
  end if;
  select b.* into buyer from public.contacts p join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
  where p.tenant_id = said.tenant_id and p.id = said.contact_id;
  -- What was heard as an order has its answer. Effects act in the order of their names: take_order_message before this one.
  if way.takes_orders and buyer.id is not null and (
    exists (select from public.order_requests r where r.tenant_id = talk.tenant_id and r.conversation_id = talk.id and r.message_id = said.id)
    or exists (select from pg_catalog.jsonb_array_elements((private.read_order_text(buyer, said.body)).lines) l where (l -> 'is_counted')::boolean)
  ) then
    return;
  end if;
  insert into public.ai_agent_runs (tenant_id, ai_agent_id, version_number, conversation_id, message_id, mode)
  select agent.tenant_id, agent.id, max(v.number), talk.id, said.id, agent.mode
  from public.ai_agent_versions v where v.tenant_id = agent.tenant_id and v.ai_agent_id = agent.id
  on conflict on constraint ai_agent_runs_tenant_id_message_id_key do nothing
  returning * into run;
  if run.id is null then
    return;
  end if;
  select * into spent from private.spent_today(agent);
  if spent.answers > agent.answers_per_day then
    perform private.hand_over(run, talk, private.language_of(talk, buyer, said.body), 'ai_answers_spent');
  elsif agent.mode = 'rules' then
    perform private.answer_by_rules(run, talk, buyer, said);
  elsif spent.tokens >= agent.tokens_per_day then
    perform private.answer_by_rules(run, talk, buyer, said, 'ai_tokens_spent');
  else
    perform pgmq.send('ai_agent', pg_catalog.jsonb_build_object('tenant_id', run.tenant_id, 'run_id', run.id));
  end if;
end
$$;
comment on function private.talk_as_ai_agent(public.event_store) is 'Effect: a message that came in is answered by the AI agent of its channel, unless people have the conversation or it was heard as an order.';
select private.listen('whatsapp_events', 'talk_as_ai_agent', 'message.received');

------------------------------------------------------------------------------------------------
-- Answers of a model
------------------------------------------------------------------------------------------------

create function private.lock_ai_run(tenant_id uuid, run_id uuid, out run public.ai_agent_runs, out talk public.conversations, out buyer public.customers, out said public.messages)
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
begin
  select c.* into talk from public.conversations c
  where c.tenant_id = tenant_id and c.id = (select r.conversation_id from public.ai_agent_runs r where r.tenant_id = tenant_id and r.id = run_id) for no key update;
  select * into run from public.ai_agent_runs r where r.tenant_id = tenant_id and r.id = run_id for no key update;
  select * into said from public.messages m where m.tenant_id = tenant_id and m.id = run.message_id;
  select b.* into buyer from public.contacts p join public.customers b on b.tenant_id = p.tenant_id and b.id = p.customer_id
  where p.tenant_id = tenant_id and p.id = talk.contact_id;
  if run.status = 'waiting' and private.is_peoples(talk) then
    perform private.end_run(run, talk, 'left', null, null);
    run.status := 'left';
  end if;
end
$$;
comment on function private.lock_ai_run(uuid, uuid) is 'A run with its conversation, both locked, its message and the customer it is with. Where people have answered meanwhile the run is over.';

create function private.ai_run_to_answer(tenant_id uuid, run_id uuid) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  it record;
begin
  select * into it from private.lock_ai_run(tenant_id, run_id);
  if (it.run).status <> 'waiting' then
    return null;
  end if;
  return (
    select pg_catalog.jsonb_build_object('tenant_id', a.tenant_id, 'run_id', run_id, 'agent', a.name, 'company', t.name, 'persona', v.persona, 'customer', (it.buyer).name,
      'language', private.language_of(it.talk, it.buyer, (it.said).body), 'today', private.tenant_today(t.id),
      'history', (
        select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('role', case h.direction when 'in' then 'user' else 'assistant' end, 'content', h.body) order by h.created_at, h.id)
        from (
          select m.direction, m.body, m.created_at, m.id from public.messages m
          where m.tenant_id = t.id and m.conversation_id = (it.talk).id and m.body <> '' and (m.created_at, m.id) <= ((it.said).created_at, (it.said).id)
          order by m.created_at desc, m.id desc limit 12
        ) h
      ),
      'tools', (
        select coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', k.name, 'description', k.description, 'parameters', k.parameters) order by k.name), '[]')
        from private.ai_tools k where k.name = any (v.tools) and ((it.buyer).id is not null or not k.needs_customer)
      ))
    from public.ai_agents a
    join public.tenants t on t.id = a.tenant_id
    join public.ai_agent_versions v on v.tenant_id = a.tenant_id and v.ai_agent_id = a.id and v.number = (it.run).version_number
    where a.tenant_id = (it.run).tenant_id and a.id = (it.run).ai_agent_id
  );
end
$$;
comment on function private.ai_run_to_answer(uuid, uuid) is
  'What a model is given: {tenant_id, run_id, agent, company, persona, customer, language, today, history [{role, content}] (the last twelve messages, the newest last), tools [{name, description, parameters}]}; null when the run is over. For the worker ai-agent (service role).';
select private.expose('ai_run_to_answer', 'service_role');

create function private.use_ai_tool(tenant_id uuid, run_id uuid, tool text, arguments jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
declare
  it record;
begin
  select * into it from private.lock_ai_run(tenant_id, run_id);
  if (it.run).status is distinct from 'waiting' then
    return '{"error": "run_is_over"}';
  end if;
  return private.use_tool(it.run, it.talk, it.buyer, tool, arguments);
end
$$;
comment on function private.use_ai_tool(uuid, uuid, text, jsonb) is
  'A model asks for a tool: its answer, or {error} where the agent may not or it failed. For the worker ai-agent (service role).';
select private.expose('use_ai_tool', 'service_role');

create function private.figures_in(words text) returns table (figure text, reading numeric)
language sql immutable set search_path = ''
as $$
  with found as (
    select m[1] as figure from pg_catalog.regexp_matches(pg_catalog.normalize(words, 'NFKC'), '(\d(?:[\d.,]*\d)?)', 'g') m
  )
  -- Both ways to write thousands and decimals; one of them has to be known.
  select f.figure, pg_catalog.replace(f.figure, ',', '')::numeric from found f where f.figure ~ '^\d{1,30}(\.\d+)?$' or f.figure ~ '^\d{1,3}(,\d{3})+(\.\d+)?$'
  union
  select f.figure, pg_catalog.replace(pg_catalog.replace(f.figure, '.', ''), ',', '.')::numeric from found f where f.figure ~ '^\d{1,3}(\.\d{3})+(,\d+)?$' or f.figure ~ '^\d{1,30},\d+$'
  union
  -- What is no number as anybody writes it.
  select f.figure, null from found f
  where f.figure !~ '^\d{1,30}(\.\d+)?$' and f.figure !~ '^\d{1,3}(,\d{3})+(\.\d+)?$' and f.figure !~ '^\d{1,3}(\.\d{3})+(,\d+)?$' and f.figure !~ '^\d{1,30},\d+$'
$$;
comment on function private.figures_in(text) is 'The numbers in a text as they are written, each with the values that it can be read as; null where it is none.';

create function private.unknown_figures(reply text, steps jsonb, today date) returns text[]
language sql stable security definer set search_path = ''
as $$
  with answers as (select coalesce(pg_catalog.string_agg((s -> 'answer')::text, ' '), '') as told from pg_catalog.jsonb_array_elements(steps) s),
  known as (select distinct k.reading from answers a cross join lateral private.figures_in(a.told) k where k.reading is not null),
  days as (
    select pg_catalog.to_date(d[1], 'DD/MM/YYYY') as day from answers a cross join lateral pg_catalog.regexp_matches(a.told, '(\d\d/\d\d/\d{4})', 'g') d
  ), words as (select ' ' || private.plain_words(reply) || ' ' as plain)
  select array(
    select f.figure from private.figures_in(reply) f group by f.figure having not coalesce(pg_catalog.bool_or(f.reading in (select reading from known)), false)
    union all
    select n.word from private.number_words n cross join words w
    where n.value <> 1 and w.plain like '% ' || n.word || ' %' and n.value not in (select reading from known)
    union all
    select m[1] from words w cross join lateral pg_catalog.regexp_matches(w.plain, '\m(thousands?|millions?|elfu|laki|milioni)\M', 'g') m
    union all
    select m[1] from pg_catalog.regexp_matches(reply, '([٠-٩۰-۹०-९]+)', 'g') m
    union all
    -- A day is a promise, too.
    select d.word from words w
    cross join (values ('today|leo', today), ('tomorrow|kesho', today + 1), ('day after tomorrow|kesho kutwa', today + 2)) as d (word, day)
    where w.plain ~ ('\m(' || d.word || ')\M') and d.day not in (select day from days)
    union all
    select d.word from words w
    cross join (values (1, 'monday|jumatatu'), (2, 'tuesday|jumanne'), (3, 'wednesday|jumatano'), (4, 'thursday|alhamisi'), (5, 'friday|ijumaa'), (6, 'saturday|jumamosi'), (7, 'sunday|jumapili')) as d (n, word)
    where w.plain ~ ('\m(' || d.word || ')\M') and d.n not in (select extract(isodow from day) from days)
  )
$$;
comment on function private.unknown_figures(text, jsonb, date) is
  'The figures of a reply that no tool gave in its run, in digits or in words, and the days that none named. Empty: it may be sent.';

create function private.record_ai_answer(
  tenant_id uuid, run_id uuid, status text, error text default null, reply text default null, model text default null, tokens_in integer default 0, tokens_out integer default 0
) returns void
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  it record;
  run public.ai_agent_runs;
  answer constant text := pg_catalog.btrim(reply);
  speaks text;
begin
  select * into it from private.lock_ai_run(tenant_id, run_id);
  run := it.run;
  update public.ai_agent_runs r
  set tokens_in = r.tokens_in + record_ai_answer.tokens_in, tokens_out = r.tokens_out + record_ai_answer.tokens_out, model = coalesce(record_ai_answer.model, r.model),
    cost = r.cost + (record_ai_answer.tokens_in * a.price_in + record_ai_answer.tokens_out * a.price_out) / 1000000
  from public.ai_agents a
  where r.tenant_id = run.tenant_id and r.id = run.id and a.tenant_id = r.tenant_id and a.id = r.ai_agent_id;
  if run.status <> 'waiting' or status = 'queued' then
    return;
  end if;
  speaks := private.language_of(it.talk, it.buyer, (it.said).body);
  if exists (select from pg_catalog.jsonb_array_elements(run.steps) s where s ->> 'tool' = 'order' and (s -> 'answer' -> 'is_heard')::boolean) then
    -- The order has answered for itself.
    perform private.end_run(run, it.talk, 'answered', null, null);
  elsif exists (select from private.intents_in((it.said).body) i where i.intent in ('person', 'complaint')) then
    perform private.answer_by_rules(run, it.talk, it.buyer, it.said);
  elsif status <> 'answered' or model is null then
    perform private.answer_by_rules(run, it.talk, it.buyer, it.said, case when error in ('ai_model_refused', 'ai_model_unreachable') then error when error is not null then 'ai_reply_invalid' end);
  elsif answer is null or answer = '' or pg_catalog.length(answer) > 4096 then
    perform private.answer_by_rules(run, it.talk, it.buyer, it.said, 'ai_reply_invalid');
  elsif pg_catalog.upper(answer) ~ '^HAND ?OVER' then
    perform private.hand_over(run, it.talk, speaks, 'ai_not_understood');
  elsif private.unknown_figures(answer, run.steps, private.tenant_today(run.tenant_id)) <> '{}' then
    perform private.answer_by_rules(run, it.talk, it.buyer, it.said, 'ai_figure_unknown');
  else
    perform private.end_run(run, it.talk, 'answered', answer, null);
    update private.ai_talks t set misses = 0 where t.tenant_id = run.tenant_id and t.conversation_id = (it.talk).id and t.misses > 0;
  end if;
end
$$;
comment on function private.record_ai_answer(uuid, uuid, text, text, text, text, integer, integer) is
  'What became of asking a model. status: answered, queued (it is tried again) or given_up, then error says why. A reply is sent if a tool gave every figure in it; otherwise, and without a model (model is null), the rules answer. HAND OVER leaves it to people. For the worker ai-agent (service role).';
select private.expose('record_ai_answer', 'service_role');
