import type { Hand, Row } from './hand.ts';

export interface Call {
  command: string;
  args: Record<string, unknown>;
  /** The account that the document is bound to, as a trip is to its driver. */
  as?: string;
}

export interface Deed {
  weight: number;
  /** Who does such things. */
  roles: string[];
  /** The command with its arguments; none when there is nothing to do it to. */
  plan: (hand: Hand) => Promise<Call | null>;
}

const SIGNATURE = 'data:image/png;base64,iVBORw0KGgo=';

/** A command on a document in one of its states, named by `<argument>_id`. */
function on(
  command: string,
  [table, argument]: readonly [table: string, argument: string],
  states: string[],
  more: (hand: Hand, row: Row) => Promise<Record<string, unknown>> = () => Promise.resolve({}),
): Deed['plan'] {
  const listed = states.map((state) => `'${state}'`).join(', ');
  return async (hand) => {
    const row = await hand.row(table, `x.status::text in (${listed})`);
    return (
      row && {
        command,
        args: { [`${argument}_id`]: row.id, ...(await more(hand, row)) },
      }
    );
  };
}

const because = () => Promise.resolve({ reason: 'Asked for by chance' });

const ORDER = ['orders', 'order'] as const;
const TRIP = ['trips', 'trip'] as const;
const OFFLOAD = ['offload_documents', 'offload'] as const;
const SETTLEMENT = ['settlements', 'settlement'] as const;
const VARIANCE = ['variances', 'variance'] as const;
const INVOICE = ['invoices', 'invoice'] as const;
const NOTE = ['credit_notes', 'credit_note'] as const;
const RETURN = ['returns', 'return'] as const;
const PAYMENT = ['payments', 'payment'] as const;
const ADJUSTMENT = ['manual_adjustments', 'adjustment'] as const;
const TRANSFER = ['transfers', 'transfer'] as const;
const COUNT = ['stock_counts', 'stock_count'] as const;
const GONE = ['container_write_offs', 'container_write_off'] as const;
const REFILL = ['refills', 'refill'] as const;
const PURCHASE = ['purchase_orders', 'purchase_order'] as const;
const CUSTOMER = ['customers', 'customer'] as const;

const depot = (hand: Hand) => hand.row('warehouses', `x.kind = 'depot'`);

/** Some goods of the company; the same one twice now and then. */
async function goods(hand: Hand, most: number) {
  const products = await hand.rows(
    `select id from public.products where tenant_id = $1 and base_price > 0 and is_active order by sku`,
  );
  return Array.from({ length: hand.number(3) }, () => ({
    product_id: hand.one(products).id,
    quantity: hand.number(most),
  }));
}

/** A deed of whoever drives the trip. */
function driving(plan: (hand: Hand, trip: Row) => Promise<Call | null>, states: string[]): Deed {
  const listed = states.map((state) => `'${state}'`).join(', ');
  return {
    weight: 5,
    roles: ['driver'],
    plan: async (hand) => {
      const trip = await hand.row('trips', `x.status::text in (${listed})`);
      if (trip === null) return null;
      const call = await plan(hand, trip);
      const [driver] = await hand.rows(
        `select m.user_id as id from public.drivers d join public.memberships m on m.tenant_id = d.tenant_id and m.id = d.membership_id
         where d.tenant_id = $1 and d.id = $2`,
        trip['driver_id'],
      );
      return call && driver ? { ...call, as: driver.id } : call;
    },
  };
}

/** A stop of a trip that is under way, and its order. */
async function stop(hand: Hand, trip: Row): Promise<string | null> {
  const stops = await hand.rows(
    `select order_id as id from public.trip_stops where tenant_id = $1 and trip_id = $2 and status in ('pending', 'arrived') order by sequence`,
    trip.id,
  );
  return stops.length === 0 ? null : hand.one(stops).id;
}

