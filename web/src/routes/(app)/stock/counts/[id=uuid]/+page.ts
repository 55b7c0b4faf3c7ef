import { countLines, readCount } from '#lib/warehouse/counts.ts';
import { reasons } from '#lib/warehouse/reasons.ts';
import { recordLoad } from '#lib/records/record.ts';
import { nameOf, namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('stock_count', readCount, {
  more: async (count) => {
    const [lines, names, choices] = await Promise.all([
      countLines(count.id),
      namesOf(count.counters),
      reasons(),
    ]);
    return {
      lines,
      reasons: choices,
      counters: count.counters.map((counter) => nameOf(names, counter)),
    };
  },
});
