import type { Json, Tables } from '../database.types.ts';
import { DOCUMENTS } from '../documents.ts';
import { type Language } from '../languages.ts';
import { keptBy } from './desk.ts';
import { type Kind, readOne } from './kind.ts';
import { addressee, hasDiscount, inUnits, named, or, taxSums } from './parts.ts';

type Item = Pick<
  Tables<'order_items'>,
  | 'product_sku'
  | 'product_name'
  | 'unit'
  | 'quantity'
  | 'quantity_delivered'
  | 'unit_price'
  | 'tax_rate'
  | 'discount_amount'
  | 'line_total'
> & { quantity_reserved: number; order_bundles: { product_name: string } | null };

type Order = Pick<
  Tables<'orders'>,
  | 'id'
  | 'number'
  | 'status'
  | 'currency'
  | 'created_at'
  | 'requested_on'
  | 'external_reference'
  | 'notes'
  | 'special_instructions'
  | 'delivery_fee'
  | 'subtotal'
  | 'total'
  | 'status_reason'
  | 'printed'
> & {
  order_taxes: Json;
  customers: { name: string; language: Language | null } | null;
  customer_addresses: { label: string; street: string; city: string } | null;
  warehouses: { name: string } | null;
  fulfilments: { trips: { number: string } | null } | null;
  delivery_proofs: Pick<
    Tables<'delivery_proofs'>,
    'received_by' | 'captured_at' | 'signature' | 'notes' | 'photo_paths'
  > | null;
  order_items: Item[];
};

const ORDER =
  'orders?select=id,number,status,currency,created_at,requested_on,external_reference,notes,special_instructions,delivery_fee,subtotal,total,status_reason,printed,order_taxes,' +
  'customers(name,language),customer_addresses(label,street,city),warehouses(name),fulfilments(trips(number)),' +
  'delivery_proofs(received_by,captured_at,signature,notes,photo_paths),' +
  'order_items(product_sku,product_name,unit,quantity,quantity_reserved,quantity_delivered,unit_price,tax_rate,discount_amount,line_total,order_bundles(product_name))' +
  '&order_items.order=line_number';

const ofOrder = {
  read: (door, id) => readOne<Order>(door, ORDER, id),
  currencyOf: (order) => order.currency,
  sellerOf: (order) => keptBy(order)?.seller,
  pageOf: (id) => `${DOCUMENTS.order.page}/${id}`,
} satisfies Partial<Kind<Order>>;

const forCustomer = { languageOf: (order: Order) => order.customers?.language ?? null };

const today = (order: Order) => ({ ...order.customers, address: order.customer_addresses });

/** What the customer ordered, at which price; it confirms once the company approved it. */
export const orderConfirmation: Kind<Order> = {
  ...ofOrder,
  ...forCustomer,
  write: (order, desk) => {
    const { say, money, amount, day } = desk;
    const kept = keptBy(order);
    const isReduced = order.order_items.some(hasDiscount);
    const hasFee = Number(order.delivery_fee) > 0;
    const cents = order.order_items.reduce(
      (sum, item) => sum + Math.round(Number(item.line_total) * 100),
      0,
    );
    const goods = hasFee ? cents / 100 : Number(order.subtotal);
    const isConfirmed = !!kept?.seller && !order.status_reason;
    return {
      title: isConfirmed ? say('order_confirmation') : say('order'),
      number: order.number,
      stamp: isConfirmed ? null : desk.stateName(order.status),
      to: addressee(say('deliver_to'), desk, kept, today(order)),
      facts: [
        { label: say('date'), value: day(order.created_at) },
        {
          label: say('wanted_on'),
          value: order.requested_on ? day(order.requested_on) : say('next_trip'),
        },
        { label: say('from'), value: or(kept?.place ?? order.warehouses?.name) },
        ...(order.external_reference
          ? [{ label: say('reference'), value: order.external_reference }]
          : []),
      ],
      tables: [
        {
          columns: [
            { label: say('product') },
            { label: say('quantity'), isFigure: true },
            { label: say('price'), isFigure: true },
            ...(isReduced ? [{ label: say('discount'), isFigure: true }] : []),
            { label: say('tax'), isFigure: true },
            { label: say('amount'), isFigure: true },
          ],
          rows: order.order_items.map((item) => [
            named(item.product_name, item.product_sku) +
              (item.order_bundles
                ? `, ${say('part_of_bundle', { bundle: item.order_bundles.product_name })}`
                : ''),
            inUnits(desk, item.quantity, item.unit),
            amount(item.unit_price),
            ...(isReduced ? [amount(item.discount_amount)] : []),
            `${desk.quantity(item.tax_rate)} %`,
            amount(item.line_total),
          ]),
        },
      ],
      sums: [
        { label: say('goods'), value: money(goods) },
        ...(hasFee
          ? [{ label: say('delivery'), value: money(Number(order.subtotal) - goods) }]
          : []),
        ...taxSums(desk, order.order_taxes),
        { label: say('total'), value: money(order.total), total: true },
      ],
      notes: order.notes,
      binds: true,
    };
  },
};

