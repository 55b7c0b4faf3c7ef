import { readBatch, recipientsOf, stockOfBatch } from '#lib/warehouse/batches.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('batch', readBatch, {
  with: ['inventory'],
  more: async (batch) => {
    const [stock, recipients] = await Promise.all([stockOfBatch(batch.id), recipientsOf(batch.id)]);
    return { stock, recipients };
  },
});
