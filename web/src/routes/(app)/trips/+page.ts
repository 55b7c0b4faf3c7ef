import { drivers, listTrips, vehicles } from '#lib/delivery/delivery.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:trip');
  const list = readList(url, {
    sort: '-planned_start_at',
    sortable: ['planned_start_at', 'number', 'status'],
    filters: ['status', 'vehicle', 'driver', 'customer'],
  });
  return reading(async () => {
    const [trips, vans, people] = await Promise.all([listTrips(list), vehicles(), drivers()]);
    return { trips, vans, people };
  });
}
