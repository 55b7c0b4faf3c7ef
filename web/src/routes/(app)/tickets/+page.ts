import { listTickets, TICKETS } from '#lib/operations/tickets.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:ticket');
  const list = readList(url, TICKETS);
  return reading(async () => ({ tickets: await listTickets(list) }));
}
