import type { Catalogue, Relation } from './catalogue.ts';
import { notEmbedded } from './mistakes.ts';
import type { Part, Query, Wanted } from './query.ts';
import { findRelationship, type Relationship } from './relationships.ts';

/** One table of a list with what is wanted of it, and those that are related to it. */
export interface Node {
  relation: Relation;
  part: Part;
  wanted: Wanted[];
  children: Child[];
}

export interface Child {
  wanted: Wanted;
  isInner: boolean;
  relationship: Relationship;
  /** What it is related to. */
  origin: Node;
  node: Node;
}

const WHOLE: Part = { conditions: [], order: [], limit: null, offset: 0 };

/**
 * Finds the tables that a query speaks of, with what it says of each.
 *
 * @throws {Refused} when it speaks of one that is not wanted, or that is not related
 */
export function plan(
  catalogue: Catalogue,
  schema: string,
  relation: Relation,
  { wanted, parts }: Pick<Query, 'wanted' | 'parts'>,
): Node {
  const used = new Set(['']);

  /** @param paths under which the query may speak of it: by its name or its alias */
  function node(relation: Relation, wanted: Wanted[], paths: string[]): Node {
    const path = paths.find((it) => parts.has(it)) ?? '';
    used.add(path);
    const part = paths.includes(path) ? parts.get(path) : undefined;
    const origin: Node = { relation, part: part ?? WHOLE, wanted, children: [] };
    for (const item of wanted) {
      if (item.related === null) continue;
      const { hint, isInner, wanted: inner } = item.related;
      const relationship = findRelationship(catalogue, schema, relation, item.name, hint);
      const below = paths.flatMap((it) =>
        [item.alias, item.name].map((name) => (it === '' ? name : `${it}.${name}`)),
      );
      const child = node(relationship.to, inner, below);
      origin.children.push({ wanted: item, isInner, relationship, origin, node: child });
    }
    return origin;
  }

  const root = node(relation, wanted, ['']);
  const stray = [...parts.keys()].find((path) => !used.has(path));
  if (stray === undefined) return root;
  throw notEmbedded(stray.split('.').at(-1) ?? '');
}
