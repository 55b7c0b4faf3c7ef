import { rows, type TableName } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { supabase, untyped } from '#lib/platform/supabase.ts';
import { inStates } from '#lib/workflow/done.ts';
import { toPortalError } from '#lib/errors.ts';

/** A number on the dashboard and the list behind it. */
export interface Figure {
  label: string;
  note: string;
  href: string;
  count: number;
  /** True when the reader is the one it waits for. */
  waiting: boolean;
}

interface Question {
  label: string;
  note: string;
  href: string;
  table: TableName;
  state: string;
  /** Who sees it. */
  view: string;
  /** Who has to do something about it. */
  act?: string;
}

const QUESTIONS: Question[] = [
  {
    label: 'Orders to approve',
    note: 'sent by colleagues',
    href: '/orders?status=pending_approval',
    table: 'orders',
    state: 'pending_approval',
    view: 'orders.view',
    act: 'orders.approve',
  },
  {
    label: 'Orders to allocate',
    note: 'approved, no stock reserved yet',
    href: '/orders?status=approved',
    table: 'orders',
    state: 'approved',
    view: 'orders.view',
    act: 'orders.allocate',
  },
  {
    label: 'Orders for a trip',
    note: 'stock reserved',
    href: '/orders?status=allocated',
    table: 'orders',
    state: 'allocated',
    view: 'orders.view',
    act: 'trips.edit',
  },
  {
    label: 'Orders on the road',
    note: 'in transit now',
    href: '/orders?status=in_transit',
    table: 'orders',
    state: 'in_transit',
    view: 'orders.view',
  },
  {
    label: 'Trips to load',
    note: 'planned, not dispatched',
    href: '/trips?status=planned',
    table: 'trips',
    state: 'planned',
    view: 'trips.view',
    act: 'trips.load',
  },
  {
    label: 'Offloads to review',
    note: 'counted by the driver',
    href: '/offloads?status=submitted',
    table: 'offload_documents',
    state: 'submitted',
    view: 'trips.view',
    act: 'trips.review',
  },
  {
    label: 'Variances to decide',
    note: 'differences found',
    href: '/variances?status=pending_review',
    table: 'variances',
    state: 'pending_review',
    view: 'variances.view',
    act: 'variances.approve',
  },
  {
    label: 'Customers to approve',
    note: 'entered by colleagues',
    href: '/customers?status=pending_approval',
    table: 'customers',
    state: 'pending_approval',
    view: 'customers.view',
    act: 'customers.approve',
  },
  {
    label: 'Invoices to issue',
    note: 'drafted by deliveries',
    href: '/invoices?status=draft',
    table: 'invoices',
    state: 'draft',
    view: 'invoices.view',
    act: 'invoices.create',
  },
  {
    label: 'Overdue invoices',
    note: 'past their due date',
    href: '/invoices?status=overdue',
    table: 'invoices',
    state: 'overdue',
    view: 'invoices.view',
    act: 'payments.create',
  },
  {
    label: 'Payments to approve',
    note: 'recorded by colleagues',
    href: '/payments?status=pending',
    table: 'payments',
    state: 'pending',
    view: 'payments.view',
    act: 'payments.approve',
  },
  {
    label: 'Adjustments to approve',
    note: 'of stock',
    href: '/stock/adjustments?status=pending_approval',
    table: 'manual_adjustments',
    state: 'pending_approval',
    view: 'inventory.view',
    act: 'inventory.approve',
  },
];

async function count(question: Question): Promise<number> {
  const answer = await inStates(
    untyped.from(question.table as string).select('id', { count: 'exact', head: true }),
    question.table as string,
    [question.state],
  );
  if (answer.error) throw toPortalError(answer.error, answer.status);
  return answer.count ?? 0;
}

/** The figures that the reader may see, those that wait for him first. */
export async function figures(): Promise<Figure[]> {
  const asked = QUESTIONS.filter((question) => session.can(question.view));
  const counts = await Promise.all(asked.map(count));
  return asked
    .map((question, index) => {
      const found = counts[index] ?? 0;
      const mayAct = question.act !== undefined && session.can(question.act);
      return {
        label: question.label,
        note: question.note,
        href: question.href,
        count: found,
        waiting: found > 0 && mayAct,
        // That nothing waits for somebody else is no news.
        isNews: found > 0 || mayAct || question.act === undefined,
      };
    })
    .filter((figure) => figure.isNews)
    .sort((a, b) => Number(b.waiting) - Number(a.waiting));
}

/** How far the trips on the road have come: done and all stops per trip. */
export async function progressOf(tripIds: string[]): Promise<Map<string, [number, number]>> {
  if (tripIds.length === 0) return new Map();
  const stops = await rows(
    supabase.from('trip_stops').select('trip_id,status').in('trip_id', tripIds).limit(1000),
  );
  const progress = new Map<string, [number, number]>();
  for (const stop of stops) {
    const [done, all] = progress.get(stop.trip_id) ?? [0, 0];
    const isDone = stop.status === 'delivered' || stop.status === 'failed';
    progress.set(stop.trip_id, [done + Number(isDone), all + 1]);
  }
  return progress;
}
