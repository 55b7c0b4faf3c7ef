import { trays } from '#lib/home/approvals.ts';
import { load as reading } from '#lib/platform/read.ts';
import { everyDocument } from '#lib/workflow/documents.ts';

export async function load({ depends, parent }) {
  depends(...everyDocument);
  // Rights are known once the layout has read the session.
  await parent();
  return reading(async () => ({ trays: await trays() }));
}
