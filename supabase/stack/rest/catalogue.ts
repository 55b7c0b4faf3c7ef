import type pg from 'pg';
import { z } from 'zod';

/** A function of an exposed schema that can be called with named arguments. */
export interface Routine {
  name: string;
  isVolatile: boolean;
  isSet: boolean;
  isVoid: boolean;
  /** True when its value has columns: a row type, `returns table`, OUT arguments. */
  isComposite: boolean;
  /** The table whose rows it gives; null when they are of its own. */
  relation: string | null;
  /** The columns of its rows when they are of its own. */
  columns: Record<string, Column>;
  args: { name: string; type: string; isRequired: boolean }[];
}

export interface Column {
  /** As it is written in SQL. */
  type: string;
  /** What it is when nothing is said, as SQL; null when that is nothing. */
  default: string | null;
}

/** A table or view, or the rows of a function. */
export interface Relation {
  name: string;
  columns: Map<string, Column>;
  /** The columns of the primary key. */
  key: string[];
  /** The labels of its columns that are enums. */
  labels: Map<string, Set<string>>;
  /** Functions of one row of it, which can be selected like columns. */
  computed: Set<string>;
  /** Functions of one row of it that give rows of a table. */
  related: Map<string, { to: string; isToOne: boolean }>;
}

export interface ForeignKey {
  name: string;
  from: string;
  to: string;
  /** Pairs of column names, there and here. */
  columns: [string, string][];
  /** True when at most one row refers to another. */
  isUnique: boolean;
}

/** What the database knows that an answer depends on; read at the start and when told to. */
export interface Catalogue {
  /** By name; several when the name is overloaded. */
  routines: Map<string, Routine[]>;
  relations: Map<string, Relation>;
  foreignKeys: ForeignKey[];
  /** The `statement_timeout` that a role was given, as PostgreSQL writes it. */
  timeouts: Map<string, string>;
  /** What PostgREST calls before every request (`pgrst.db_pre_request`), as a statement; null: nothing. */
  preRequest: string | null;
}

const columnsSchema = z.record(
  z.string(),
  z.object({ type: z.string(), default: z.string().nullable() }),
);

const routineSchema = z.object({
  name: z.string(),
  isVolatile: z.boolean(),
  isSet: z.boolean(),
  isVoid: z.boolean(),
  isComposite: z.boolean(),
  relation: z.string().nullable(),
  columns: columnsSchema,
  args: z.array(z.object({ name: z.string(), type: z.string(), isRequired: z.boolean() })),
});

const ROUTINES = `
select
  p.proname as name,
  p.provolatile = 'v' as "isVolatile",
  p.proretset as "isSet",
  p.prorettype = 'void'::regtype as "isVoid",
  t.typrelid <> 0 or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as "isComposite",
  (select c.relname from pg_class as c where c.oid = t.typrelid and c.relnamespace = p.pronamespace and c.relkind <> 'c') as relation,
  (
    select coalesce(json_object_agg(every.name, json_build_object('type', every.type, 'default', null) order by every.place), '{}')
    from (
      select p.proargnames[arg.place] as name, format_type(arg.type, null) as type, arg.place
      from unnest(p.proallargtypes) with ordinality as arg (type, place)
      where p.proargmodes[arg.place] in ('t', 'b', 'o')
      union all
      select a.attname, format_type(a.atttypid, a.atttypmod), a.attnum
      from pg_attribute as a
      where a.attrelid = t.typrelid and t.typrelid <> 0 and a.attnum > 0 and not a.attisdropped
    ) as every
    where every.name <> ''
  ) as columns,
  coalesce(
    (
      select json_agg(
        json_build_object(
          'name', coalesce(p.proargnames[a.position], ''),
          'type', format_type(a.type, null),
          'isRequired', a.place <= p.pronargs - p.pronargdefaults
        )
        order by a.position
      )
      from (
        select every.*, row_number() over (order by every.position) as place
        from unnest(coalesce(p.proallargtypes, p.proargtypes::oid[])) with ordinality as every (type, position)
        where coalesce(p.proargmodes[every.position], 'i') in ('i', 'b')
      ) as a
    ),
    '[]'
  ) as args
from pg_proc as p
join pg_type as t on t.oid = p.prorettype
where p.pronamespace = $1::regnamespace
  and p.prokind = 'f'
  and p.provariadic = 0
  and p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and (p.prorettype <> 'record'::regtype or p.proallargtypes is not null)`;

const relationSchema = z.object({
  name: z.string(),
  columns: columnsSchema,
  key: z.array(z.string()),
  labels: z.record(z.string(), z.array(z.string())),
  computed: z.array(z.string()),
  related: z.record(z.string(), z.object({ to: z.string(), isToOne: z.boolean() })),
});

