import { listTrips } from '#lib/delivery/delivery.ts';
import { firstSteps } from '#lib/home/first_steps.ts';
import { figures, progressOf } from '#lib/home/home.ts';
import { listOrders } from '#lib/orders/orders.ts';
import { keptFirst } from '#lib/platform/kept.ts';
import type { ListQuery } from '#lib/platform/list.ts';
import { myTasks } from '#lib/records/tasks.ts';
import { load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

const latest = (sort: string, size: number, filters: Record<string, string> = {}): ListQuery => ({
  page: 1,
  size,
  sort,
  ascending: false,
  search: '',
  filters,
  group: '',
  ignored: [],
});

export async function load({ depends, parent }) {
  depends('kept:dashboard', 'entity:product', 'entity:tenant_setting', ...everyDocument);
  const { me } = await parent();
  if (!me.tenant)
    return {
      figures: [],
      steps: [],
      tasks: [],
      orders: [],
      trips: [],
      progress: new Map(),
      kept: null,
    };
  return reading(() =>
    keptFirst('dashboard', async () => {
      const [numbers, steps, tasks, orders, trips] = await Promise.all([
        figures(),
        firstSteps(),
        session.can('comments.view') ? myTasks(8) : [],
        session.can('orders.view')
          ? listOrders(latest('created_at', 8)).then((page) => page.rows)
          : [],
        session.can('trips.view')
          ? listTrips(latest('started_at', 8, { status: 'in_progress' })).then((page) => page.rows)
          : [],
      ]);
      return {
        figures: numbers,
        steps,
        tasks,
        orders,
        trips,
        progress: await progressOf(trips.map((trip) => trip.id)),
      };
    }),
  );
}
