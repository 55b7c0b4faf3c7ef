import type { Product } from '#lib/catalogue/catalogue.ts';
import { command } from '#lib/platform/command.ts';
import { having, type ListQuery, readPage } from '#lib/platform/list.ts';
import { answerOf, rows } from '#lib/platform/read.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { orNull } from '#lib/platform/text.ts';
import { documentList, enteredFilter } from '#lib/workflow/list.ts';
import type { Looks } from '#lib/workflow/workflow.ts';
import { placeFilter } from '#lib/warehouse/places_filter.ts';
import { vendorFilter, type VendorChoice } from './vendors.ts';
import { m, terms } from '#lib/words.ts';

const IN_LIST = '*,vendors(number,name),warehouses(name)';

export type PurchaseRow = Awaited<ReturnType<typeof listPurchases>>['rows'][number];
export type Purchase = NonNullable<Awaited<ReturnType<typeof readPurchase>>>;

export const PURCHASES = documentList('purchase_order', {
  sortable: ['expected_on', 'total'],
  filters: [
    vendorFilter,
    placeFilter(),
    {
      name: 'expected',
      label: m.expected_on(),
      kind: 'day',
      column: 'expected_on',
      optional: true,
    },
    { name: 'total', label: m.total(), kind: 'number', unit: 'money', more: true },
    enteredFilter(),
  ],
});

export function listPurchases(list: ListQuery) {
  return readPage(PURCHASES, list, (relations) =>
    supabase.from('purchase_orders').select(having(IN_LIST, relations)),
  );
}

/** A purchase order with its lines, and what has come of it, receipt by receipt. */
export function readPurchase(id: string) {
  return answerOf(
    supabase
      .from('purchase_orders')
      .select(
        `${IN_LIST},allowed_commands,purchase_order_items(*,products(*)),
        purchase_receipts(*,purchase_receipt_items(id,quantity,products(name,unit),purchase_receipt_batches(id,quantity,batches(code))))`,
      )
      .eq('id', id)
      .order('id', { referencedTable: 'purchase_order_items' })
      .order('received_at', { referencedTable: 'purchase_receipts' })
      .maybeSingle(),
  );
}

export const purchaseCommands = {
  submit: {
    label: m.ask_for_approval(),
    variant: 'primary',
    done: m.the_purchase_waits_for_approval(),
  },
  approve: { label: m.approve(), variant: 'primary', done: m.the_purchase_is_approved() },
  change: { label: m.change(), href: (id: string) => `/purchases/${id}/edit` },
  close: {
    label: m.nothing_more_comes(),
    done: m.the_purchase_is_closed(),
    asks: { title: m.close_this_purchase(), reason: 'required' },
  },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_purchase_is_rejected(),
    asks: { title: m.reject_this_purchase(), reason: 'required' },
  },
  cancel: {
    label: m.call_off(),
    variant: 'danger',
    done: m.the_purchase_is_called_off(),
    asks: { title: m.call_this_purchase_off(), reason: 'required' },
  },
} satisfies Looks<'purchase_order'>;

/** A line as it is entered: base units, and what one costs before tax. */
export interface PurchaseLine {
  product: Pick<Product, 'id' | 'name' | 'sku' | 'unit'>;
  quantity: number | null;
  cost: number | null;
}

export interface PurchaseEntry {
  vendor: VendorChoice | null;
  place: string;
  expected: string;
  notes: string;
  lines: PurchaseLine[];
}

const valuesOf = (entry: PurchaseEntry) => ({
  vendor_id: entry.vendor?.id ?? '',
  warehouse_id: entry.place,
  items: entry.lines.map(({ product, quantity, cost }) => ({
    product_id: product.id,
    quantity: Number(quantity),
    unit_cost: Number(cost),
  })),
  expected_on: orNull(entry.expected),
  notes: orNull(entry.notes),
});

export const createPurchase = (entry: PurchaseEntry) =>
  command('create_purchase_order', valuesOf(entry));

export const changePurchase = (order: Pick<Purchase, 'id' | 'version'>, entry: PurchaseEntry) =>
  command('change_purchase_order', {
    purchase_order_id: order.id,
    ...valuesOf(entry),
    expected_version: order.version,
  });

/** What a place falls short of, as lines, at what was paid last. */
export async function proposedFor(place: string, vendor: string | null): Promise<PurchaseLine[]> {
  const found = await rows(
    supabase.rpc('purchase_proposal', {
      warehouse_id: place,
      ...(vendor ? { vendor_id: vendor } : {}),
    }),
  );
  return found.map((row) => ({
    product: {
      id: row.product_id,
      name: row.product_name,
      sku: row.product_sku,
      unit: row.unit,
    },
    quantity: Number(row.quantity),
    cost: row.unit_cost === null ? null : Number(row.unit_cost),
  }));
}

/** What has come of a line, as it is counted. */
export interface Come {
  product: Pick<Product, 'id' | 'name' | 'sku' | 'unit' | 'tracking'>;
  open: number;
  quantity: number | null;
  batch: string;
  expires: string;
}

/** Takes in what has come; all of the rest where nothing stays open. */
export function receive(id: string, come: Come[], deliveryNote: string) {
  const items = come
    .filter(({ quantity }) => Number(quantity) > 0)
    .map(({ product, quantity, batch, expires }) => ({
      product_id: product.id,
      quantity: Number(quantity),
      ...(batch.trim()
        ? {
            batches: [
              {
                code: batch.trim(),
                quantity: Number(quantity),
                ...(expires ? { expires_on: expires } : {}),
              },
            ],
          }
        : {}),
    }));
  const isAll = come.every(({ open, quantity }) => Number(quantity) >= open);
  return command(isAll ? 'receive_purchase_order' : 'receive_part_purchase_order', {
    purchase_order_id: id,
    items,
    delivery_note: orNull(deliveryNote),
  });
}

export const noLines = () => m.add_at_least_one_product(terms);