const RELATIONS = `
select
  c.relname as name,
  (
    select coalesce(
      json_object_agg(
        a.attname,
        json_build_object(
          'type', format_type(a.atttypid, a.atttypmod),
          'default', case
            when a.attidentity <> '' then (
              select format('nextval(%L::regclass)', d.objid::regclass)
              from pg_depend as d
              where d.refobjid = c.oid and d.refobjsubid = a.attnum and d.deptype = 'i' limit 1
            )
            when a.attgenerated = '' then pg_get_expr(v.adbin, v.adrelid)
          end
        )
        order by a.attnum
      ),
      '{}'
    )
    from pg_attribute as a
    left join pg_attrdef as v on v.adrelid = a.attrelid and v.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as columns,
  array(
    select a.attname::text
    from pg_index as i, unnest(i.indkey) with ordinality as part (attnum, place), pg_attribute as a
    where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = part.attnum
    order by part.place
  ) as key,
  (
    select coalesce(json_object_agg(a.attname, array(select e.enumlabel from pg_enum as e where e.enumtypid = a.atttypid)), '{}')
    from pg_attribute as a join pg_type as t on t.oid = a.atttypid and t.typtype = 'e'
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  ) as labels,
  array(
    select p.proname::text from pg_proc as p
    where p.pronamespace = c.relnamespace and p.prokind = 'f' and not p.proretset
      and p.pronargs = 1 and p.proargtypes[0] = c.reltype
  ) as computed,
  (
    select coalesce(json_object_agg(p.proname, json_build_object('to', o.relname, 'isToOne', p.prorows = 1)), '{}')
    from pg_proc as p
    join pg_type as t on t.oid = p.prorettype
    join pg_class as o on o.oid = t.typrelid and o.relnamespace = c.relnamespace
    where p.pronamespace = c.relnamespace and p.prokind = 'f' and p.proretset
      and p.pronargs = 1 and p.proargtypes[0] = c.reltype
  ) as related
from pg_class as c
where c.relnamespace = $1::regnamespace and c.relkind in ('r', 'p', 'v', 'm')`;

const foreignKeySchema = z.object({
  name: z.string(),
  from: z.string(),
  to: z.string(),
  columns: z.array(z.tuple([z.string(), z.string()])),
  isUnique: z.boolean(),
});

const FOREIGN_KEYS = `
select
  k.conname as name,
  source.relname as "from",
  target.relname as "to",
  (
    select json_agg(json_build_array(a.attname, b.attname) order by pair.position)
    from unnest(k.conkey, k.confkey) with ordinality as pair (here, there, position)
    join pg_attribute as a on a.attrelid = k.conrelid and a.attnum = pair.here
    join pg_attribute as b on b.attrelid = k.confrelid and b.attnum = pair.there
  ) as columns,
  exists (
    select from pg_constraint as u
    where u.conrelid = k.conrelid and u.contype in ('p', 'u')
      and u.conkey <@ k.conkey and k.conkey <@ u.conkey
  ) as "isUnique"
from pg_constraint as k
join pg_class as source on source.oid = k.conrelid
join pg_class as target on target.oid = k.confrelid
where k.contype = 'f' and k.connamespace = $1::regnamespace
  and target.relnamespace = $1::regnamespace
order by k.oid`;

const TIMEOUTS = `
select r.rolname as role, split_part(setting, '=', 2) as timeout
from pg_roles as r, unnest(r.rolconfig) as setting
where setting like 'statement_timeout=%'`;

/** The setting is the whole server's; not every database on it needs to have the function. */
const PRE_REQUEST = `
select format('select %I.%I()', n.nspname, p.proname) as statement
from pg_roles as r, unnest(r.rolconfig) as setting, pg_proc as p
join pg_namespace as n on n.oid = p.pronamespace
where r.rolname = 'authenticator' and setting = format('pgrst.db_pre_request=%s.%s', n.nspname, p.proname)`;

export async function readCatalogue(client: pg.ClientBase, schema: string): Promise<Catalogue> {
  const found = z.array(routineSchema).parse((await client.query(ROUTINES, [schema])).rows);
  const routines = new Map<string, Routine[]>();
  for (const routine of found) {
    routines.set(routine.name, [...(routines.get(routine.name) ?? []), routine]);
  }
  const settings = await client.query<{ role: string; timeout: string }>(TIMEOUTS);
  const before = await client.query<{ statement: string }>(PRE_REQUEST);
  const relations = new Map<string, Relation>();
  const shapes = z.array(relationSchema).parse((await client.query(RELATIONS, [schema])).rows);
  for (const shape of shapes) {
    const labels = Object.entries(shape.labels);
    relations.set(shape.name, {
      name: shape.name,
      key: shape.key,
      columns: new Map(Object.entries(shape.columns)),
      labels: new Map(labels.map(([column, all]) => [column, new Set(all)])),
      computed: new Set(shape.computed),
      related: new Map(Object.entries(shape.related)),
    });
  }
  const keys = (await client.query(FOREIGN_KEYS, [schema])).rows;
  return {
    routines,
    relations,
    foreignKeys: z.array(foreignKeySchema).parse(keys),
    timeouts: new Map(settings.rows.map((row) => [row.role, row.timeout])),
    preRequest: before.rows[0]?.statement ?? null,
  };
}
