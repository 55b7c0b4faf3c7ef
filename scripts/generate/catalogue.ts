import type pg from 'pg';

/** The schemas that are reachable over HTTP. */
export const EXPOSED_SCHEMAS = ['public', 'analytics'] as const;
export type ExposedSchema = (typeof EXPOSED_SCHEMAS)[number];

export interface Column {
  name: string;
  /** As PostgreSQL writes it, without `public.`: `numeric(14,2)`, `order_status`, `text[]`. */
  type: string;
  is_nullable: boolean;
  /** The database fills it in when an insert leaves it out. */
  has_default: boolean;
  /** Signed-in people may name it in an insert or an update. */
  is_insertable: boolean;
  is_updatable: boolean;
}

export interface ForeignKey {
  name: string;
  columns: string[];
  target: string;
  target_columns: string[];
  is_one_to_one: boolean;
}

export interface Relation {
  schema: ExposedSchema;
  name: string;
  is_view: boolean;
  comment: string;
  columns: Column[];
  foreign_keys: ForeignKey[];
  /** Functions over the row that are selected like columns. */
  computed: { name: string; type: string }[];
  /** Who may change a row, as far as a permission decides it; null where nobody writes to it directly. */
  edit_permission: string | null;
}

export interface Rpc {
  schema: ExposedSchema;
  name: string;
  args: { name: string; type: string; is_optional: boolean }[];
  /** A type, the name of a table for its row, or `table(column type, …)`. */
  returns: string;
  is_set: boolean;
  /** Result columns of a function that answers a table of its own. */
  returned_columns: { name: string; type: string }[];
  comment: string;
}

export interface Enum {
  name: string;
  labels: string[];
}

export interface Thing {
  name: string;
  table: string;
  page: string;
  view_permission: string;
  number_column: string;
}

export interface Transition {
  from: string;
  command: string;
  to: string;
  permission: string;
  separate_from: string[] | null;
  event: string;
}

/** A command that leaves the state as it is. */
export interface InPlaceCommand {
  command: string;
  states: string[];
  permission: string;
}

export interface Machine {
  name: string;
  table: string;
  /** Its list in the portal; a record is at <page>/<id>. */
  page: string;
  view_permission: string;
  /** Column with the number that people call it by. */
  number_column: string;
  initial: string;
  states: string[];
  /** States in which nearly all records end, as the column is_done says (docs/decisions/0013). */
  settled: string[] | null;
  /** States in which it waits for whoever holds the permission, or is watched (null). */
  waiting: { state: string; permission: string | null }[];
  transitions: Transition[];
  in_place: InPlaceCommand[];
}

export interface RegisteredError {
  key: string;
  status: number;
  sentence: string;
  next_step: string;
}

export interface Catalogue {
  relations: Relation[];
  rpcs: Rpc[];
  enums: Enum[];
  machines: Machine[];
  /** What people say something about though it has no machine. */
  things: Thing[];
  errors: RegisteredError[];
  permissions: { permission: string; description: string }[];
  /** In the order of the enum. */
  roles: string[];
  role_permissions: { role: string; permission: string }[];
  events: string[];
  queues: string[];
  /** Permissions whose holders are told of changes while they happen. */
  audiences: string[];
  /** What explain_figure takes apart, and what its reader needs. */
  figures: { figure: string; permissions: string[]; is_quantity: boolean }[];
}

/** `public.` is where everybody looks first; other schemas keep their name. */
const TYPE = (type: string, modifier = '-1') =>
  `regexp_replace(format_type(${type}, ${modifier}), '^public\\.', '')`;

/** A BEFORE INSERT trigger for each row whose function assigns the column, like a code that is given out. */
const FILLED_BY_TRIGGER = `exists (select from pg_trigger t join pg_proc p on p.oid = t.tgfoid
  where t.tgrelid = c.oid and t.tgtype & 7 = 7
    and p.prosrc ~* ('(\\mnew\\.' || a.attname || '\\s*:=|\\minto\\s+(strict\\s+)?new\\.' || a.attname || '\\M)'))`;

