import type { Looks } from '#lib/workflow/workflow.ts';

export const adjustmentCommands = {
  submit: { label: 'Send for approval', variant: 'primary', done: 'Sent for approval.' },
  approve: { label: 'Approve', variant: 'primary', done: 'The adjustment was approved.' },
  reject: {
    label: 'Reject',
    variant: 'danger',
    done: 'The adjustment was rejected.',
    asks: { title: 'Reject this adjustment?', reason: 'required' },
  },
  reverse: {
    label: 'Reverse',
    variant: 'danger',
    done: 'The adjustment was reversed.',
    asks: {
      title: 'Reverse this adjustment?',
      text: 'Movements against it bring the stock back. This can be done once, and not after the goods were counted.',
      reason: 'required',
    },
  },
  apply: { label: 'Post to stock', variant: 'primary', done: 'The stock was corrected.' },
} satisfies Looks<'adjustment'>;
