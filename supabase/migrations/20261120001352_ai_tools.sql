-- Family 13, registries: what AI agents can look up and do. Each tool is a row here and a function private.ai_tool_<name>,
-- which is handed the conversation and the customer it is with, and can see nobody else's.

create table private.ai_tools (
  name text primary key,
  needs_customer boolean not null,
  description text not null,
  parameters jsonb not null
);
select private.force_policies('private.ai_tools');
comment on table private.ai_tools is 'The tools that an AI agent may be given. needs_customer: only for somebody who is known to be at a customer. description and parameters (a JSON schema) are what a model reads.';

create function private.known_ai_tools() returns text[]
language plpgsql stable security definer set search_path = ''
as $$
begin
  perform private.require_permission('conversations.view');
  return array(select t.name from private.ai_tools t order by t.name);
end
$$;
comment on function private.known_ai_tools() is 'The names of all tools that an AI agent may be given. Raises permission_denied.';
select private.expose('known_ai_tools');

create function private.tg_ai_agents__check_tools() returns trigger
language plpgsql security definer set search_path = ''
as $$
begin
  if not new.tools <@ array(select t.name from private.ai_tools t) then
    perform private.fail('ai_tools_are_known', pg_catalog.jsonb_build_object('tools', new.tools));
  end if;
  return new;
end
$$;
comment on function private.tg_ai_agents__check_tools() is 'An agent is given tools that there are. Raises ai_tools_are_known.';
create trigger _150_check_tools before insert or update of tools on public.ai_agents for each row execute function private.tg_ai_agents__check_tools();
select private.register_error('ai_tools_are_known', 422, 'The agent is given something that there is not.', 'Choose from the list of what agents can do.');

create function private.buyer_or_nobody(tenant uuid, buyer public.customers) returns public.customers
language plpgsql immutable set search_path = ''
as $$
begin
  buyer.tenant_id := tenant;
  return buyer;
end
$$;
comment on function private.buyer_or_nobody(uuid, public.customers) is 'The customer, or somebody new to this company.';

create function private.ai_tool_find_products(talk public.conversations, buyer public.customers, arguments jsonb) returns jsonb
language plpgsql stable security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  words constant text := pg_catalog.btrim(pg_catalog.lower(pg_catalog.left(coalesce(arguments ->> 'words', ''), 200)));
  currency constant text := (select s.currency from public.tenant_settings s where s.tenant_id = talk.tenant_id);
  depot uuid;
  offered jsonb;
begin
  buyer := private.buyer_or_nobody(talk.tenant_id, buyer);
  depot := private.my_depot(buyer);
  with meant as (select * from private.products_meant(buyer, words))
  select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('product_id', m.product_id, 'quantity', coalesce(p.order_minimum, p.order_multiple, 1)) order by m.score desc, p.name) into offered
  from (select * from meant order by score desc limit 5) m
  join public.products p on p.tenant_id = talk.tenant_id and p.id = m.product_id
  where m.score > (select max(score) from meant) - 0.3;
  if offered is null then
    return '{"products": []}';
  end if;
  return pg_catalog.jsonb_build_object('products', coalesce((
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('name', p.name, 'unit', p.unit,
      'price', private.money_in_words(currency, round(o.unit_price * case when o.price_includes_tax then 1 else 1 + o.tax_rate / 100 end, 2)),
      'is_in_stock', coalesce(i.available, 0) > 0) order by o.line_number)
    from private.prices_offered(talk.tenant_id, buyer.id, offered) o
    join public.products p on p.tenant_id = talk.tenant_id and p.id = o.product_id
    left join public.inventory i on i.tenant_id = talk.tenant_id and i.warehouse_id = depot and i.product_id = p.id and i.condition = 'good'
    where o.unit_price is not null
  ), '[]'));
end
$$;
comment on function private.ai_tool_find_products(public.conversations, public.customers, jsonb) is
  '{words} names products: {products [{name, unit, price, is_in_stock}]}, at most five, with tax, at the prices of the customer, of somebody new without one; stock is that of the depot that serves him, and no more of it is said than whether there is some. Raises depot_not_known.';

