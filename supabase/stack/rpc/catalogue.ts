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
  args: { name: string; type: string; isRequired: boolean }[];
}

/** What the database knows that an answer depends on; read at the start and when told to. */
export interface Catalogue {
  /** By name; several when the name is overloaded. */
  routines: Map<string, Routine[]>;
  /** The `statement_timeout` that a role was given, as PostgreSQL writes it. */
  timeouts: Map<string, string>;
}

const routineSchema = z.object({
  name: z.string(),
  isVolatile: z.boolean(),
  isSet: z.boolean(),
  isVoid: z.boolean(),
  isComposite: z.boolean(),
  args: z.array(z.object({ name: z.string(), type: z.string(), isRequired: z.boolean() })),
});

const ROUTINES = `
select
  p.proname as name,
  p.provolatile = 'v' as "isVolatile",
  p.proretset as "isSet",
  p.prorettype = 'void'::regtype as "isVoid",
  t.typrelid <> 0 or coalesce(p.proargmodes::text[] && '{t,b,o}', false) as "isComposite",
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

const TIMEOUTS = `
select r.rolname as role, split_part(setting, '=', 2) as timeout
from pg_roles as r, unnest(r.rolconfig) as setting
where setting like 'statement_timeout=%'`;

export async function readCatalogue(client: pg.ClientBase, schema: string): Promise<Catalogue> {
  const found = z.array(routineSchema).parse((await client.query(ROUTINES, [schema])).rows);
  const routines = new Map<string, Routine[]>();
  for (const routine of found) {
    routines.set(routine.name, [...(routines.get(routine.name) ?? []), routine]);
  }
  const settings = await client.query<{ role: string; timeout: string }>(TIMEOUTS);
  return { routines, timeouts: new Map(settings.rows.map((row) => [row.role, row.timeout])) };
}
