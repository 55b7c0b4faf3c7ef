import { load as reading } from '#lib/platform/read.ts';
import { peopleAndTeams } from '#lib/targets/commissions.ts';
import { kpiDefinitions, kpiTargets, monthIn } from '#lib/targets/kpis.ts';

export function load({ url, depends }) {
  depends('entity:kpi_definition', 'entity:kpi_target', 'entity:team');
  const month = monthIn(url);
  return reading(async () => {
    const [kpis, targets, choices] = await Promise.all([
      kpiDefinitions(),
      kpiTargets(month),
      peopleAndTeams(),
    ]);
    return { month, kpis, targets, ...choices };
  });
}
