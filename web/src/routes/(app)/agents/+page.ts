import { listAgents, listRuns, listTools, readSwitch, RUNS } from '#lib/messaging/agents.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:ai_agent', 'entity:tenant_setting', 'entity:message');
  const list = readList(url, RUNS);
  return reading(async () => {
    const [agents, tools, power, runs] = await Promise.all([
      listAgents(),
      listTools(),
      readSwitch(),
      listRuns(list),
    ]);
    return { agents, tools, power, runs };
  });
}
