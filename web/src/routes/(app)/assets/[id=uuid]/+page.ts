import { readAsset } from '#lib/operations/assets.ts';
import { recordLoad } from '#lib/records/record.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export const load = recordLoad('asset', readAsset, {
  with: ['maintenance_job', 'maintenance_plan'],
  more: async () => ({ places: await warehouses() }),
});
