import { expect, test } from 'vitest';
import { EXPOSED, OURS, openCatalogue } from './catalogue.ts';

const { offenders, admin } = openCatalogue();

/** What a visitor without a token may call: he has nothing but the token from his mail. */
const FOR_VISITORS = [
  'accept_invitation(text,text)',
  'reset_password(text,text)',
  // Vendors of leads have a key instead of an account.
  'capture_lead(text,jsonb)',
  'track_order(text)',
  'book_appointment(text,timestamp with time zone,text,text,text,text,text,text,numeric,numeric)',
  'booked_appointment(text)',
  'booking_offer(text,date,numeric,numeric)',
  'cancel_booking(text,text)',
  'confirm_booking(text)',
  'reschedule_booking(text,timestamp with time zone)',
];

/** Why a function may do without a search path of its own. */
const NEEDS_NO_SEARCH_PATH = `(
  -- A body in the standard's form was parsed when it was created: it looks no name up when it runs, and
  -- without settings of its own the planner can make it part of the query around it.
  p.prosqlbody is not null and not p.prosecdef
  -- An aggregate can have no settings (ALTER AGGREGATE knows none); those of its functions are looked at here.
  or p.prokind = 'a'
)`;

/** From a row to rows of another table, which their own policies show: what lists are led through, part of their query. */
const IS_RELATIONSHIP = `(p.prosqlbody is not null and p.proretset and p.prorettype = to_regtype('public.' || p.proname)
  and p.pronargs = 1 and exists (select from private.subjects m where to_regtype('public.' || m.table_name) = p.proargtypes[0]
    or p.proargtypes[0] = 'public.inbox'::regtype))`;

test('every function pins its search path, or needs none', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${OURS} and not coalesce('search_path=""' = any (p.proconfig), ${NEEDS_NO_SEARCH_PATH})`,
    ),
  ).toEqual([]);
});

test('functions that run with the rights of their owner live in private only', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p where p.pronamespace in ${EXPOSED} and p.prosecdef`,
    ),
  ).toEqual([]);
});

test('every function and aggregate has a comment', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${OURS} and coalesce(btrim(obj_description(p.oid, 'pg_proc')), '') = ''`,
    ),
  ).toEqual([]);
});

test('every table and view has a comment', async () => {
  expect(
    await offenders(
      `select c.oid::regclass from pg_class c
       where c.relnamespace in ${OURS} and c.relkind in ('r', 'p', 'v', 'm')
         and coalesce(btrim(obj_description(c.oid, 'pg_class')), '') = ''`,
    ),
  ).toEqual([]);
});

test('execute is granted by name, never to everybody', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${OURS}
         and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))`,
    ),
  ).toEqual([]);
});

test('a visitor without a token can call what a link invites him to, and nothing else', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${OURS} and has_function_privilege('anon', p.oid, 'execute')`,
    ),
  ).toEqual(
    [
      ...FOR_VISITORS,
      ...FOR_VISITORS.map((name) => `private.${name}`),
      // Looks at every request before anything else does; it answers nothing.
      'private.check_request()',
    ].sort(),
  );
});

test('an exposed command is a thin door to the function of the same name behind it', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${EXPOSED} and not ${IS_RELATIONSHIP}
         and (case when p.proname = 'allowed_commands' then 'private.allowed_commands(' else format('private.%I(', p.proname) end) <> all (
           array(select m[1] from regexp_matches(p.prosrc, '(private\\.[a-z_]+\\()', 'g') m)
         )`,
    ),
  ).toEqual([]);
});

test('whoever may call an exposed function may call the one behind it', async () => {
  expect(
    await offenders(
      `select format('%s for %s', p.oid::regprocedure, r.role)
       from pg_proc p
       join pg_proc q on q.pronamespace = 'private'::regnamespace and q.proname = p.proname
       cross join (values ('anon'), ('authenticated'), ('service_role')) as r (role)
       where p.pronamespace in ${EXPOSED}
         and has_function_privilege(r.role, p.oid, 'execute') <> has_function_privilege(r.role, q.oid, 'execute')`,
    ),
  ).toEqual([]);
});

