import { allTicketCategories } from '#lib/operations/tickets.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ depends }) {
  depends('entity:ticket_category');
  return reading(async () => ({ categories: await allTicketCategories() }));
}
