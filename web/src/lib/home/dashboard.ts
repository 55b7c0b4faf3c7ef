import type { Enums } from '#lib/database.types.ts';
import type { Point, Series } from '#lib/charts/chart.ts';
import { askJson } from '#lib/platform/command.ts';
import { rangeOf } from '#lib/platform/filters.ts';
import { day, money, quantity, today, unitOf, weekday } from '#lib/platform/format.ts';
import { label } from '#lib/platform/label.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { inPeriod } from '#lib/targets/kpis.ts';
import { openStatesOf } from '#lib/workflow/documents.ts';
import { m, terms } from '#lib/words.ts';

/** Orders of a period, as `private.order_figures` describes them. */
interface OrderFigures {
  orders: number;
  total: number;
  days: { day: string; delivered: number; open: number; stopped: number; total: number }[];
  stages: { stage: string; states: string[]; orders: number }[];
  promised: {
    until: string;
    states: string[];
    due: number;
    on_time: number;
    in_full: number;
    both: number;
  };
}

interface RevenueFigures {
  total: number;
  days: { day: string; invoiced: number; credited: number }[];
}

/** What `dashboard` of the database answers; a part is null for who may not see such rows. */
export interface Figures {
  from_day: string;
  to_day: string;
  orders: OrderFigures | null;
  orders_before: OrderFigures | null;
  most: {
    states: string[];
    products: { id: string; name: string; unit: string; quantity: number; amount: number }[];
    customers: { id: string; name: string | null; orders: number; total: number }[];
    hours: { weekday: number; hour: number; orders: number }[];
  } | null;
  revenue: RevenueFigures | null;
  revenue_before: RevenueFigures | null;
  ageing: ({ customers: number; total: number } & Record<Age, number>) | null;
  stock: {
    balances: number;
    first: {
      id: string;
      product: string;
      warehouse: string;
      unit: string;
      available: number;
      reorder_point: number;
      suggested: number;
    }[];
  } | null;
}

/** Periods that can be chosen, in days up to today. */
export const PERIODS = [7, 30, 90, 365];
const USUAL = 30;

/** The period that the address asks for. */
export function periodOf(text: string | null): number {
  const asked = Number(text);
  return PERIODS.includes(asked) ? asked : USUAL;
}

/** The figures of the last days, today included. @throws PortalError */
export function figuresOf(days: number): Promise<Figures> {
  return askJson<Figures, 'dashboard'>('dashboard', {
    from_day: today(1 - days),
    to_day: today(),
  });
}

export type Card =
  | 'revenue'
  | 'orders'
  | 'funnel'
  | 'promised'
  | 'ageing'
  | 'stock'
  | 'products'
  | 'customers'
  | 'hours';

const ALL: Card[] = [
  'revenue',
  'orders',
  'funnel',
  'promised',
  'ageing',
  'stock',
  'customers',
  'products',
  'hours',
];

/** What somebody decides with, the first first; who is not named here has his work on pages of its own. */
const CARDS: Partial<Record<Enums<'member_role'>, Card[]>> = {
  owner: ALL,
  admin: ALL,
  manager: ALL,
  auditor: ALL,
  analyst: ALL,
  viewer: ALL,
  finance: ['revenue', 'ageing', 'customers', 'orders'],
  sales: ['orders', 'funnel', 'customers', 'products', 'promised', 'hours'],
  agent: ['orders', 'funnel', 'customers', 'products'],
  dispatcher: ['promised', 'funnel', 'orders', 'hours', 'stock'],
  warehouse: ['stock', 'promised', 'products', 'orders'],
};

export const cardsOf = (role: string | null | undefined): Card[] =>
  CARDS[role as Enums<'member_role'>] ?? [];

/** How a figure compares with that of the period before, in words. */
export function compared(now: number, before: number, days: number): string {
  const span = { days: quantity(days) };
  const change = before === 0 ? 0 : Math.round((now / before - 1) * 100);
  if (before === 0 && now !== 0) return m.none_in_the_days_before(span);
  if (change === 0) return m.as_in_the_days_before(span);
  const more = { ...span, change: quantity(Math.abs(change)) };
  return change > 0 ? m.more_than_the_days_before(more) : m.less_than_the_days_before(more);
}