const RELATIONS = `
  select c.relnamespace::regnamespace::text as schema, c.relname as name, c.relkind not in ('r', 'p') as is_view,
    coalesce(obj_description(c.oid, 'pg_class'), '') as comment,
    (select json_agg(json_build_object(
        'name', a.attname, 'type', ${TYPE('a.atttypid', 'a.atttypmod')}, 'is_nullable', not a.attnotnull,
        'has_default', a.atthasdef or a.attidentity <> '' or ${FILLED_BY_TRIGGER},
        'is_insertable', has_column_privilege('authenticated', c.oid, a.attnum, 'insert'),
        'is_updatable', has_column_privilege('authenticated', c.oid, a.attnum, 'update')) order by a.attnum)
      from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
    coalesce((select json_agg(json_build_object(
        'name', k.conname, 'target', t.relname,
        'columns', (select json_agg(a.attname order by u.n) from unnest(k.conkey) with ordinality u (attnum, n)
          join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.attnum),
        'target_columns', (select json_agg(a.attname order by u.n) from unnest(k.confkey) with ordinality u (attnum, n)
          join pg_attribute a on a.attrelid = k.confrelid and a.attnum = u.attnum),
        'is_one_to_one', exists (select from pg_index i where i.indrelid = k.conrelid and i.indisunique and i.indpred is null
          and i.indnkeyatts = cardinality(k.conkey) and k.conkey @> i.indkey::smallint[] and k.conkey <@ i.indkey::smallint[])
      ) order by k.conname)
      from pg_constraint k join pg_class t on t.oid = k.confrelid
      where k.conrelid = c.oid and k.contype = 'f' and t.relnamespace = 'public'::regnamespace), '[]') as foreign_keys,
    coalesce((select json_agg(json_build_object('name', p.proname, 'type', ${TYPE('p.prorettype')}) order by p.proname)
      from pg_proc p where p.pronamespace = c.relnamespace and p.pronargs = 1 and p.proargtypes[0] = c.reltype), '[]') as computed,
    (select substring(pg_get_expr(l.polwithcheck, l.polrelid) from 'tenant_id\\(''([a-z_.]+)''')
      from pg_policy l where l.polrelid = c.oid and l.polcmd = 'w' limit 1) as edit_permission
  from pg_class c
  where c.relnamespace in ('public'::regnamespace, 'analytics'::regnamespace) and c.relkind in ('r', 'p', 'v', 'm')
  order by 1, 2`;

const RPCS = `
  select p.pronamespace::regnamespace::text as schema, p.proname as name,
    coalesce((select json_agg(json_build_object(
        'name', p.proargnames[n], 'type', ${TYPE('u.type')}, 'is_optional', n > p.pronargs - p.pronargdefaults) order by n)
      from unnest(p.proargtypes::oid[]) with ordinality u (type, n)), '[]') as args,
    ${TYPE('p.prorettype')} as returns, p.proretset as is_set,
    coalesce((select json_agg(json_build_object('name', p.proargnames[n], 'type', ${TYPE('u.type')}) order by n)
      from unnest(p.proallargtypes) with ordinality u (type, n) where p.proargmodes[n] = 't'), '[]') as returned_columns,
    coalesce(obj_description(p.oid, 'pg_proc'), '') as comment
  from pg_proc p
  where p.pronamespace in ('public'::regnamespace, 'analytics'::regnamespace) and p.prokind = 'f'
    and not exists (select from pg_type t where t.oid = p.proargtypes[0] and t.typtype = 'c')
  order by 1, 2`;

const ENUMS = `
  select t.typname as name, json_agg(e.enumlabel order by e.enumsortorder) as labels
  from pg_type t join pg_enum e on e.enumtypid = t.oid
  where t.typnamespace = 'public'::regnamespace
  group by t.typname
  order by 1`;

