import type { Views } from '#lib/database.types.ts';
import { customerFilter } from '#lib/parties/parties.ts';
import { ask } from '#lib/platform/command.ts';
import { anyLike } from '#lib/platform/filters.ts';
import { money } from '#lib/platform/format.ts';
import { type ListPage, type ListQuery, type ListShape, readPage } from '#lib/platform/list.ts';
import { rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import type { Offered } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';
import type { orderCommands } from './commands.ts';

type Shown = Views<'order_exceptions'>;

/** Something that keeps an order from going on, with the order's commands where it is one. */
export interface Exception extends Shown {
  id: string;
  order: Offered | null;
}

interface Reason {
  label: string;
  /** The command that puts it right, where the order offers it. */
  command?: keyof typeof orderCommands;
  /** Where it is put right otherwise. */
  page: (row: Exception) => string;
  /** What opens that page. */
  needs: string;
}

const ofCustomer = {
  page: (row: Exception) => `/customers/${row.customer_id}`,
  needs: 'customers.view',
};
const ofOrder = { page: (row: Exception) => `/orders/${row.order_id}`, needs: 'orders.view' };

/** Reasons of `private.order_blocks`, and how each is put right. */
export const REASONS: Record<string, Reason> = {
  stock_short: { label: m.the_stock_is_short(), command: 'amend', ...ofOrder },
  credit_exceeded: {
    label: m.the_credit_does_not_cover_it(),
    command: 'approve',
    page: (row) => `/payments/new?customer=${row.customer_id}`,
    needs: 'payments.create',
  },
  order_on_hold: { label: m.on_hold(), command: 'release', ...ofOrder },
  customer_suspended: {
    label: m.the_customer_is_suspended_short(terms),
    command: 'release_suspended',
    ...ofCustomer,
  },
  customer_not_served: { label: m.the_customer_is_not_served(terms), ...ofCustomer },
  customer_document_ended: { label: m.a_document_of_the_customer_has_ended(terms), ...ofCustomer },
  address_missing: { label: m.the_address_is_missing(), command: 'amend', ...ofOrder },
  address_inactive: { label: m.the_address_is_out_of_use(), command: 'amend', ...ofOrder },
  address_not_on_map: { label: m.the_address_is_not_on_the_map(), ...ofCustomer },
  nobody_may_approve: {
    label: m.nobody_may_approve_as_much(),
    page: () => '/settings',
    needs: 'settings.manage',
  },
  depot_closed: {
    label: m.the_depot_is_closed(terms),
    page: () => '/stock/shifts',
    needs: 'inventory.view',
  },
  message_failed: {
    label: m.a_message_did_not_arrive(),
    page: () => '/outbox?status=failed',
    needs: 'messages.view',
  },
  standing_order_not_made: {
    label: m.a_standing_order_was_not_made(terms),
    page: (row) => `/orders/templates/${row.template_id}`,
    needs: 'orders.view',
  },
};

export const EXCEPTIONS: ListShape = {
  table: 'order_exceptions',
  sort: 'since',
  sortable: ['since', 'number', 'total'],
  search: {
    label: m.number(),
    means: (typed) => [anyLike(typed, 'number', 'customer_name')],
  },
  filters: [
    {
      name: 'reason',
      label: m.reason(),
      kind: 'choice',
      options: Object.entries(REASONS).map(([value, { label }]) => ({ value, label })),
    },
    customerFilter,
    placeFilter(m.depot(terms)),
  ],
};

/** What keeps orders from going on, the oldest first, with the commands that each order offers. */
export async function listExceptions(list: ListQuery): Promise<ListPage<Exception>> {
  const shown = await readPage(EXCEPTIONS, list, () =>
    supabase.from('order_exceptions').select('*'),
  );
  const ids = [...new Set(shown.rows.flatMap((row) => row.order_id ?? []))];
  const orders =
    ids.length === 0
      ? []
      : await rows(supabase.from('orders').select('id,version,allowed_commands').in('id', ids));
  const byId = new Map<string | null, Offered>(orders.map((order) => [order.id, order]));
  for (const row of shown.rows) Object.assign(row, { order: byId.get(row.order_id) ?? null });
  return shown as ListPage<Exception>;
}

/** What there is to say about one of them beside its reason. */
export const noteOf = (row: Exception): string | null =>
  row.reason === 'credit_exceeded' && row.note ? money(Number(row.note)) : row.note;

/** How many there are of each reason that the reader can do something about. */
export async function countExceptions(): Promise<{ reason: string; count: number }[]> {
  const found = await ask('summarise_list', {
    list: 'order_exceptions',
    conditions: [{ column: 'permission', in: session.me?.permissions ?? [] }],
    group_by: 'reason',
    sums: [],
  });
  return Object.keys(REASONS).flatMap((reason) => {
    const count = Number(found.find((it) => it.value === reason)?.rows ?? 0);
    return count > 0 ? [{ reason, count }] : [];
  });
}
