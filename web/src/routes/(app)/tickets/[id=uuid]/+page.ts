import { teamChoices } from '#lib/messaging/inbox.ts';
import { readTicket } from '#lib/operations/tickets.ts';
import { recordLoad } from '#lib/records/record.ts';

export const load = recordLoad('ticket', readTicket, {
  more: async () => ({ teams: await teamChoices() }),
});
