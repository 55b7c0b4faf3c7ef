import { load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { peopleAndTeams } from '#lib/targets/commissions.ts';
import { kpiBoard, monthIn } from '#lib/targets/kpis.ts';

export function load({ url, depends }) {
  depends('entity:kpi_definition', 'entity:kpi_target', 'entity:invoice', 'entity:payment');
  const month = monthIn(url);
  const of = url.searchParams.get('of') ?? session.me?.user.id ?? '';
  return reading(async () => {
    const [board, choices] = await Promise.all([
      kpiBoard(month, of === 'company' ? undefined : of),
      peopleAndTeams(),
    ]);
    return { board, month, of, ...choices };
  });
}
