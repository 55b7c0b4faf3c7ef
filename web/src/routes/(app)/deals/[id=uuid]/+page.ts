import { recordLoad } from '#lib/records/record.ts';
import { pipelines, readDeal } from '#lib/sales/deals.ts';
import { warehouses } from '#lib/warehouse/warehouse.ts';

export const load = recordLoad('deal', readDeal, {
  with: ['order', 'lead', 'pipeline', 'proposal'],
  more: async () => {
    const [all, places] = await Promise.all([pipelines(), warehouses()]);
    return { pipelines: all, places };
  },
});
