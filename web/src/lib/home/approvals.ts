import { PAYMENT_METHODS } from '#lib/billing/billing.ts';
import { paymentCommands } from '#lib/billing/commands.ts';
import { offloadCommands } from '#lib/delivery/commands.ts';
import { orderCommands } from '#lib/orders/commands.ts';
import { customerCommands } from '#lib/parties/commands.ts';
import { label, money, quantity } from '#lib/platform/format.ts';
import { attach, type Link, rows } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { adjustmentCommands } from '#lib/warehouse/commands.ts';
import { type CommandLook, nameOf, namesOf } from '#lib/workflow/workflow.ts';

/** A document that waits for a decision. */
export interface Waiting {
  id: string;
  href: string;
  number: string;
  title: string;
  note: string;
  by: string;
  at: string;
  allowed: string[];
}

export interface Tray {
  machine: string;
  heading: string;
  touches: string[];
  looks: Record<string, CommandLook>;
  documents: Waiting[];
}

type Row = Record<string, unknown> & {
  id: string;
  created_at: string;
  created_by: string | null;
  allowed_commands: string[];
};

interface Source {
  machine: string;
  heading: string;
  permission: string;
  table: string;
  states: string[];
  links: Record<string, Link>;
  looks: Record<string, CommandLook>;
  touches: string[];
  path: string;
  show: (row: Row) => { number: string; title: string; note: string };
}

const CUSTOMER = { column: 'customer_id', table: 'customers', select: 'name' };
const WAREHOUSE = { column: 'warehouse_id', table: 'warehouses', select: 'name' };
const TRIP = { column: 'trip_id', table: 'trips', select: 'number' };
const PRODUCT = { column: 'product_id', table: 'products', select: 'name' };

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const nameIn = (row: Row, key: string) => text((row[key] as { name?: string } | null)?.name);
const numberIn = (row: Row, key: string) => text((row[key] as { number?: string } | null)?.number);
const amountOf = (value: unknown) => money(value as number);

/** Approving and refusing only: the other commands have their place on the document itself. */
function decisions(looks: Record<string, CommandLook>): Record<string, CommandLook> {
  return Object.fromEntries(
    Object.entries(looks).filter(([name]) => ['approve', 'reject', 'review'].includes(name)),
  );
}

const SOURCES: Source[] = [
  {
    machine: 'order',
    heading: 'Orders',
    permission: 'orders.approve',
    table: 'orders',
    states: ['pending_approval'],
    links: { customer: CUSTOMER },
    looks: decisions(orderCommands),
    touches: ['order'],
    path: '/orders',
    show: (row) => ({
      number: text(row.number),
      title: nameIn(row, 'customer'),
      note: amountOf(row.total),
    }),
  },
  {
    machine: 'customer',
    heading: 'Customers',
    permission: 'customers.approve',
    table: 'customers',
    states: ['pending_approval'],
    links: {},
    looks: decisions(customerCommands),
    touches: ['customer'],
    path: '/customers',
    show: (row) => ({
      number: text(row.code),
      title: text(row.name),
      note: `${label(text(row.customer_type))}, credit limit ${amountOf(row.credit_limit)}`,
    }),
  },
  {
    machine: 'payment',
    heading: 'Payments',
    permission: 'payments.approve',
    table: 'payments',
    states: ['pending'],
    links: { customer: CUSTOMER },
    looks: decisions(paymentCommands),
    touches: ['payment', 'invoice'],
    path: '/payments',
    show: (row) => ({
      number: text(row.number),
      title: nameIn(row, 'customer'),
      note: `${amountOf(row.amount)}, ${
        PAYMENT_METHODS.find((method) => method.value === row.method)?.label ?? ''
      } ${text(row.reference)}`.trim(),
    }),
  },
  {
    machine: 'adjustment',
    heading: 'Stock adjustments',
    permission: 'inventory.approve',
    table: 'manual_adjustments',
    states: ['pending_approval'],
    links: { warehouse: WAREHOUSE },
    looks: decisions(adjustmentCommands),
    touches: ['manual_adjustment'],
    path: '/stock/adjustments',
    show: (row) => ({
      number: text(row.number),
      title: nameIn(row, 'warehouse'),
      note: text(row.reason),
    }),
  },
  {
    machine: 'offload',
    heading: 'Offloads',
    permission: 'trips.review',
    table: 'offload_documents',
    states: ['submitted', 'reviewed'],
    links: { trip: TRIP, warehouse: WAREHOUSE },
    looks: decisions(offloadCommands),
    touches: ['offload_document', 'variance', 'trip'],
    path: '/offloads',
    show: (row) => ({
      number: text(row.number),
      title: `${numberIn(row, 'trip')} into ${nameIn(row, 'warehouse')}`,
      note: label(text(row.status)),
    }),
  },
  {
    machine: 'variance',
    heading: 'Variances',
    permission: 'variances.approve',
    table: 'variances',
    states: ['pending_review'],
    links: { trip: TRIP, product: PRODUCT },
    // Deciding a variance asks for its cause, so it is done on its own page.
    looks: {},
    touches: ['variance'],
    path: '/variances',
    show: (row) => ({
      number: text(row.number),
      title: nameIn(row, 'product') || 'Cash',
      note: `${quantity(row.difference as number)}, ${amountOf(row.value)}${
        numberIn(row, 'trip') ? `, trip ${numberIn(row, 'trip')}` : ''
      }`,
    }),
  },
];

const PER_TRAY = 50;

async function fill(source: Source): Promise<Tray> {
  const found = await rows(
    supabase
      .from(source.table)
      .select('*,allowed_commands')
      .in('status', source.states)
      .order('created_at')
      .limit(PER_TRAY),
  );
  const documents = await attach<Row>(found, source.links);
  const names = await namesOf(documents.map((row) => row.created_by));
  return {
    machine: source.machine,
    heading: source.heading,
    touches: source.touches,
    looks: source.looks,
    documents: documents.map((row) => ({
      id: row.id,
      href: `${source.path}/${row.id}`,
      ...source.show(row),
      by: nameOf(names, row.created_by),
      at: row.created_at,
      allowed: row.allowed_commands,
    })),
  };
}

/** Everything that waits for a decision the reader may take, oldest first in each tray. */
export function trays(): Promise<Tray[]> {
  return Promise.all(SOURCES.filter((source) => session.can(source.permission)).map(fill));
}
