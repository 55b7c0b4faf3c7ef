import { load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { kpiBoard, monthIn, whoseFigures } from '#lib/targets/kpis.ts';

export async function load({ url, depends, parent }) {
  depends('entity:kpi_definition', 'entity:kpi_target', 'entity:invoice', 'entity:payment');
  // Whose figures are shown first depends on who it is: those of the company, for who may see them.
  const { me } = await parent();
  const month = monthIn(url);
  const of = url.searchParams.get('of') ?? (session.can('kpis.view_all') ? 'company' : me.user.id);
  return reading(async () => {
    const [board, choices] = await Promise.all([
      kpiBoard(month, of === 'company' ? undefined : of),
      whoseFigures(me.user.id, session.can('kpis.view_all')),
    ]);
    return { board, month, of, ...choices };
  });
}
