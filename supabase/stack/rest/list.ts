import type { Catalogue, Relation } from './catalogue.ts';
import { bodyOf, named, type Form } from './form.ts';
import { plan } from './plan.ts';
import { readQuery } from './query.ts';
import { intersect, type Range } from './range.ts';
import type { Statement } from './transaction.ts';
import { Writer } from './writer.ts';

export interface ListOptions {
  /** Says how many rows there are in all. */
  isCounted: boolean;
  form: Form;
  /** The part that the `Range` header asks for. */
  range: Range;
  maxRows: number;
}

export interface List {
  statement: Statement;
  offset: number;
}

/**
 * The statement of `GET /<relation>?…`: body, number of rows, number of rows in all.
 *
 * @throws {Refused} what PostgREST refuses before it asks the database
 */
export function listStatement(
  catalogue: Catalogue,
  schema: string,
  relation: Relation,
  query: URLSearchParams,
  { isCounted, form, range, maxRows }: ListOptions,
): List {
  const root = plan(catalogue, schema, relation, readQuery(query));
  const { limit, offset } = intersect(range, root.part, maxRows);
  const writer = new Writer(schema, maxRows);
  const table = writer.table();
  const columns = writer.columns(root, table);
  const source = writer.source(root, table);
  const total = isCounted ? `(select count(*) ${source})::text` : 'null';
  const page = `select ${columns} ${source}${writer.order(root, table)} limit ${limit} offset ${writer.value(String(offset))}::bigint`;
  const text = `select ${bodyOf(form)}, count(*)::text, ${total} from (${page}) as result`;
  return { statement: { ...named(text), values: writer.values }, offset };
}
