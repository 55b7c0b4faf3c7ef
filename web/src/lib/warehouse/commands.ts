import type { Looks } from '#lib/workflow/workflow.ts';
import { m } from '#lib/words.ts';

export const adjustmentCommands = {
  submit: { label: m.send_for_approval(), variant: 'primary', done: m.sent_for_approval() },
  approve: { label: m.approve(), variant: 'primary', done: m.the_adjustment_was_approved() },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_adjustment_was_rejected(),
    asks: { title: m.reject_this_adjustment(), reason: 'required' },
  },
  reverse: {
    label: m.reverse(),
    variant: 'danger',
    done: m.the_adjustment_was_reversed(),
    asks: {
      title: m.reverse_this_adjustment(),
      text: m.movements_against_it_bring_the_stock_back(),
      reason: 'required',
    },
  },
  apply: { label: m.post_to_stock(), variant: 'primary', done: m.the_stock_was_corrected() },
} satisfies Looks<'adjustment'>;