/** Days that are shown one by one; longer periods are shown by weeks. */
const MOST_DAYS = 92;

/** The days of a period as the points of a chart, by weeks where there are many. */
export function pointsOf<Day extends { day: string }>(
  days: readonly Day[],
  values: (day: Day, index: number) => number[],
  hrefOf?: (range: string) => string,
): Point[] {
  const size = days.length > MOST_DAYS ? 7 : 1;
  const points: Point[] = [];
  for (let from = 0; from < days.length; from += size) {
    const span = days.slice(from, from + size);
    const first = span[0]?.day ?? '';
    const last = span.at(-1)?.day ?? first;
    const sums = span
      .map((one, index) => values(one, from + index))
      .reduce((all, more) => all.map((sum, at) => sum + (more[at] ?? 0)));
    points.push({
      name: first === last ? day(first) : `${day(first)} – ${day(last)}`,
      short: day(first, 'short'),
      values: sums,
      ...(hrefOf && { href: hrefOf(rangeOf(first, last)) }),
    });
  }
  return points;
}

const list = (page: string, filters: Record<string, string>): string =>
  `${page}?${new URLSearchParams(filters)}`;

/** Where a figure of the orders of a period is looked at. */
export function ordersOf(range: string, filters: Record<string, string> = {}): string {
  return list('/orders', { entered: range, ...filters });
}

export const ORDER_SERIES: Series[] = [
  { name: m.label_delivered(), colour: 'brand' },
  { name: m.open(), colour: 'info' },
  { name: m.label_stopped(), colour: 'bad' },
];

export const orderPoints = ({ days }: OrderFigures): Point[] =>
  pointsOf(
    days,
    ({ delivered, open, stopped }) => [delivered, open, stopped],
    (range) => ordersOf(range),
  );

export const REVENUE_SERIES: Series[] = [
  { name: m.revenue(), colour: 'brand' },
  { name: m.period_before(), colour: 'edge', isQuiet: true },
];

export const revenuePoints = (now: RevenueFigures, before: RevenueFigures | null): Point[] =>
  pointsOf(
    now.days,
    ({ invoiced, credited }, index) => {
      const then = before?.days[index];
      return [invoiced - credited, then ? then.invoiced - then.credited : 0];
    },
    (range) => list('/invoices', { issued: range }),
  );

/** The funnel: how far the orders of a period have come. */
export const stageRows = ({ stages }: OrderFigures, range: string) =>
  stages.map(({ stage, states, orders }, index) => ({
    name: label(stage),
    value: orders,
    href: ordersOf(range, index > 0 ? { status: states.join() } : {}),
  }));

/** Days since money was due: the columns of `receivables`, and the due days that they mean. */
const AGES = {
  not_due: [m.not_due(), '0', 0, null],
  days_1_to_30: [m.n1_30_days(), '1–30', -30, -1],
  days_31_to_60: [m.n31_60_days(), '31–60', -60, -31],
  days_61_to_90: [m.n61_90_days(), '61–90', -90, -61],
  over_90: [m.over_90_days(), '> 90', null, -91],
} as const;
type Age = keyof typeof AGES;

export const AGEING_SERIES: Series[] = [{ name: m.open(), colour: 'brand' }];

export const ageingPoints = (ageing: NonNullable<Figures['ageing']>): Point[] =>
  Object.entries(AGES).map(([age, [name, short, from, to]]) => ({
    name,
    short,
    values: [ageing[age as Age]],
    href: list('/invoices', {
      due: rangeOf(from === null ? '' : today(from), to === null ? '' : today(to)),
      status: openStatesOf('invoice').join(),
    }),
  }));

/** Kept promises, of the orders that were wanted by a day that is over. */
export function promisedRows({ promised }: OrderFigures, range: string) {
  const { due, on_time, in_full, both } = promised;
  const href = ordersOf(range, {
    wanted: rangeOf('', promised.until),
    status: promised.states.join(),
  });
  return [
    { name: m.wanted_by_now(), value: due, href },
    { name: m.on_time(), value: on_time },
    { name: m.in_full(), value: in_full },
    { name: m.on_time_and_in_full(), value: both },
  ];
}

