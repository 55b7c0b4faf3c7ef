import type { Catalogue, ForeignKey, Relation } from './catalogue.ts';
import { Refused } from './refusals.ts';

type Pairs = [string, string][];

/** How rows of one table lead to rows of another. */
export interface Relationship {
  to: Relation;
  /** At most one row there belongs to a row here. */
  isToOne: boolean;
  /** Pairs of column names, here and there; of the table in between there, when there is one. */
  columns: Pairs;
  /** The table in between, with pairs of its columns and those of the other side. */
  through: { table: string; columns: Pairs } | null;
  /** The function of a row here that gives the rows there. */
  computed: string | null;
}

interface Candidate extends Relationship {
  /** The keys that it follows: one, or both of the table in between. */
  keys: ForeignKey[];
}

/**
 * The relationship that `origin?select=target!hint(…)` means: the target's name, or the name of a
 * foreign key; the hint chooses among several by a key's name, by its column if it has only one, or by
 * the table in between.
 *
 * @throws {Refused} when there is none or more than one, in the words of PostgREST
 */
export function findRelationship(
  catalogue: Catalogue,
  schema: string,
  origin: Relation,
  target: string,
  hint: string | null,
): Relationship {
  const computed = origin.related.get(target);
  const to = computed && catalogue.relations.get(computed.to);
  if (computed && to) {
    return { to, isToOne: computed.isToOne, columns: [], through: null, computed: target };
  }
  const candidates = candidatesFrom(catalogue, origin);
  const found = candidates.filter((it) => fits(it, target, hint));
  const [first, second, ...others] = found;
  if (first && !second) return first;
  if (!first) throw missing(schema, origin, target, hint);
  // A key to the table itself leads both ways; its column names the way up, the table the way down.
  const isOneKey = second && others.length === 0 && first.keys[0] === second.keys[0];
  const down = isOneKey && [first, second].find((it) => !it.isToOne);
  if (down && first.to === origin) return down;
  throw ambiguous(origin, target, found);
}

function fits({ to, columns, through, keys }: Candidate, target: string, hint: string | null) {
  const [pair] = columns.length === 1 && !through ? columns : [];
  const isKey = !through && keys.some((key) => key.name === target);
  if (hint === null) return target === to.name || isKey || target === pair?.[0];
  if (target !== to.name) return false;
  return keys.some((key) => key.name === hint) || hint === through?.table || pair?.includes(hint);
}

const turned = (columns: Pairs): Pairs => columns.map(([here, there]) => [there, here]);

function candidatesFrom(catalogue: Catalogue, origin: Relation): Candidate[] {
  const { relations, foreignKeys } = catalogue;
  const plain = { through: null, computed: null };
  return foreignKeys.flatMap((key): Candidate[] => {
    const [from, to] = [relations.get(key.from), relations.get(key.to)];
    if (!from || !to) return [];
    const candidates: Candidate[] = [];
    if (from === origin) {
      candidates.push({ ...plain, keys: [key], to, isToOne: true, columns: key.columns });
    }
    if (to !== origin) return candidates;
    const columns = turned(key.columns);
    candidates.push({ ...plain, keys: [key], to: from, isToOne: key.isUnique, columns });
    const isPart = (it: ForeignKey) => it.columns.every(([column]) => from.key.includes(column));
    for (const other of isPart(key) ? foreignKeys : []) {
      const end = relations.get(other.to);
      if (other.from !== from.name || other === key || !end || !isPart(other)) continue;
      const through = { table: from.name, columns: other.columns };
      candidates.push({
        keys: [key, other],
        to: end,
        isToOne: false,
        columns,
        through,
        computed: null,
      });
    }
    return candidates;
  });
}

function missing(schema: string, origin: Relation, target: string, hint: string | null): Refused {
  const by = hint === null ? '' : ` using the hint '${hint}'`;
  return new Refused(400, {
    code: 'PGRST200',
    details: `Searched for a foreign key relationship between '${origin.name}' and '${target}'${by} in the schema '${schema}', but no matches were found.`,
    hint: null,
    message: `Could not find a relationship between '${origin.name}' and '${target}' in the schema cache`,
  });
}

function ambiguous(origin: Relation, target: string, found: Candidate[]): Refused {
  const names = found
    .map(({ keys, through }) => `'${target}!${through?.table ?? keys[0]?.name}'`)
    .join(', ');
  return new Refused(300, {
    code: 'PGRST201',
    details: found.map((candidate) => describe(origin, candidate)),
    hint: `Try changing '${target}' to one of the following: ${names}. Find the desired relationship in the 'details' key.`,
    message: `Could not embed because more than one relationship was found for '${origin.name}' and '${target}'`,
  });
}

function describe(origin: Relation, { keys, to, isToOne, columns, through }: Candidate) {
  const list = (pairs: Pairs, side: 0 | 1) => pairs.map((pair) => pair[side]).join(', ');
  const [key, other] = keys;
  const embedding = `${origin.name} with ${to.name}`;
  if (through) {
    const ends = `${key?.name}(${list(columns, 1)}) and ${other?.name}(${list(through.columns, 0)})`;
    return {
      cardinality: 'many-to-many',
      embedding,
      relationship: `${through.table} using ${ends}`,
    };
  }
  return {
    cardinality: key?.isUnique ? 'one-to-one' : isToOne ? 'many-to-one' : 'one-to-many',
    embedding,
    relationship: `${key?.name} using ${origin.name}(${list(columns, 0)}) and ${to.name}(${list(columns, 1)})`,
  };
}
