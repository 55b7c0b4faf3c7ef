import type { Tables } from '#lib/database.types.ts';
import { type SubjectName, SUBJECTS } from '#lib/documents.ts';
import { ask } from '#lib/platform/command.ts';
import { anyLike, type Filter } from '#lib/platform/filters.ts';
import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { choices } from '#lib/platform/label.ts';
import { rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { m } from '#lib/words.ts';

/** The tables that gather rows of many others. */
export type Registry =
  | 'activity_feed'
  | 'assignments'
  | 'calendar_events'
  | 'document_registry'
  | 'financial_ledger'
  | 'inventory_registry'
  | 'location_registry'
  | 'people_directory'
  | 'status_tracker';

export type RowOf<Name extends Registry> = Tables<Name>;

/** Records that are no subject, and the page on which they are found. */
const PAGES: Record<string, string> = {
  membership: '/users',
  contact: '/inbox',
  lead_vendor: '/leads/setup',
  holiday: '/settings',
  stock: '/stock',
};
const WITH_A_PAGE: Record<string, string> = {
  serial: '/stock/serials',
  order_template: '/orders/templates',
};

/** The page of the record that a row is about. */
export function pageOf(row: { entity_type: string; entity_id: string }): string {
  const known = SUBJECTS[row.entity_type as SubjectName] as { page: string } | undefined;
  const page = known?.page ?? WITH_A_PAGE[row.entity_type];
  return page ? `${page}/${row.entity_id}` : (PAGES[row.entity_type] ?? '/');
}

/** What a record is called, of those that a page shows; nothing where it has no number or name. */
export async function namesOf(
  shown: readonly { entity_type: string; entity_id: string }[],
): Promise<Map<string, string>> {
  const named = new Map<string, string>();
  const kinds = [...new Set(shown.map((row) => row.entity_type))];
  await Promise.all(
    kinds.map(async (kind) => {
      const known = SUBJECTS[kind as SubjectName] as { table: string; number: string } | undefined;
      if (!known) return;
      const ids = [...new Set(shown.flatMap((it) => (it.entity_type === kind ? it.entity_id : [])))];
      const found = await rows(
        supabase
          .from(known.table as 'orders')
          .select(`id,name:${known.number}`)
          .in('id', ids) as unknown as PromiseLike<{
          data: { id: string; name: string | null }[] | null;
          error: unknown;
          status: number;
        }>,
      );
      for (const { id, name } of found) if (name) named.set(id, name);
    }),
  );
  return named;
}

/** A filter by one of the words that a column holds. */
const wordFilter = (name: string, label: string, values: readonly string[], tabs = false): Filter => ({
  name,
  label,
  kind: 'choice',
  options: choices(values),
  ...(tabs ? { tabs: true } : {}),
});

const ABOUT = [
  ...['order', 'trip', 'customer', 'invoice', 'payment', 'credit_note', 'return', 'settlement'],
  ...['stock_count', 'transfer', 'adjustment', 'lead', 'deal', 'conversation', 'task'],
];

/** What rows are about; the list is long, so it stands behind "More filters". */
const aboutFilter: Filter = {
  ...wordFilter('entity_type', m.it_is_about(), ABOUT),
  more: true,
} as Filter;

const newestFirst = { sort: '-created_at', sortable: ['created_at'] };

export const ACTIVITY: ListShape = {
  table: 'activity_feed',
  ...newestFirst,
  filters: [
    wordFilter('activity_type', m.kind(), [
      ...['created', 'step', 'changed', 'comment', 'file', 'message', 'note', 'approval'],
    ]),
    { ...personFilter('actor', m.who(), 'actor_id', 'user_id'), optional: true } as Filter,
    { name: 'when', label: m.when(), kind: 'moment', column: 'created_at' },
    aboutFilter,
  ],
};

export const CALENDAR: ListShape = {
  table: 'calendar_events',
  sort: 'starts_at',
  sortable: ['starts_at', 'event_type', 'title'],
  search: { label: m.title(), means: (typed) => [anyLike(typed, 'title', 'description')] },
  filters: [
    wordFilter('event_type', m.kind(), [
      ...['delivery', 'trip', 'planning', 'task', 'payment_due', 'next_step', 'expected_close'],
      ...['paper_ends', 'batch_expires', 'holiday', 'standing_order', 'contract_ends'],
    ]),
    { name: 'when', label: m.when(), kind: 'moment', column: 'starts_at' },
    { ...personFilter('assigned', m.given_to(), 'assigned_to', 'user_id'), optional: true } as Filter,
    { ...placeFilter(m.location(), 'location_id'), more: true } as Filter,
  ],
};

export const PAPERS: ListShape = {
  table: 'document_registry',
  sort: '-created_at',
  sortable: ['created_at', 'title', 'expires_at', 'file_size'],
  search: { label: m.title(), means: (typed) => [anyLike(typed, 'title')] },
  filters: [
    wordFilter('document_type', m.kind(), [
      ...['upload', 'customer_paper', 'proof', 'invoice', 'credit_note', 'imported_file'],
    ]),
    { name: 'ends', label: m.ends(), kind: 'moment', column: 'expires_at', optional: true },
    { name: 'when', label: m.entered(), kind: 'moment', column: 'created_at' },
    { ...personFilter('by', m.added_by(), 'uploaded_by', 'user_id'), more: true } as Filter,
  ],
};

export const MONEY: ListShape = {
  table: 'financial_ledger',
  sort: '-created_at',
  sortable: ['created_at', 'amount', 'open_amount', 'due_date', 'counterparty_name'],
  search: {
    label: m.name_or_number(),
    means: (typed) => [anyLike(typed, 'counterparty_name', 'description')],
  },
  filters: [
    wordFilter('transaction_type', m.kind(), [
      ...['invoice', 'credit_note', 'payment', 'refund', 'settlement'],
    ]),
    wordFilter('direction', m.direction(), ['inflow', 'outflow']),
    { name: 'due', label: m.due(), kind: 'day', column: 'due_date', optional: true },
    { name: 'open', label: m.still_open(), kind: 'number', column: 'open_amount', unit: 'money' },
    { name: 'when', label: m.entered(), kind: 'moment', column: 'created_at', more: true },
  ],
};

export const PEOPLE: ListShape = {
  table: 'people_directory',
  sort: 'display_name',
  sortable: ['display_name', 'company_name', 'created_at'],
  search: {
    label: m.name_phone_or_number(),
    means: (typed) => [anyLike(typed, 'display_name', 'company_name', 'phone', 'email')],
  },
  filters: [
    wordFilter('person_type', m.kind(), ['user', 'driver', 'customer', 'contact', 'lead', 'vendor']),
    {
      name: 'internal',
      label: m.works_here(),
      kind: 'flag',
      column: 'is_internal',
      yes: m.colleagues(),
      no: m.people_outside(),
    },
  ],
};

export const WORK: ListShape = {
  table: 'assignments',
  sort: '-created_at',
  sortable: ['created_at', 'end_time', 'start_time', 'assignment_type'],
  search: { label: m.title(), means: (typed) => [anyLike(typed, 'entity_name')] },
  filters: [
    personFilter('user', m.given_to(), 'user_id', 'user_id') as Filter,
    wordFilter('assignment_type', m.kind(), [
      ...['task', 'trip', 'stock_count', 'lead', 'deal', 'conversation', 'customer', 'territory'],
    ]),
    {
      name: 'open',
      label: m.state(),
      kind: 'flag',
      column: 'is_open',
      yes: m.still_open(),
      no: m.nothing_to_do(),
    },
    { name: 'ends', label: m.due(), kind: 'moment', column: 'end_time', optional: true },
  ],
};

export const PLACES: ListShape = {
  table: 'location_registry',
  sort: 'name',
  sortable: ['name', 'city', 'created_at'],
  search: {
    label: m.name_or_address(),
    means: (typed) => [anyLike(typed, 'name', 'address_line_1', 'city')],
  },
  filters: [
    wordFilter('location_type', m.kind(), ['customer', 'depot', 'shop', 'van', 'transit']),
    {
      name: 'active',
      label: m.state(),
      kind: 'flag',
      column: 'is_active',
      yes: m.active(),
      no: m.retired(),
    },
  ],
};

export const STATES: ListShape = {
  table: 'status_tracker',
  sort: '-changed_at',
  sortable: ['changed_at', 'due_date', 'entity_type', 'current_status'],
  search: { label: m.number(), means: (typed) => [anyLike(typed, 'entity_name')] },
  filters: [
    wordFilter('status_category', m.where_it_stands(), [
      ...['blocked', 'pending', 'active', 'completed'],
    ], true),
    { ...wordFilter('entity_type', m.it_is_about(), ABOUT) },
    { name: 'since', label: m.since(), kind: 'moment', column: 'changed_at' },
    { name: 'due', label: m.due(), kind: 'day', column: 'due_date', optional: true },
  ],
};

export const THINGS: ListShape = {
  table: 'inventory_registry',
  sort: 'name',
  sortable: ['name', 'sku', 'quantity', 'category'],
  search: { label: m.name_or_code(), means: (typed) => [anyLike(typed, 'name', 'sku', 'category')] },
  filters: [
    wordFilter('item_type', m.kind(), ['stock', 'container', 'vehicle', 'piece']),
    wordFilter('condition', m.condition(), ['good', 'suspect', 'defective']),
    placeFilter(m.location(), 'location_id') as Filter,
  ],
};

/** One page of a registry, and what the records are called that its rows are about. */
export async function listRegistry<Name extends Registry>(
  shape: ListShape & { table: string },
  list: ListQuery,
  name: Name,
) {
  return readPage<RowOf<Name>>(
    shape,
    list,
    (relations) =>
      supabase.from(name as 'activity_feed').select(having('*', relations)) as never,
  );
}

export const cashFlow = () => ask('cash_flow', {});
export const balances = () => ask('counterparty_balances', {});
export const similarPeople = () => ask('similar_people', {});
export const teamLoad = () => ask('team_load', {});
export const bottlenecks = () => ask('bottlenecks', {});
export const inventoryTotals = () => ask('inventory_totals', {});
export const documentTotals = () => ask('document_totals', {});

export type Near = Awaited<ReturnType<typeof nearestPlaces>>[number];

/** Places within so many kilometres, the nearest first. @throws PortalError */
export const nearestPlaces = (latitude: number, longitude: number, within: number) =>
  ask('nearest_places', { latitude, longitude, within_km: within });
