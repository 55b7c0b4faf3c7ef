import { type SubjectName, SUBJECTS } from '#lib/documents.ts';
import { ask } from '#lib/platform/command.ts';
import { anyLike, type Filter } from '#lib/platform/filters.ts';
import { having, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { choices } from '#lib/platform/label.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { personFilter } from '#lib/tenancy/tenancy.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { m } from '#lib/words.ts';

/** Records that are no subject, and the page on which they are found. */
const PAGES: Record<string, string> = {
  membership: '/users',
  contact: '/inbox',
  lead_vendor: '/leads/setup',
  holiday: '/settings',
  stock: '/stock',
  work_shift: '/shifts',
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

/** A filter by one of the words that a column holds. */
const wordFilter = (
  name: string,
  label: string,
  values: readonly string[],
  tabs = false,
): Filter => ({
  name,
  label,
  kind: 'choice',
  options: choices(values),
  ...(tabs ? { tabs: true } : {}),
});

const ABOUT = [
  ...['order', 'trip', 'customer', 'invoice', 'payment', 'credit_note', 'return', 'settlement'],
  ...['stock_count', 'transfer', 'adjustment', 'lead', 'deal', 'conversation', 'task', 'door'],
  ...['asset', 'maintenance_job', 'leave_request'],
];

/** What rows are about; the list is long, so it stands behind "More filters". */
const aboutFilter: Filter = {
  ...wordFilter('entity_type', m.about(), ABOUT),
  more: true,
} as Filter;

const newestFirst = { sort: '-created_at', sortable: ['created_at'] };

export const ACTIVITY: ListShape = {
  table: 'activity_feed',
  ...newestFirst,
  filters: [
    wordFilter('activity_type', m.kind(), [
      ...['created', 'step', 'changed', 'comment', 'file', 'message', 'note', 'approval'],
      ...['visit', 'call', 'email', 'meeting'],
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
      ...[
        'paper_ends',
        'batch_expires',
        'holiday',
        'standing_order',
        'contract_ends',
        'notice_until',
        'goods_expected',
        ...['maintenance', 'warranty_ends', 'work_shift', 'leave'],
      ],
    ]),
    { name: 'when', label: m.when(), kind: 'moment', column: 'starts_at' },
    {
      ...personFilter('assigned', m.given_to(), 'assigned_to', 'user_id'),
      optional: true,
    } as Filter,
    { ...placeFilter(), column: 'location_id', more: true },
  ],
};

export const PAPERS: ListShape = {
  table: 'document_registry',
  sort: '-created_at',
  sortable: ['created_at', 'title', 'expires_at', 'file_size'],
  search: { label: m.title(), means: (typed) => [anyLike(typed, 'title')] },
  filters: [
    wordFilter('document_type', m.kind(), [
      ...[
        'upload',
        'customer_paper',
        'proof',
        'invoice',
        'credit_note',
        'imported_file',
        'contract',
        'proposal',
        'proposal',
      ],
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
      ...['invoice', 'credit_note', 'payment', 'refund', 'settlement', 'purchase_order', 'expense'],
      'commission',
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
    wordFilter('person_type', m.kind(), [
      'user',
      'driver',
      'customer',
      'contact',
      'lead',
      'vendor',
    ]),
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
      'work_shift',
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
    wordFilter('location_type', m.kind(), [
      'customer',
      'vendor',
      'depot',
      'shop',
      'van',
      'transit',
      'door',
    ]),
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
    wordFilter(
      'status_category',
      m.where_it_stands(),
      [...['blocked', 'pending', 'active', 'completed']],
      true,
    ),
    { ...wordFilter('entity_type', m.about(), ABOUT) },
    { name: 'since', label: m.since(), kind: 'moment', column: 'changed_at' },
    { name: 'due', label: m.due(), kind: 'day', column: 'due_date', optional: true },
  ],
};

export const THINGS: ListShape = {
  table: 'inventory_registry',
  sort: 'name',
  sortable: ['name', 'sku', 'quantity', 'category'],
  search: {
    label: m.name_or_code(),
    means: (typed) => [anyLike(typed, 'name', 'sku', 'category')],
  },
  filters: [
    wordFilter('item_type', m.kind(), ['stock', 'container', 'vehicle', 'piece', 'asset']),
    wordFilter('condition', m.condition(), ['good', 'suspect', 'defective']),
    { ...placeFilter(), column: 'location_id' },
  ],
};

// Names that other tables keep are looked up as the rows are read.
export const listActivity = (list: ListQuery) =>
  readPage(ACTIVITY, list, (relations) =>
    supabase.from('activity_feed').select(having('*,record_name,person_name', relations)),
  );
export const listCalendar = (list: ListQuery) =>
  readPage(CALENDAR, list, (relations) =>
    supabase.from('calendar_events').select(having('*,person_name,place_name', relations)),
  );
export const listPapers = (list: ListQuery) =>
  readPage(PAPERS, list, (relations) =>
    supabase.from('document_registry').select(having('*,record_name,person_name', relations)),
  );
export const listMoney = (list: ListQuery) =>
  readPage(MONEY, list, (relations) =>
    supabase.from('financial_ledger').select(having('*', relations)),
  );
export const listPeople = (list: ListQuery) =>
  readPage(PEOPLE, list, (relations) =>
    supabase.from('people_directory').select(having('*', relations)),
  );
export const listWork = (list: ListQuery) =>
  readPage(WORK, list, (relations) =>
    supabase.from('assignments').select(having('*,person_name', relations)),
  );
export const listPlaces = (list: ListQuery) =>
  readPage(PLACES, list, (relations) =>
    supabase.from('location_registry').select(having('*', relations)),
  );
export const listStates = (list: ListQuery) =>
  readPage(STATES, list, (relations) =>
    supabase.from('status_tracker').select(having('*,person_name', relations)),
  );
export const listThings = (list: ListQuery) =>
  readPage(THINGS, list, (relations) =>
    supabase.from('inventory_registry').select(having('*,place_name', relations)),
  );

/** A row of a list. */
export type Listed<List extends (list: ListQuery) => Promise<{ rows: unknown[] }>> = Awaited<
  ReturnType<List>
>['rows'][number];

export const cashFlow = () => ask('cash_flow', {});
export const balances = () => ask('counterparty_balances', {});
/** Records that share a telephone number or an e-mail address, with the people of them who have it. */
export async function similarPeople() {
  const found = await ask('similar_people', {});
  return found.map((one) => ({ ...one, named: one.named as unknown as NamedPerson[] }));
}

export const teamLoad = () => ask('team_load', {});
export const bottlenecks = () => ask('bottlenecks', {});
export const inventoryTotals = () => ask('inventory_totals', {});
export const documentTotals = () => ask('document_totals', {});

interface NamedPerson {
  name: string;
  company: string | null;
  type: string;
  entity_type: string;
  entity_id: string;
}

export type Near = Awaited<ReturnType<typeof nearestPlaces>>[number];

/** Places within so many kilometres, the nearest first. @throws PortalError */
export const nearestPlaces = (latitude: number, longitude: number, within: number) =>
  ask('nearest_places', { latitude, longitude, within_km: within });