test('every exposed function can be called by somebody', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace in ${EXPOSED}
         and not has_function_privilege('authenticated', p.oid, 'execute')
         and not has_function_privilege('service_role', p.oid, 'execute')`,
    ),
  ).toEqual([]);
});

/** Built-in functions with an effect; declared volatile like many harmless ones. */
const BUILT_IN_EFFECTS =
  'nextval|setval|set_config|pg_notify|pg_advisory_[a-z_]*lock[a-z_]*|pgmq\\.(send|send_batch|read|pop|archive|delete|set_vt|create)|realtime\\.send';

test('a function that promises not to write neither writes nor calls one that may', async () => {
  // PostgREST answers GET for such functions: a link must never change anything.
  expect(
    await offenders(
      `select format('%s calls %s', p.oid::regprocedure, coalesce(q.oid::regprocedure::text, e.effect))
       from pg_proc p
       cross join lateral (select regexp_replace(p.prosrc, '--[^\\n]*', '', 'g') as body) b
       left join lateral (
         select f.oid from pg_proc f
         where f.pronamespace in ${OURS} and f.provolatile = 'v' and f.prokind = 'f' and f.prorettype <> 'trigger'::regtype
           and b.body ~ ('(private|public)\\.' || f.proname || '\\(')
       ) q on true
       left join lateral (
         select m[1] as effect from regexp_matches(lower(b.body), '\\m(${BUILT_IN_EFFECTS.replaceAll('\\', '\\\\').replaceAll('\\\\.', '\\.')}|insert into|delete from|update [a-z]+\\.|for (no key )?update)', 'g') m limit 1
       ) e on true
       where p.pronamespace in ${OURS} and p.prokind = 'f' and p.provolatile <> 'v'
         and (q.oid is not null or e.effect is not null)`,
    ),
  ).toEqual([]);
}, 300_000);

test('what may write is not declared harmless, so that a link can call it', async () => {
  const harmless = await offenders(
    `select p.proname from pg_proc p
     where p.pronamespace in ${EXPOSED} and p.provolatile <> 'v' and not ${IS_RELATIONSHIP}
       and p.proname not in ('allowed_commands', 'record_name', 'person_name', 'place_name')`,
  );
  expect(harmless).toEqual([
    'address_to_geocode',
    'agent_performance',
    'books',
    'bottlenecks',
    'calendar',
    'cash_flow',
    'channel_to_prove',
    'check_paybill_payment',
    'conversations_meant',
    'count_suggestions',
    'counterparty_balances',
    'credit_note_taxes',
    'customer_credit',
    'customer_places',
    'customer_statement',
    'customers_like',
    'dashboard',
    'dead_letters',
    'delivery_room',
    'deposit_expected',
    'discount_total',
    'document_totals',
    'door_closers',
    'door_results',
    'explain_figure',
    'explain_kpi',
    'find_barcode',
    'find_numbers',
    'find_phone',
    'find_vehicles',
    'first_steps',
    'free_slots',
    'import_forms',
    'import_problem',
    'import_progress',
    'inventory_totals',
    'invoice_taxes',
    'is_editable',
    'kept_with',
    'known_ai_tools',
    'kpi_board',
    'live_arrivals',
    'media_to_fetch',
    'metrics',
    'my_account',
    'my_bills',
    'my_containers',
    'my_day',
    'my_delivery_room',
    'my_order',
    'my_orders',
    'my_paper',
    'my_payments',
    'my_products',
    'my_quote',
    'my_requests',
    'my_session',
    'my_statement',
    'nearest_places',
    'order_progress',
    'order_taxes',
    'payment_state',
    'planning_problem',
    'planning_run_input',
    'planning_ways_missing',
    'preview_area',
    'preview_orders',
    'promotion_given',
    'purchase_proposal',
    'quantity_reserved',
    'quote_delivery',
    'quote_order',
    'quote_sale',
    'rebuild_balances',
    'remembered_mapping',
    'scanned_serials',
    'similar_people',
    'statement_line_candidates',
    'stock_ageing',
    'stock_as_of',
    'stock_value_as_of',
    'summarise_list',
    'team_load',
    'timeline',
    'track_order',
    'usual_basket',
    'usual_depot',
    'van_for_sale',
    'waiting',
    'why_left',
    'why_not_made',
    'worker_queues',
  ]);
}, 300_000);

test('an exception always has an error code', async () => {
  const bodies = await admin().query<{ name: string; body: string }>(
    `select p.oid::regprocedure::text as name, regexp_replace(p.prosrc, '--[^\n]*', '', 'g') as body
     from pg_proc p where p.pronamespace in ${OURS} and p.prosrc ~* '\\mraise\\M'`,
  );
  const bare = bodies.flatMap(({ name, body }) =>
    [...body.matchAll(/\braise\s+(?!debug|log|info|notice|warning)[^;]*;/gi)]
      .filter(([statement]) => !/\berrcode\s*=/i.test(statement))
      .map(([statement]) => `${name}: ${statement}`),
  );
  expect(bare).toEqual([]);
});

test('every command of a signed-in person can be sent twice with one key', async () => {
  expect(
    await offenders(
      `select p.oid::regprocedure from pg_proc p
       where p.pronamespace = 'public'::regnamespace and p.provolatile = 'v' and has_function_privilege('authenticated', p.oid, 'execute')
         and 'idempotency_key' <> all (coalesce(p.proargnames, '{}'))
         -- A link from a mail and the reference of a vendor work once by themselves; looking the audit trail over changes nothing twice,
         -- nor does saying again that one looks at a conversation.
         -- What is booked by a link is the same when it is booked, moved, confirmed or cancelled again; looking there counts against a rate.
         and p.proname not in ('accept_invitation', 'capture_lead', 'reset_password', 'verify_audit', 'watch_conversation')
         and p.proname not in ('book_appointment', 'booked_appointment', 'booking_offer', 'cancel_booking', 'confirm_booking', 'reschedule_booking')`,
    ),
  ).toEqual([]);
});
