import { countLines, readCount } from '#lib/warehouse/counts.ts';
import { recordLoad } from '#lib/records/record.ts';
import { nameOf, namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('stock_count', readCount, {
  more: async (count) => {
    const [lines, names] = await Promise.all([countLines(count.id), namesOf(count.counters)]);
    return { lines, counters: count.counters.map((counter) => nameOf(names, counter)) };
  },
});