async function counted(hand: Hand, trip: Row) {
  const items = await hand.rows(
    `select i.product_id as id, i.expected::float from public.loads l join public.load_items i on i.tenant_id = l.tenant_id and i.load_id = l.id
     where l.tenant_id = $1 and l.trip_id = $2`,
    trip.id,
  );
  return items.map(({ id, expected }) => ({ product_id: id, count: expected }));
}

/** What an order line, an invoice line … has, in part or in whole. */
const part = (hand: Hand, whole: unknown) =>
  hand.number(3) > 1 ? Number(whole) : hand.number(Number(whole)) - 1;

export const DEEDS: Record<string, Deed> = {
  create_order: {
    weight: 9,
    roles: ['sales', 'manager'],
    plan: async (hand) => {
      const customer = await hand.row('customers', `x.status = 'active'`);
      const place = await depot(hand);
      return (
        customer &&
        place && {
          command: 'create_order',
          args: {
            customer_id: customer.id,
            warehouse_id: place.id,
            lines: await goods(hand, 40),
            submit: true,
            allow_backorder: hand.number(4) === 1,
            acknowledges_similar: true,
          },
        }
      );
    },
  },
  approve_order: {
    weight: 9,
    roles: ['manager', 'admin'],
    plan: on('approve_order', ORDER, ['pending_approval'], () =>
      Promise.resolve({ note: 'Known for years' }),
    ),
  },
  reject_order: {
    weight: 1,
    roles: ['manager'],
    plan: on('reject_order', ORDER, ['pending_approval'], because),
  },
  allocate_order: {
    weight: 9,
    roles: ['dispatcher', 'warehouse'],
    plan: on('allocate_order', ORDER, ['approved']),
  },
  cancel_order: {
    weight: 2,
    roles: ['manager', 'sales'],
    plan: on(
      'cancel_order',
      ORDER,
      ['draft', 'pending_approval', 'approved', 'allocated', 'dispatched'],
      because,
    ),
  },
  amend_order: {
    weight: 4,
    roles: ['manager', 'sales'],
    plan: on(
      'amend_order',
      ORDER,
      ['draft', 'pending_approval', 'approved', 'allocated'],
      async (hand) => ({
        lines: await goods(hand, 50),
      }),
    ),
  },
  hold_order: {
    weight: 1,
    roles: ['manager'],
    plan: on('hold_order', ORDER, ['approved', 'allocated'], because),
  },
  release_order: {
    weight: 1,
    roles: ['manager'],
    plan: async (hand) => {
      const order = await hand.row('orders', 'x.is_on_hold');
      return order && { command: 'release_order', args: { order_id: order.id } };
    },
  },
  split_order: {
    weight: 2,
    roles: ['sales', 'dispatcher', 'manager'],
    plan: on('split_order', ORDER, ['approved', 'allocated'], async (hand, order) => {
      const lines = await hand.rows(
        'select id, quantity::float from public.order_items where tenant_id = $1 and order_id = $2',
        order.id,
      );
      const { id, quantity } = hand.one(lines);
      return { items: [{ order_item_id: id, quantity: hand.number(Number(quantity)) }] };
    }),
  },
  rejoin_order: {
    weight: 1,
    roles: ['sales', 'dispatcher', 'manager'],
    plan: async (hand) => {
      const part = await hand.row('orders', `x.backorder_of_id is not null and x.is_done is false`);
      return part && { command: 'rejoin_order', args: { order_id: part.id } };
    },
  },
  suspend_customer: {
    weight: 1,
    roles: ['manager', 'admin'],
    plan: on('suspend_customer', CUSTOMER, ['active'], because),
  },
  reactivate_customer: {
    weight: 3,
    roles: ['manager', 'admin'],
    plan: on('reactivate_customer', CUSTOMER, ['suspended']),
  },
  reattempt_order: {
    weight: 1,
    roles: ['sales', 'dispatcher'],
    plan: on('reattempt_order', ORDER, ['failed']),
  },
  create_trip: {
    weight: 6,
    roles: ['dispatcher', 'manager'],
    plan: async (hand) => {
      const van = await hand.row('vehicles', 'x.location_id is not null');
      const driver = await hand.row('drivers', 'x.membership_id is not null');
      if (!van || !driver) return null;
      const orders = await hand.rows(
        `select o.id from public.orders o where o.tenant_id = $1 and o.status = 'allocated' and o.warehouse_id = $2
           and not exists (select from public.trip_stops s where s.tenant_id = o.tenant_id and s.order_id = o.id)
         order by o.id limit 3`,
        van['home_warehouse_id'],
      );
      // Every trip a slot of its own, most of the time: one driver has one trip at a time.
      const start = Date.UTC(2026, 11, 1) + hand.number(400) * 3_600_000;
      return {
        command: 'create_trip',
        args: {
          warehouse_id: van['home_warehouse_id'],
          planned_start_at: new Date(start).toISOString(),
          planned_end_at: new Date(start + 3_600_000).toISOString(),
          vehicle_id: van.id,
          driver_id: driver.id,
          order_ids: orders.map(({ id }) => id),
        },
      };
    },
  },
  plan_trip: { weight: 6, roles: ['dispatcher'], plan: on('plan_trip', TRIP, ['draft']) },
  cancel_trip: {
    weight: 1,
    roles: ['dispatcher', 'manager'],
    plan: on('cancel_trip', TRIP, ['draft', 'planned', 'dispatched', 'in_progress'], because),
  },
  take_goods: {
    weight: 4,
    roles: ['dispatcher'],
    plan: on('take_goods', TRIP, ['draft', 'planned'], async (hand) => ({
      goods: await goods(hand, 20),
    })),
  },
  sell_from_van: {
    ...driving(
      async (hand, trip) => {
        const onVan = await hand.rows(
          `select i.product_id as id from public.vehicles v join public.inventory i on i.tenant_id = v.tenant_id and i.warehouse_id = v.location_id
           where v.tenant_id = $1 and v.id = $2 and i.on_hand > 0 and i.condition = 'good'`,
          trip['vehicle_id'],
        );
        const customer = await hand.row('customers', `x.status = 'active'`);
        return (
          customer && {
            command: 'sell_from_van',
            args: {
              trip_id: trip.id,
              customer_id: customer.id,
              lines: onVan
                .slice(0, 2)
                .map(({ id }) => ({ product_id: id, quantity: hand.number(3) })),
              payment: { method: 'cash', amount: 1 + hand.number(90_000) },
            },
          }
        );
      },
      ['in_progress'],
    ),
    weight: 6,
  },
  confirm_load_at_depot: {
    weight: 6,
    roles: ['warehouse'],
    plan: on('confirm_load', TRIP, ['planned'], async (hand, trip) => ({
      counts: await counted(hand, trip),
    })),
  },
  confirm_load_on_van: driving(
    async (hand, trip) => ({
      command: 'confirm_load',
      args: { trip_id: trip.id, counts: await counted(hand, trip) },
    }),
    ['planned'],
  ),
  dispatch_trip: { weight: 6, roles: ['dispatcher'], plan: on('dispatch_trip', TRIP, ['planned']) },
  start_trip: driving(
    (_, trip) => Promise.resolve({ command: 'start_trip', args: { trip_id: trip.id } }),
    ['dispatched'],
  ),
  complete_delivery: {
    ...driving(
      async (hand, trip) => {
        const order = await stop(hand, trip);
        if (order === null) return null;
        const lines = await hand.rows(
          'select id, quantity::float from public.order_items where tenant_id = $1 and order_id = $2',
          order,
        );
        const empties = await hand.rows(
          `select id from public.products where tenant_id = $1 and category = 'Empties'`,
        );
        return {
          command: 'complete_delivery',
          args: {
            order_id: order,
            items: lines.map(({ id, quantity }) => ({
              order_item_id: id,
              delivered: part(hand, quantity),
              refused_reason: 'Not wanted any more',
            })),
            received_by: 'Whoever was there',
            signature: SIGNATURE,
            empties: [{ product_id: hand.one(empties).id, quantity: hand.number(12) }],
            payment: hand.number(2) === 1 ? { method: 'cash', amount: hand.number(9000) } : null,
          },
        };
      },
      ['in_progress'],
    ),
    weight: 9,
  },
  fail_delivery: {
    ...driving(
      async (hand, trip) => {
        const order_id = await stop(hand, trip);
        return order_id === null
          ? null
          : { command: 'fail_delivery', args: { order_id, reason: 'Nobody was there' } };
      },
      ['in_progress'],
    ),
    weight: 2,
  },
  submit_offload: driving(
    async (hand, trip) => {
      const onVan = await hand.rows(
        `select i.product_id as id, i.condition::text, i.on_hand::float
         from public.vehicles v join public.inventory i on i.tenant_id = v.tenant_id and i.warehouse_id = v.location_id and i.on_hand > 0
         where v.tenant_id = $1 and v.id = $2`,
        trip['vehicle_id'],
      );
      return {
        command: 'submit_offload',
        args: {
          trip_id: trip.id,
          items: onVan.map(({ id, condition, on_hand }) => ({
            product_id: id,
            condition,
            counted: part(hand, on_hand),
          })),
        },
      };
    },
    ['in_progress', 'cancelled'],
  ),
  review_offload: {
    weight: 5,
    roles: ['dispatcher', 'manager'],
    plan: on('review_offload', OFFLOAD, ['submitted']),
  },
  approve_offload: {
    weight: 5,
    roles: ['manager'],
    plan: on('approve_offload', OFFLOAD, ['reviewed']),
  },
  reject_offload: {
    weight: 1,
    roles: ['manager'],
    plan: on('reject_offload', OFFLOAD, ['submitted', 'reviewed'], because),
  },
  approve_variance: {
    weight: 6,
    roles: ['finance', 'manager'],
    plan: on('approve_variance', VARIANCE, ['pending_review'], () =>
      Promise.resolve({ code: 'lost', note: 'Fell at the kerb' }),
    ),
  },
  reject_variance: {
    weight: 1,
    roles: ['manager'],
    plan: on('reject_variance', VARIANCE, ['pending_review'], () =>
      Promise.resolve({ note: 'Count again' }),
    ),
  },
  submit_settlement: driving(
    async (hand, trip) => ({
      command: 'submit_settlement',
      args: { trip_id: trip.id, handed_in: hand.number(20_000) },
    }),
    ['in_progress', 'cancelled'],
  ),
  approve_settlement: {
    weight: 4,
    roles: ['finance'],
    plan: on('approve_settlement', SETTLEMENT, ['submitted'], (hand) =>
      Promise.resolve({ counted: hand.number(20_000) }),
    ),
  },
  dispute_settlement: {
    weight: 1,
    roles: ['finance'],
    plan: on('dispute_settlement', SETTLEMENT, ['submitted'], because),
  },
  complete_trip: {
    weight: 5,
    roles: ['dispatcher'],
    plan: on('complete_trip', TRIP, ['in_progress']),
  },
  bill_order: { weight: 1, roles: ['finance'], plan: on('bill_order', ORDER, ['delivered']) },
  issue_invoice: { weight: 6, roles: ['finance'], plan: on('issue_invoice', INVOICE, ['draft']) },
  void_invoice: {
    weight: 2,
    roles: ['finance'],
    plan: on('void_invoice', INVOICE, ['draft', 'issued'], because),
  },
  write_off_invoice: {
    weight: 2,
    roles: ['finance', 'manager'],
    plan: on('write_off_invoice', INVOICE, ['issued', 'partially_paid', 'overdue'], because),
  },
  write_off_containers: {
    weight: 3,
    roles: ['warehouse', 'manager'],
    plan: async (hand) => {
      const held = await hand.rows(
        `select b.holder_id as id, b.product_id, b.quantity from public.container_balances b
         where b.tenant_id = $1 and b.holder = 'customer' and b.quantity > 0 order by b.holder_id, b.product_id`,
      );
      if (held.length === 0) return null;
      const { id, product_id, quantity } = hand.one(held);
      return {
        command: 'write_off_containers',
        args: {
          customer_id: id,
          product_id,
          quantity: Math.max(1, part(hand, quantity)),
          reason: 'Gone by chance',
          account: hand.one(['loss', 'breakage']),
          keeps_deposit: hand.number(2) > 1,
        },
      };
    },
  },
  approve_container_write_off: {
    weight: 3,
    roles: ['manager', 'admin'],
    plan: on('approve_container_write_off', GONE, ['requested']),
  },
  reverse_container_write_off: {
    weight: 1,
    roles: ['manager', 'admin'],
    plan: on('reverse_container_write_off', GONE, ['approved'], because),
  },
  credit_invoice: {
    weight: 3,
    roles: ['finance', 'manager'],
    plan: on(
      'credit_invoice',
      INVOICE,
      ['issued', 'partially_paid', 'paid'],
      async (hand, invoice) => ({
        reason: 'Asked for by chance',
        items: (
          await hand.rows(
            'select id, quantity::float from public.invoice_items where tenant_id = $1 and invoice_id = $2 and not is_deposit',
            invoice.id,
          )
        ).map(({ id, quantity }) => ({
          invoice_item_id: id,
          quantity: hand.number(Number(quantity)),
        })),
      }),
    ),
  },
  issue_credit_note: {
    weight: 4,
    roles: ['finance', 'manager'],
    plan: on('issue_credit_note', NOTE, ['draft']),
  },
  void_credit_note: {
    weight: 1,
    roles: ['finance'],
    plan: on('void_credit_note', NOTE, ['draft'], because),
  },
  request_return: {
    weight: 3,
    roles: ['sales'],
    plan: async (hand) => {
      const order = await hand.row('orders', `x.status = 'delivered'`);
      if (order === null) return null;
      const lines = await hand.rows(
        'select id, quantity_delivered::float from public.order_items where tenant_id = $1 and order_id = $2 and quantity_delivered > 0',
        order.id,
      );
      return {
        command: 'request_return',
        args: {
          customer_id: order['customer_id'],
          reason: 'quality',
          items: lines.map(({ id, quantity_delivered: delivered }) => ({
            order_item_id: id,
            quantity: hand.number(Number(delivered)),
          })),
        },
      };
    },
  },
  approve_return: {
    weight: 3,
    roles: ['manager'],
    plan: on('approve_return', RETURN, ['requested']),
  },
  reject_return: {
    weight: 1,
    roles: ['manager'],
    plan: on('reject_return', RETURN, ['requested'], because),
  },
  receive_return: {
    weight: 3,
    roles: ['warehouse'],
    plan: on('receive_return', RETURN, ['approved'], async (hand, returned) => ({
      items: (
        await hand.rows(
          'select id, quantity::float from public.return_items where tenant_id = $1 and return_id = $2',
          returned.id,
        )
      ).map(({ id, quantity }) => ({
        return_item_id: id,
        good: part(hand, quantity),
        suspect: 0,
        defective: 0,
      })),
    })),
  },
  record_payment: {
    weight: 6,
    roles: ['sales', 'finance'],
    plan: async (hand) => {
      const customer = await hand.row('customers', `x.status = 'active'`);
      return (
        customer && {
          command: 'record_payment',
          args: { customer_id: customer.id, method: 'cash', amount: hand.number(30_000) },
        }
      );
    },
  },
  approve_payment: {
    weight: 6,
    roles: ['finance', 'admin'],
    plan: on('approve_payment', PAYMENT, ['pending']),
  },
  reject_payment: {
    weight: 1,
    roles: ['finance'],
    plan: on('reject_payment', PAYMENT, ['pending'], because),
  },
  cancel_payment: {
    weight: 2,
    roles: ['finance', 'admin'],
    plan: on('cancel_payment', PAYMENT, ['approved', 'reconciled'], because),
  },
  allocate_payment: {
    weight: 6,
    roles: ['finance'],
    plan: async (hand) => {
      const payment = await hand.row(
        'payments',
        `x.status in ('approved', 'reconciled') and x.unallocated > 0`,
      );
      if (payment === null) return null;
      const invoices = await hand.rows(
        `select id, balance::float from public.invoices where tenant_id = $1 and customer_id = $2 and status in ('issued', 'partially_paid', 'overdue') limit 3`,
        payment['customer_id'],
      );
      return {
        command: 'allocate_payment',
        args: {
          payment_id: payment.id,
          allocations: invoices.map(({ id, balance }) => ({
            invoice_id: id,
            amount: Math.min(Number(balance), hand.number(Number(payment['unallocated']))),
          })),
        },
      };
    },
  },
  unallocate_payment: {
    weight: 2,
    roles: ['finance'],
    plan: async (hand) => {
      const spent = await hand.row('payment_allocations', 'true');
      return (
        spent && {
          command: 'unallocate_payment',
          args: { payment_id: spent['payment_id'], invoice_id: spent['invoice_id'] },
        }
      );
    },
  },
  refund_payment: {
    weight: 2,
    roles: ['finance', 'admin'],
    plan: on('refund_payment', PAYMENT, ['approved', 'reconciled'], (hand, payment) =>
      Promise.resolve({ amount: hand.number(Number(payment['amount'])), reason: 'Paid too much' }),
    ),
  },
  create_adjustment: {
    weight: 2,
    roles: ['warehouse'],
    plan: async (hand) => {
      const place = await depot(hand);
      const reason = await hand.row(
        'adjustment_reasons',
        `x.effect in ('increase', 'decrease') and x.is_active`,
      );
      const sign = reason?.['effect'] === 'decrease' ? -1 : 1;
      return (
        place &&
        reason && {
          command: 'create_adjustment',
          args: {
            warehouse_id: place.id,
            reason_id: reason.id,
            note: 'Found by chance',
            items: (await goods(hand, 30)).map(({ product_id, quantity }) => ({
              product_id,
              quantity: sign * quantity,
            })),
          },
        }
      );
    },
  },
  submit_adjustment: {
    weight: 2,
    roles: ['warehouse'],
    plan: on('submit_adjustment', ADJUSTMENT, ['draft']),
  },
  approve_adjustment: {
    weight: 2,
    roles: ['manager'],
    plan: on('approve_adjustment', ADJUSTMENT, ['pending_approval']),
  },
  apply_adjustment: {
    weight: 2,
    roles: ['warehouse', 'manager'],
    plan: on('apply_adjustment', ADJUSTMENT, ['approved']),
  },
  reverse_adjustment: {
    weight: 1,
    roles: ['manager'],
    plan: on('reverse_adjustment', ADJUSTMENT, ['applied'], because),
  },
  create_transfer: {
    weight: 2,
    roles: ['warehouse', 'manager'],
    plan: async (hand) => {
      const places = await hand.rows(
        `select id from public.warehouses where tenant_id = $1 and kind = 'depot' order by code`,
      );
      const from = hand.one(places);
      const to = places.find(({ id }) => id !== from.id);
      return to === undefined
        ? null
        : {
            command: 'create_transfer',
            args: {
              from_warehouse_id: from.id,
              to_warehouse_id: to.id,
              items: await goods(hand, 20),
            },
          };
    },
  },
  dispatch_transfer: {
    weight: 2,
    roles: ['warehouse', 'manager'],
    plan: on('dispatch_transfer', TRANSFER, ['draft']),
  },
  receive_part_transfer: {
    weight: 2,
    roles: ['manager', 'warehouse'],
    plan: on(
      'receive_part_transfer',
      TRANSFER,
      ['in_transit', 'partially_received'],
      async (hand, transfer) => ({
        items: (
          await hand.rows(
            'select product_id as id, quantity::float from public.transfer_items where tenant_id = $1 and transfer_id = $2',
            transfer.id,
          )
        ).map(({ id, quantity }) => ({ product_id: id, quantity: hand.number(Number(quantity)) })),
      }),
    ),
  },
  cancel_transfer: {
    weight: 1,
    roles: ['manager'],
    plan: on('cancel_transfer', TRANSFER, ['draft', 'in_transit'], because),
  },
  create_stock_count: {
    weight: 1,
    roles: ['manager', 'warehouse'],
    plan: async (hand) => {
      const place = await depot(hand);
      const [counter] = await hand.rows(
        `select user_id as id from public.memberships where tenant_id = $1 and role = 'warehouse' and warehouse_id is null`,
      );
      return place === null || counter === undefined
        ? null
        : {
            command: 'create_stock_count',
            args: {
              warehouse_id: place.id,
              counter_ids: [counter.id],
              product_ids: (await goods(hand, 1)).map(({ product_id }) => product_id),
            },
          };
    },
  },
  start_stock_count: {
    weight: 2,
    roles: ['warehouse'],
    plan: on('start_stock_count', COUNT, ['draft']),
  },
  record_stock_count: {
    weight: 2,
    roles: ['warehouse'],
    plan: on('record_stock_count', COUNT, ['counting', 'recounting'], async (hand, count) => ({
      items: (
        await hand.rows(
          `select product_id as id, condition::text from public.stock_count_items where tenant_id = $1 and stock_count_id = $2`,
          count.id,
        )
      ).map(({ id, condition }) => ({ product_id: id, condition, counted: hand.number(400) })),
    })),
  },
  finish_stock_count: {
    weight: 2,
    roles: ['warehouse'],
    plan: on('finish_stock_count', COUNT, ['counting', 'recounting'], () =>
      Promise.resolve({ leave_uncounted: true }),
    ),
  },
  approve_stock_count: {
    weight: 2,
    roles: ['manager'],
    plan: on('approve_stock_count', COUNT, ['counted']),
  },
  post_stock_count: {
    weight: 2,
    roles: ['manager'],
    plan: on('post_stock_count', COUNT, ['approved']),
  },
  create_refill: {
    weight: 2,
    roles: ['warehouse'],
    plan: async (hand) => {
      const place = await depot(hand);
      const full = await hand.row('products', 'x.container_product_id is not null and x.is_active');
      return (
        place &&
        full && {
          command: 'create_refill',
          args: { warehouse_id: place.id, product_id: full.id, quantity: hand.number(10) },
        }
      );
    },
  },
  start_refill: { weight: 2, roles: ['warehouse'], plan: on('start_refill', REFILL, ['draft']) },
  complete_refill: {
    weight: 2,
    roles: ['warehouse'],
    plan: on('complete_refill', REFILL, ['in_progress'], (hand, refill) =>
      Promise.resolve({ filled: hand.number(Number(refill['quantity'])) }),
    ),
  },
  reverse_refill: {
    weight: 1,
    roles: ['manager', 'warehouse'],
    plan: on('reverse_refill', REFILL, ['completed'], because),
  },
  create_purchase_order: {
    weight: 3,
    roles: ['manager', 'warehouse'],
    plan: async (hand) => {
      const vendor = await hand.row('vendors', 'true');
      const place = await depot(hand);
      if (!vendor || !place) return null;
      const [item] = await goods(hand, 60);
      return {
        command: 'create_purchase_order',
        args: {
          vendor_id: vendor.id,
          warehouse_id: place.id,
          items: [{ ...item, unit_cost: hand.number(500) }],
        },
      };
    },
  },
  submit_purchase_order: {
    weight: 3,
    roles: ['manager', 'warehouse'],
    plan: on('submit_purchase_order', PURCHASE, ['draft']),
  },
  approve_purchase_order: {
    weight: 3,
    roles: ['manager', 'admin'],
    plan: on('approve_purchase_order', PURCHASE, ['pending_approval']),
  },
  receive_purchase_order: {
    weight: 3,
    roles: ['warehouse'],
    plan: on('receive_purchase_order', PURCHASE, ['approved', 'ordered', 'partially_received']),
  },
};

/** Every deed as often as it weighs: what a step draws from. */
export const DRAWN = Object.entries(DEEDS).flatMap(([name, { weight }]) =>
  Array.from({ length: weight }, () => name),
);
