import { ticketOf } from '#lib/operations/tickets.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { recordLoad } from '#lib/records/record.ts';
import { readTask } from '#lib/records/tasks.ts';

export const load = recordLoad('task', readTask, {
  with: ['ticket'],
  more: async (task) => ({ ticket: session.can('tickets.view') ? await ticketOf(task.id) : null }),
});