create function private.ai_tool_order_status(talk public.conversations, buyer public.customers, arguments jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('orders', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
    'number', o.number, 'status', o.status, 'total', private.money_in_words(o.currency, o.total), 'day', pg_catalog.to_char(o.day, 'DD/MM/YYYY'), 'arrives', o.arrives) order by o.created_at desc, o.id desc), '[]'))
  from (
    select d.id, d.number, d.status, d.currency, d.total, d.created_at,
      coalesce((d.delivered_at at time zone s.timezone)::date, d.requested_on) as day,
      case when d.status in ('dispatched', 'in_transit') then pg_catalog.to_char(t.planned_arrival_at at time zone s.timezone, 'HH24:MI') end as arrives
    from public.orders d
    join public.tenant_settings s on s.tenant_id = d.tenant_id
    left join public.trip_stops t on t.tenant_id = d.tenant_id and t.order_id = d.id
    where d.tenant_id = talk.tenant_id and d.customer_id = buyer.id
      and case when arguments ->> 'number' is not null then d.number ilike '%' || pg_catalog.regexp_replace(arguments ->> 'number', '[^0-9A-Za-z-]', '', 'g') else d.status <> 'draft' end
    -- What is still to come first, else the last one.
    order by d.status in ('delivered', 'cancelled', 'rejected', 'failed'), d.created_at desc, d.id desc
    limit 3
  ) o
$$;
comment on function private.ai_tool_order_status(public.conversations, public.customers, jsonb) is
  '{number?}: the customer''s order whose number ends so, else his last three, those still to come first: {orders [{number, status, total, day (delivered, or wished for), arrives (HH:MM, while it is on the way)}]}.';

create function private.ai_tool_balance(talk public.conversations, buyer public.customers, arguments jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object(
    'owed', private.money_in_words(a.currency, a.owed), 'owes', a.owed > 0,
    'overdue', case when a.overdue > 0 then private.money_in_words(a.currency, a.overdue) end,
    'next_due_on', case when a.owed > 0 then pg_catalog.to_char((a.account ->> 'next_due_on')::date, 'DD/MM/YYYY') end,
    'credit_left', case when (a.account -> 'credit' ->> 'left')::numeric > 0 then private.money_in_words(a.currency, (a.account -> 'credit' ->> 'left')::numeric) end,
    'paid_in_advance', case when (a.account ->> 'advances')::numeric > 0 then private.money_in_words(a.currency, (a.account ->> 'advances')::numeric) end,
    'paybill', a.account -> 'company' ->> 'paybill', 'account_number', a.account -> 'customer' ->> 'code', 'bank_details', a.account -> 'company' ->> 'bank_details')
  from (
    select k.account, k.account -> 'company' ->> 'currency' as currency, (k.account ->> 'owed')::numeric as owed, (k.account ->> 'overdue')::numeric as overdue
    from (select private.account_of(buyer) as account) k
  ) a
$$;
comment on function private.ai_tool_balance(public.conversations, public.customers, jsonb) is
  'What the customer owes and how he pays: {owed, owes, overdue, next_due_on, credit_left, paid_in_advance, paybill, account_number, bank_details}.';

create function private.ai_tool_empties(talk public.conversations, buyer public.customers, arguments jsonb) returns jsonb
language sql stable security definer set search_path = ''
as $$
  select pg_catalog.jsonb_build_object('empties', coalesce(pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object(
      'name', p.name, 'quantity', pg_catalog.trim_scale(b.quantity), 'deposit', private.money_in_words(s.currency, b.deposit_amount)) order by p.name) filter (where b.quantity <> 0), '[]'),
    'deposit', private.money_in_words(max(s.currency), coalesce(sum(b.deposit_amount), 0)))
  from public.tenant_settings s
  left join public.container_balances b on b.tenant_id = s.tenant_id and b.holder = 'customer' and b.holder_id = buyer.id
  left join public.products p on p.tenant_id = b.tenant_id and p.id = b.product_id
  where s.tenant_id = talk.tenant_id
$$;
comment on function private.ai_tool_empties(public.conversations, public.customers, jsonb) is 'The containers of ours that the customer has: {empties [{name, quantity, deposit}], deposit (of all)}.';

