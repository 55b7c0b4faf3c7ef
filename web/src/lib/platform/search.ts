import type { Tables } from '#lib/database.types.ts';
import { findNumbers, findVehicles, meansCustomer } from './find.ts';
import { pattern } from './list.ts';
import { rows, type TableName } from './read.ts';
import { session } from './session.svelte.ts';
import { untyped } from './supabase.ts';

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
  document?: Parameters<typeof findNumbers>[0];
  /** Columns that are read, and searched where there is no number. */
  columns: (keyof Tables<Table> & string)[];
  /** Which records are meant, as a filter for `or()`, where it is more than that the columns have the text. */
  meant?: (typed: string) => Promise<string>;
  path: string;
  /** Shown together on the page of `path`. */
  together?: true;
  kind: string;
  title: (row: Record<string, string | null>) => string;
}

/** Has the compiler compare the columns with those of the table. */
const place = <Table extends TableName>(it: Place<Table>) => it as unknown as Place;

const PLACES: Place[] = [
  // First, because his documents are found by his name as well.
  place({
    permission: 'customers.view',
    table: 'customers',
    columns: ['name', 'code'],
    meant: meansCustomer,
    path: '/customers',
    kind: 'Customer',
    title: (row) => `${row.name} (${row.code})`,
  }),
  place({
    permission: 'orders.view',
    table: 'orders',
    document: 'order',
    columns: ['number', 'external_reference'],
    path: '/orders',
    kind: 'Order',
    title: (row) => row.number ?? '',
  }),
  place({
    permission: 'products.view',
    table: 'products',
    columns: ['name', 'sku'],
    path: '/products',
    kind: 'Product',
    title: (row) => `${row.name} (${row.sku})`,
  }),
  place({
    permission: 'trips.view',
    table: 'trips',
    document: 'trip',
    columns: ['number'],
    path: '/trips',
    kind: 'Trip',
    title: (row) => row.number ?? '',
  }),
  place({
    permission: 'trips.view',
    table: 'vehicles',
    columns: ['name', 'registration'],
    meant: async (typed) => `id.in.(${(await findVehicles(typed)).join(',')})`,
    path: '/fleet',
    together: true,
    kind: 'Vehicle',
    title: (row) => `${row.name} (${row.registration})`,
  }),
  place({
    permission: 'invoices.view',
    table: 'invoices',
    document: 'invoice',
    columns: ['number'],
    path: '/invoices',
    kind: 'Invoice',
    title: (row) => row.number ?? '',
  }),
  place({
    permission: 'payments.view',
    table: 'payments',
    document: 'payment',
    columns: ['number', 'reference'],
    path: '/payments',
    kind: 'Payment',
    title: (row) => [row.number, row.reference].filter(Boolean).join(' '),
  }),
];

const PER_PLACE = 5;

/**
 * Finds records by number, code or name in every family that the caller may read. A family that
 * fails is left out: a search that finds less is better than one that finds nothing.
 */
export async function searchRecords(text: string): Promise<Hit[]> {
  const like = pattern(text);
  const found = await Promise.allSettled(
    PLACES.filter((place) => session.can(place.permission)).map(async (place) => {
      const query = untyped.from(place.table as string).select(['id', ...place.columns].join(','));
      const records = await rows(
        (place.document
          ? query.in('number', await findNumbers(place.document, text))
          : query.or(
              place.meant
                ? await place.meant(text)
                : place.columns.map((column) => `${column}.ilike.${like}`).join(','),
            )
        )
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
  return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}