const MACHINES = `
  select m.machine as name, m.table_name as table, m.initial_state as initial, m.page, m.view_permission, m.number_column,
    (select json_agg(e.enumlabel order by e.enumsortorder)
      from pg_attribute a join pg_enum e on e.enumtypid = a.atttypid
      where a.attrelid = ('public.' || m.table_name)::regclass and a.attname = 'status') as states,
    (select json_agg(json_build_object('from', t.from_state, 'command', t.command, 'to', t.to_state,
        'permission', t.permission, 'separate_from', t.separate_from, 'event', t.event)
        order by array_position(s.labels, t.from_state), array_position(s.labels, t.to_state))
      from private.transitions t,
        (select array_agg(e.enumlabel::text order by e.enumsortorder) as labels
          from pg_attribute a join pg_enum e on e.enumtypid = a.atttypid
          where a.attrelid = ('public.' || m.table_name)::regclass and a.attname = 'status') s
      where t.machine = m.machine) as transitions,
    (select coalesce(json_agg(json_build_object('state', w.state, 'permission', w.permission) order by w.state), '[]')
      from private.waiting_states w where w.machine = m.machine) as waiting,
    (select coalesce(json_agg(json_build_object('command', c.command, 'states', c.states, 'permission', c.permission)
        order by c.command, c.permission), '[]')
      from (select i.command, i.permission, array_agg(i.state order by i.state) as states
        from private.in_place_commands i where i.machine = m.machine group by 1, 2) c) as in_place
  from private.machines m
  order by m.place`;

const THINGS = `
  select s.subject as name, s.table_name as table, s.page, s.view_permission, s.number_column
  from private.subjects s where s.initial_state is null
  order by s.place`;

/** Machines, change capture and \`private.publish_event\` are the three sources of events. */
const EVENTS = `
  select t.event from private.transitions t
  union select m.machine || '.status_changed' from private.machines m
  union select 'workflow.transition_executed'
  union select a.entity || case p.proname when 'tg__record_insert' then '.created' when 'tg__record_update' then '.updated' else '.deleted' end
  from pg_trigger g
  join pg_proc p on p.oid = g.tgfoid and p.proname in ('tg__record_insert', 'tg__record_update', 'tg__record_delete')
  cross join lateral (select split_part(encode(g.tgargs, 'escape'), '\\000', 1) as entity) a
  where a.entity <> ''
  union select m[1] from pg_proc p
  cross join lateral regexp_matches(p.prosrc, 'private\\.publish_event\\([^,]+, ''([a-z_]+\\.[a-z_]+)''', 'g') m
  order by 1`;

/** For a table with the column is_done: a query that answers the states for which it is true. */
const SETTLED = `
  select c.relname as table, format('select e.status::text as name from unnest(enum_range(null::%s)) as e (status) where %s order by e.status',
    format_type(s.atttypid, null), pg_get_expr(d.adbin, d.adrelid)) as query
  from pg_attribute a
  join pg_class c on c.oid = a.attrelid and c.relnamespace = 'public'::regnamespace
  join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  join pg_attribute s on s.attrelid = a.attrelid and s.attname = 'status'
  where a.attname = 'is_done'`;

async function rows<T>(client: pg.Client, text: string): Promise<T[]> {
  return (await client.query(text)).rows as T[];
}

/** Everything that the generated files tell, read from a database with all migrations. */
export async function readCatalogue(client: pg.Client): Promise<Catalogue> {
  const names = async (text: string) =>
    (await rows<{ name: string }>(client, text)).map((row) => row.name);
  const machines = await rows<Omit<Machine, 'settled'>>(client, MACHINES);
  const settled = new Map<string, string[]>();
  for (const { table, query } of await rows<{ table: string; query: string }>(client, SETTLED)) {
    settled.set(table, await names(query));
  }
  return {
    relations: await rows<Relation>(client, RELATIONS),
    rpcs: await rows<Rpc>(client, RPCS),
    enums: await rows<Enum>(client, ENUMS),
    things: await rows<Thing>(client, THINGS),
    machines: machines.map((machine) => ({
      ...machine,
      settled: settled.get(machine.table) ?? null,
    })),
    errors: await rows<RegisteredError>(
      client,
      'select key, status, sentence, next_step from private.errors order by key',
    ),
    permissions: await rows(
      client,
      'select permission, description from public.permissions order by permission',
    ),
    roles: await names('select unnest(enum_range(null::public.member_role))::text as name'),
    role_permissions: await rows(
      client,
      'select role, permission from public.role_permissions order by role, permission',
    ),
    events: (await rows<{ event: string }>(client, EVENTS)).map((row) => row.event),
    queues: await names('select queue_name as name from pgmq.list_queues() order by 1'),
    audiences: await names('select distinct permission as name from private.audiences order by 1'),
    figures: await rows(
      client,
      'select figure, permissions, is_quantity from private.figures order by figure',
    ),
  };
}
