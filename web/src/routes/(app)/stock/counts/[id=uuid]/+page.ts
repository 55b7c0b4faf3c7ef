import { found, load as reading } from '#lib/platform/read.ts';
import { countLines, readCount } from '#lib/warehouse/counts.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export function load({ params, depends }) {
  depends('entity:stock_count');
  return reading(async () => {
    const [count, lines, history] = await Promise.all([
      readCount(params.id),
      countLines(params.id),
      historyOf(params.id),
    ]);
    const known = found(count, 'count');
    const names = await namesOf([known.created_by, ...known.counters]);
    return {
      count: known,
      lines,
      history,
      counters: known.counters.map((counter) => nameOf(names, counter)),
      createdBy: nameOf(names, known.created_by),
    };
  });
}
