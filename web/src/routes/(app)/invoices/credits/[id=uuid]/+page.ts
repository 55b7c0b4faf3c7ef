import { creditNoteItems, moneyOfCreditNote, readCreditNote } from '#lib/billing/credit_notes.ts';
import { answerOf, found, load as reading } from '#lib/platform/read.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { readIdentity } from '#lib/tenancy/tenancy.ts';
import { historyOf, nameOf, namesOf } from '#lib/workflow/workflow.ts';

export async function load({ params, depends, parent }) {
  depends('entity:credit_note', 'entity:payment');
  await parent();
  return reading(async () => {
    const [note, items, payment, history, seller] = await Promise.all([
      readCreditNote(params.id),
      creditNoteItems(params.id),
      session.can('payments.view') ? answerOf(moneyOfCreditNote(params.id)) : null,
      historyOf(params.id),
      readIdentity(),
    ]);
    const known = found(note, 'credit note');
    const names = await namesOf([known.created_by]);
    return {
      note: known,
      items,
      payment,
      history,
      seller,
      createdBy: nameOf(names, known.created_by),
    };
  });
}
