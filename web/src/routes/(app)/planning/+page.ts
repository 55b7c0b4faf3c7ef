import { listPlanningSessions, PLANNING_SESSIONS } from '#lib/delivery/planning.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:planning_session');
  const list = readList(url, PLANNING_SESSIONS);
  return reading(async () => ({ plans: await listPlanningSessions(list) }));
}
