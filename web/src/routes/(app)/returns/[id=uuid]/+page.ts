import { creditNotesOf } from '#lib/billing/credit_notes.ts';
import { readReturn, returnItems } from '#lib/billing/returns.ts';
import { found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:return', 'entity:credit_note');
  await parent();
  return reading(async () => {
    const [taken, items, notes, history] = await Promise.all([
      readReturn(params.id),
      returnItems(params.id),
      session.can('invoices.view') ? creditNotesOf('return_id', params.id) : [],
      historyOf(params.id),
    ]);
    const known = found(taken, 'return');
    const names = await namesOf([known.created_by]);
    return {
      taken: known,
      items,
      notes,
      history,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