type Most = NonNullable<Figures['most']>;

export const productRows = ({ products, states }: Most, range: string) =>
  products.map((product) => ({
    name: product.name,
    value: product.amount,
    note: `${quantity(product.quantity)} ${unitOf(product.quantity, product.unit)}`,
    href: ordersOf(range, { product: product.id, status: states.join() }),
  }));

export const customerRows = ({ customers, states }: Most, range: string) =>
  customers.map((customer) => ({
    name: customer.name ?? m.a_customer(terms),
    value: customer.total,
    note: quantity(customer.orders),
    href: ordersOf(range, { customer: customer.id, status: states.join() }),
  }));

export const stockRows = ({ first }: NonNullable<Figures['stock']>) =>
  first.map((row) => ({
    name: `${row.product}, ${row.warehouse}`,
    value: row.suggested,
    note: m.available_of_reorder_point_reorder_point_2({
      available: quantity(row.available),
      reorder_point: quantity(row.reorder_point),
      reorder_point_2: unitOf(row.reorder_point, row.unit),
    }),
    href: '/stock/reorder',
  }));

/** When orders are entered: a row per weekday, a column per hour in which there are any. */
export function hourTable({ hours }: Most) {
  const all = hours.map(({ hour }) => hour);
  const first = Math.min(8, ...all);
  const shown = Array.from({ length: Math.max(17, ...all) - first + 1 }, (_, at) => first + at);
  return {
    columns: shown.map(String),
    rows: [1, 2, 3, 4, 5, 6, 7].map((number) => ({
      name: weekday(number),
      values: shown.map(
        (hour) => hours.find((it) => it.weekday === number && it.hour === hour)?.orders ?? 0,
      ),
    })),
  };
}

/** The figures at the top, each with the list behind it or the rows that it is made of. */
export function headlines(figures: Figures, days: number) {
  const { orders, orders_before, revenue, revenue_before, ageing, stock } = figures;
  const range = rangeOf(figures.from_day, figures.to_day);
  const kept = orders && orders.promised.due > 0 ? promisedRows(orders, range) : null;
  const share = (it: OrderFigures) => Math.round((it.promised.both / it.promised.due) * 100);
  return [
    revenue && {
      card: 'revenue',
      label: m.revenue(),
      value: money(revenue.total),
      note: compared(revenue.total, revenue_before?.total ?? 0, days),
      // The list of invoices sums with tax and knows no credit notes.
      ...(session.can('kpis.view_all') && session.seesAll
        ? { explain: inPeriod('invoiced', figures.from_day, figures.to_day) }
        : { href: list('/invoices', { issued: range }) }),
    },
    orders && {
      card: 'orders',
      label: m.orders(terms),
      value: quantity(orders.orders),
      note: compared(orders.orders, orders_before?.orders ?? 0, days),
      href: ordersOf(range),
    },
    orders && {
      card: 'orders',
      label: m.ordered(),
      value: money(orders.total),
      note: compared(orders.total, orders_before?.total ?? 0, days),
      href: ordersOf(range),
    },
    kept &&
      orders && {
        card: 'promised',
        label: m.on_time_and_in_full(),
        value: `${share(orders)} %`,
        note:
          orders_before && orders_before.promised.due > 0
            ? m.orders_before_percent_in_the_days_days({
                orders_before: share(orders_before),
                days,
              })
            : m.of_due_orders({ ...terms, due: quantity(orders.promised.due) }),
        href: kept[0]?.href,
      },
    ageing && {
      card: 'ageing',
      label: m.owed_to_us(),
      value: money(ageing.total),
      note:
        ageing.customers === 1
          ? m.by_one_customer(terms)
          : m.by_customers_name_customers({ ...terms, customers_name: quantity(ageing.customers) }),
      href: '/invoices/receivables',
    },
    stock && {
      card: 'stock',
      label: m.below_reorder_point(),
      value: quantity(stock.balances),
      note: m.products_at_places(terms),
      href: '/stock/reorder',
    },
  ].filter((it) => it !== null);
}
