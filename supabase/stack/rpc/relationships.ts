import type { Catalogue, ForeignKey, Relation } from './catalogue.ts';
import { NotPlain } from './query.ts';
import { Refused } from './refusals.ts';

/** How rows of one table lead to rows of another. */
export interface Relationship {
  to: Relation;
  /** At most one row there belongs to a row here. */
  isToOne: boolean;
  /** Pairs of column names, here and there. */
  columns: [string, string][];
}

interface Candidate extends Relationship {
  key: ForeignKey;
}

/**
 * The relationship that `origin?select=target!hint(…)` means: the target's name, or the name of a
 * foreign key; the hint chooses among several by a key's name, or by its column if it has only one.
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
  const candidates = candidatesFrom(catalogue, origin);
  const found = candidates.filter(({ key, to, columns }) => {
    const [pair] = columns.length === 1 ? columns : [];
    if (hint === null) return target === to.name || target === key.name || target === pair?.[0];
    return target === to.name && (hint === key.name || pair?.includes(hint));
  });
  const known = catalogue.relations.get(target);
  // What a view, a table in between or a table itself leads to is not looked into here.
  const isUnknown = !origin.isTable || catalogue.junctions.has(`${origin.name} ${target}`);
  if (isUnknown || found.some(({ key }) => key.from === key.to)) throw new NotPlain();
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  if (first) throw ambiguous(origin, target, found);
  throw known?.isTable ? missing(schema, origin, target, hint) : new NotPlain();
}

function candidatesFrom(catalogue: Catalogue, origin: Relation): Candidate[] {
  return catalogue.foreignKeys.flatMap((key): Candidate[] => {
    const [from, to] = [catalogue.relations.get(key.from), catalogue.relations.get(key.to)];
    if (!from || !to) return [];
    const candidates: Candidate[] = [];
    if (key.from === origin.name) candidates.push({ key, to, isToOne: true, columns: key.columns });
    if (key.to === origin.name) {
      const columns = key.columns.map(([here, there]): [string, string] => [there, here]);
      candidates.push({ key, to: from, isToOne: key.isUnique, columns });
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
  const names = found.map(({ key }) => `'${target}!${key.name}'`).join(', ');
  return new Refused(300, {
    code: 'PGRST201',
    details: found.map((candidate) => describe(origin, candidate)),
    hint: `Try changing '${target}' to one of the following: ${names}. Find the desired relationship in the 'details' key.`,
    message: `Could not embed because more than one relationship was found for '${origin.name}' and '${target}'`,
  });
}

function describe(origin: Relation, { key, to, isToOne, columns }: Candidate) {
  const [here, there] = [0, 1].map((side) => columns.map((pair) => pair[side]).join(', '));
  return {
    cardinality: key.isUnique ? 'one-to-one' : isToOne ? 'many-to-one' : 'one-to-many',
    embedding: `${origin.name} with ${to.name}`,
    relationship: `${key.name} using ${origin.name}(${here}) and ${to.name}(${there})`,
  };
}
