import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listTasks, TASKS } from '#lib/records/tasks.ts';

export function load({ url, depends }) {
  depends('entity:task');
  const list = readList(url, TASKS);
  return reading(async () => ({ tasks: await listTasks(list) }));
}