/** What the depot takes from its shelves for an order; a paper of the house, without prices. */
export const pickList: Kind<Order> = {
  ...ofOrder,
  write: (order, desk) => {
    const { say, day } = desk;
    const kept = keptBy(order);
    const to = addressee(say('customer'), desk, kept, today(order));
    return {
      title: say('pick_list'),
      number: order.number,
      stamp: order.status_reason ? desk.stateName(order.status) : null,
      to: { ...to, lines: to.lines.slice(0, 4) },
      facts: [
        { label: say('from'), value: or(kept?.place ?? order.warehouses?.name) },
        {
          label: say('wanted_on'),
          value: order.requested_on ? day(order.requested_on) : say('next_trip'),
        },
        ...(order.fulfilments?.trips
          ? [{ label: say('trip'), value: order.fulfilments.trips.number }]
          : []),
      ],
      tables: [
        {
          columns: [
            { label: say('code') },
            { label: say('product') },
            { label: say('ordered'), isFigure: true },
            { label: say('reserved'), isFigure: true },
            { label: say('picked'), isFigure: true },
          ],
          rows: order.order_items.map((item) => [
            item.product_sku,
            item.product_name,
            inUnits(desk, item.quantity, item.unit),
            desk.quantity(item.quantity_reserved),
            '________',
          ]),
        },
      ],
      notes: [order.special_instructions, order.notes].filter(Boolean).join('\n') || null,
      signs: [say('picked_by'), say('checked_by')],
    };
  },
};

/** What the customer was brought; quantities and a signature, without prices. */
export const deliveryNote: Kind<Order> = {
  ...ofOrder,
  ...forCustomer,
  write: (order, desk) => {
    const { say, day } = desk;
    const kept = keptBy(order);
    const proof = order.delivery_proofs;
    const trip = order.fulfilments?.trips;
    return {
      title: say('delivery_note'),
      number: order.number,
      stamp: order.status_reason ? desk.stateName(order.status) : null,
      to: addressee(say('deliver_to'), desk, kept, today(order)),
      facts: [
        { label: say('date'), value: day(proof?.captured_at ?? desk.today()) },
        { label: say('from'), value: or(kept?.place ?? order.warehouses?.name) },
        ...(trip ? [{ label: say('trip'), value: trip.number }] : []),
        ...(order.external_reference
          ? [{ label: say('reference'), value: order.external_reference }]
          : []),
      ],
      tables: [
        {
          columns: [
            { label: say('product') },
            { label: say('ordered'), isFigure: true },
            { label: say('delivered'), isFigure: true },
          ],
          rows: order.order_items.map((item) => [
            named(item.product_name, item.product_sku),
            inUnits(desk, item.quantity, item.unit),
            proof ? inUnits(desk, item.quantity_delivered, item.unit) : '________',
          ]),
        },
      ],
      notes:
        [
          order.special_instructions,
          order.notes,
          proof?.notes,
          proof?.photo_paths.length
            ? say('photos_kept_with_the_delivery', { count: String(proof.photo_paths.length) })
            : null,
        ]
          .filter(Boolean)
          .join('\n') || null,
      signature: proof?.signature,
      signs: proof
        ? [say('received_by_received_by', { received_by: proof.received_by })]
        : [say('received_by'), say('delivered_by')],
    };
  },
};
