import { listMaintenance, MAINTENANCE } from '#lib/operations/maintenance.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:maintenance_job');
  const list = readList(url, MAINTENANCE);
  return reading(async () => ({ jobs: await listMaintenance(list) }));
}
