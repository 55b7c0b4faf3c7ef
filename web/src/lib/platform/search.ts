import type { Database, Tables } from '#lib/database.types.ts';
import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { documentNames } from '#lib/workflow/documents.ts';
import { findNumbers, findVehicles, meansCustomer, meansProduct } from './find.ts';
import { label } from './label.ts';
import { anyLike, type Condition, narrow } from './filters.ts';
import { rows } from './read.ts';
import { session } from './session.svelte.ts';
import { untyped } from './supabase.ts';
import { m, terms } from '#lib/words.ts';

type TableName = keyof Database['public']['Tables'];

/** A record that the palette found. */
export interface Hit {
  href: string;
  title: string;
  note: string;
}

interface Place<Table extends TableName = TableName> {
  permission: string;
  table: Table;
  /** Documents are found by their number. */
  document?: DocumentName;
  /** Columns that are read, and searched where there is no number. */
  columns: (keyof Tables<Table> & string)[];
  /** Where more is meant than that the columns have the text. */
  meant?: (typed: string) => Promise<Condition>;
  path: string;
  /** Shown together on the page of `path`. */
  together?: true;
  kind: string;
  title: (row: Record<string, string | null>) => string;
}

/** Has the compiler compare the columns with those of the table. */
const place = <Table extends TableName>(it: Place<Table>) => it as unknown as Place;

/** What stands beside the number of a document that was found. */
const BESIDE: Partial<Record<DocumentName, string>> = { payment: 'reference' };

// Customers are found by more than their code.
const documents = documentNames
  .filter((name) => DOCUMENTS[name].number === 'number')
  .map((name): Place => {
    const { permission, table, page } = DOCUMENTS[name];
    const columns = ['number', BESIDE[name]].filter((column) => column !== undefined);
    return {
      permission,
      table,
      document: name,
      columns: columns as Place['columns'],
      path: page,
      kind: label(name),
      title: (row) =>
        columns
          .map((column) => row[column])
          .filter(Boolean)
          .join(' '),
    };
  });

// Whoever types a name or a plate means its owner before the documents that belong to him.
const PLACES: Place[] = [
  place({
    permission: 'customers.view',
    table: 'customers',
    columns: ['name', 'code'],
    meant: meansCustomer,
    path: '/customers',
    kind: m.customer(terms),
    title: (row) => `${row.name} (${row.code})`,
  }),
  place({
    permission: 'trips.view',
    table: 'vehicles',
    columns: ['name', 'registration'],
    meant: async (typed) => ({ column: 'id', in: await findVehicles(typed) }),
    path: '/fleet',
    together: true,
    kind: m.vehicle(),
    title: (row) => `${row.name} (${row.registration})`,
  }),
  ...documents,
  place({
    permission: 'products.view',
    table: 'products',
    columns: ['name', 'sku'],
    meant: meansProduct,
    path: '/products',
    kind: m.product(terms),
    title: (row) => `${row.name} (${row.sku})`,
  }),
];

const PER_PLACE = 5;

/**
 * Finds records by number, code, name or telephone number, and documents by that of their customer,
 * in every family that the caller may read. A family that
 * fails is left out: a search that finds less is better than one that finds nothing.
 */
export async function searchRecords(text: string): Promise<Hit[]> {
  const found = await Promise.allSettled(
    PLACES.filter((place) => session.can(place.permission)).map(async (place) => {
      const query = untyped.from(place.table as string).select(['id', ...place.columns].join(','));
      const meant = place.document
        ? { column: 'number', in: await findNumbers(place.document, text) }
        : ((await place.meant?.(text)) ?? anyLike(text, ...place.columns));
      const records = await rows(
        narrow(query, [meant])
          .order('created_at', { ascending: false })
          .limit(PER_PLACE)
          .overrideTypes<Record<string, string | null>[], { merge: false }>(),
      );
      return records.map((row) => ({
        href: place.together ? place.path : `${place.path}/${row.id}`,
        title: place.title(row),
        note: place.kind,
      }));
    }),
  );
  const hits = found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
  // What is called so comes before what belongs to it, like the orders of a customer.
  const isCalledSo = (hit: Hit) => Number(hit.title.toLowerCase().includes(text.toLowerCase()));
  return hits.sort((one, other) => isCalledSo(other) - isCalledSo(one));
}
