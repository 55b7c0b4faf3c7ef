import { listTrips, TRIPS } from '#lib/delivery/delivery.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:trip');
  const list = readList(url, TRIPS);
  return reading(async () => ({ trips: await listTrips(list) }));
}
