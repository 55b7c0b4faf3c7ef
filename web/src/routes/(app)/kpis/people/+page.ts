import { load as reading } from '#lib/platform/read.ts';
import { agentPerformance, lastOf, monthIn } from '#lib/targets/kpis.ts';

export function load({ url, depends }) {
  depends('entity:deal', 'entity:activity');
  const month = monthIn(url);
  return reading(async () => ({ month, people: await agentPerformance(month, lastOf(month)) }));
}