create function private.ai_tool_order(talk public.conversations, buyer public.customers, arguments jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  said public.messages;
  request public.order_requests;
  earlier text;
begin
  if not exists (select from public.channels c where c.tenant_id = talk.tenant_id and c.id = talk.channel_id and c.takes_orders) then
    perform private.fail('ai_not_allowed');
  end if;
  select m.* into said from public.messages m
  where m.tenant_id = talk.tenant_id and m.conversation_id = talk.id and m.direction = 'in' order by m.created_at desc, m.id desc limit 1;
  said.kind := 'text';
  said.body := pg_catalog.left(arguments ->> 'text', 2000);
  earlier := private.run_as_rule('orders.by_message');
  perform private.hear_of_order(talk, buyer, said);
  perform private.run_as_rule(earlier);
  select r.* into request from public.order_requests r
  where r.tenant_id = talk.tenant_id and r.conversation_id = talk.id and r.message_id = said.id order by r.created_at desc limit 1;
  return pg_catalog.jsonb_build_object('is_heard', request.id is not null, 'status', request.status);
end
$$;
comment on function private.ai_tool_order(public.conversations, public.customers, jsonb) is
  '{text} is heard as if the customer had written it in plain words ("2 crates cola 300 ml, 1 tonic"): {is_heard, status}. The customer is told by the order itself what was understood and what it costs, and has to agree to it. Raises ai_not_allowed and what hear_of_order raises.';

insert into private.ai_tools (name, needs_customer, description, parameters) values
  ('find_products', false, 'Looks for products by name. Gives the price of one unit with tax and whether there is stock.',
    '{"type": "object", "properties": {"words": {"type": "string", "description": "Name of the product, with its size if it was said"}}, "required": ["words"], "additionalProperties": false}'),
  ('order_status', true, 'The customer''s orders: where they are, what they cost, when they come.',
    '{"type": "object", "properties": {"number": {"type": "string", "description": "Number of the order, if it was said"}}, "additionalProperties": false}'),
  ('balance', true, 'What the customer owes, what of it is overdue, how much credit is left, and how to pay.', '{"type": "object", "properties": {}, "additionalProperties": false}'),
  ('empties', true, 'The crates, bottles and cylinders of ours that the customer has, and their deposit.', '{"type": "object", "properties": {}, "additionalProperties": false}'),
  ('order', true, 'Hands on an order, or a change of the one that is being talked about. The customer is told by itself what it costs and asked whether he agrees.',
    '{"type": "object", "properties": {"text": {"type": "string", "description": "Quantities, units and products in plain words, such as: 2 crates cola 300 ml, 1 crate tonic"}}, "required": ["text"], "additionalProperties": false}');

create function private.use_tool(run public.ai_agent_runs, talk public.conversations, buyer public.customers, tool text, arguments jsonb) returns jsonb
language plpgsql security definer set search_path = ''
as $$
#variable_conflict use_variable
declare
  answer jsonb;
begin
  -- What was done once in a run is not done again by its next attempt.
  select s -> 'answer' into answer from pg_catalog.jsonb_array_elements((select r.steps from public.ai_agent_runs r where r.tenant_id = run.tenant_id and r.id = run.id)) s
  where s ->> 'tool' = tool and s -> 'arguments' = coalesce(arguments, '{}') limit 1;
  if answer is not null then
    return answer;
  end if;
  if not exists (
    select from private.ai_tools t
    join public.ai_agent_versions v on v.tenant_id = run.tenant_id and v.ai_agent_id = run.ai_agent_id and v.number = run.version_number and t.name = any (v.tools)
    where t.name = tool and (buyer.id is not null or not t.needs_customer)
  ) then
    answer := '{"error": "ai_not_allowed"}';
  else
    begin
      execute pg_catalog.format('select private.%I($1, $2, $3)', 'ai_tool_' || tool) using talk, buyer, coalesce(arguments, '{}') into answer;
    exception
      when serialization_failure or deadlock_detected then
        raise;
      when others then
        answer := pg_catalog.jsonb_build_object('error', case when exists (select from private.errors e where e.key = sqlerrm) then sqlerrm else 'ai_not_allowed' end);
    end;
  end if;
  update public.ai_agent_runs r set steps = r.steps || pg_catalog.jsonb_build_object('tool', tool, 'arguments', coalesce(arguments, '{}'), 'answer', answer)
  where r.tenant_id = run.tenant_id and r.id = run.id;
  return answer;
end
$$;
comment on function private.use_tool(public.ai_agent_runs, public.conversations, public.customers, text, jsonb) is
  'Looks something up for an agent, once per run and question, and keeps the answer with the run; {error: <key>} where he may not or it failed.';
