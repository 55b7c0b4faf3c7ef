import { session } from '#lib/platform/session.svelte.ts';
import { countLines, readCount, unitCosts } from '#lib/warehouse/counts.ts';
import { reasons } from '#lib/warehouse/reasons.ts';
import { recordLoad } from '#lib/records/record.ts';
import { nameOf, namesOf } from '#lib/workflow/workflow.ts';

export const load = recordLoad('stock_count', readCount, {
  more: async (count) => {
    const [lines, names, choices, costs] = await Promise.all([
      countLines(count.id),
      namesOf(count.counters),
      reasons(),
      session.can('reports.view') ? unitCosts(count.warehouse_id) : null,
    ]);
    return {
      lines,
      reasons: choices,
      costs,
      counters: count.counters.map((counter) => nameOf(names, counter)),
    };
  },
});
