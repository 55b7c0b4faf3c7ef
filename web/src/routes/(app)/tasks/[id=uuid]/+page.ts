import { recordLoad } from '#lib/records/record.ts';
import { readTask } from '#lib/records/tasks.ts';

export const load = recordLoad('task', readTask);
