import { load as reading } from '#lib/platform/read.ts';
import { agentPerformance, monthIn, monthsFrom } from '#lib/targets/kpis.ts';

const DAY = 86_400_000;

export function load({ url, depends }) {
  depends('entity:deal', 'entity:activity');
  const month = monthIn(url);
  const last = new Date(Date.parse(monthsFrom(month, 1)) - DAY).toISOString().slice(0, 10);
  return reading(async () => ({ month, people: await agentPerformance(month, last) }));
}
