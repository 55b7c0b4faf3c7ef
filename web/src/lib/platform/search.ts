import { pattern } from './list.ts';
import { rows } from './read.ts';
import { session } from './session.svelte.ts';
import { supabase } from './supabase.ts';

/** A record that the palette found. */
export interface Hit {
  href: string;
  title: string;
  note: string;
}

interface Place {
  permission: string;
  table: string;
  columns: string[];
  path: string;
  kind: string;
  title: (row: Record<string, string | null>) => string;
}

const PLACES: Place[] = [
  {
    permission: 'orders.view',
    table: 'orders',
    columns: ['number', 'external_reference'],
    path: '/orders',
    kind: 'Order',
    title: (row) => row.number ?? '',
  },
  {
    permission: 'customers.view',
    table: 'customers',
    columns: ['name', 'code', 'phone'],
    path: '/customers',
    kind: 'Customer',
    title: (row) => `${row.name} (${row.code})`,
  },
  {
    permission: 'products.view',
    table: 'products',
    columns: ['name', 'sku'],
    path: '/products',
    kind: 'Product',
    title: (row) => `${row.name} (${row.sku})`,
  },
  {
    permission: 'trips.view',
    table: 'trips',
    columns: ['number'],
    path: '/trips',
    kind: 'Trip',
    title: (row) => row.number ?? '',
  },
  {
    permission: 'invoices.view',
    table: 'invoices',
    columns: ['number'],
    path: '/invoices',
    kind: 'Invoice',
    title: (row) => row.number ?? '',
  },
  {
    permission: 'payments.view',
    table: 'payments',
    columns: ['number', 'reference'],
    path: '/payments',
    kind: 'Payment',
    title: (row) => [row.number, row.reference].filter(Boolean).join(' '),
  },
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
      const records = await rows<Record<string, string | null>>(
        supabase
          .from(place.table)
          .select(['id', ...place.columns].join(','))
          .or(place.columns.map((column) => `${column}.ilike.${like}`).join(','))
          .limit(PER_PLACE),
      );
      return records.map((row) => ({
        href: `${place.path}/${row.id}`,
        title: place.title(row),
        note: place.kind,
      }));
    }),
  );
  return found.flatMap((result) => (result.status === 'fulfilled' ? result.value : []));
}
