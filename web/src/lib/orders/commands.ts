import type { Looks } from '#lib/workflow/workflow.ts';

export const orderCommands = {
  submit: { label: 'Send for approval', variant: 'primary', done: 'Sent for approval.' },
  approve: {
    label: 'Approve',
    variant: 'primary',
    done: 'The order was approved.',
    asks: {
      title: 'Approve this order?',
      text: 'A note is needed only where the order goes over the credit limit.',
      reason: 'optional',
      field: 'note',
    },
  },
  reject: {
    label: 'Reject',
    variant: 'danger',
    done: 'The order was rejected.',
    asks: { title: 'Reject this order?', reason: 'required' },
  },
  allocate: {
    label: 'Allocate stock',
    variant: 'primary',
    done: 'The stock is reserved for this order.',
  },
  hold: {
    label: 'Hold',
    done: 'The order is on hold.',
    asks: {
      title: 'Put this order on hold?',
      text: 'It cannot be allocated or dispatched until somebody releases it.',
      reason: 'required',
    },
  },
  release_suspended: {
    label: 'Release this order',
    done: 'The order goes on.',
    asks: {
      title: 'Let this order go on?',
      text: 'Its customer is suspended. The note says why the order goes on all the same.',
      reason: 'required',
      field: 'note',
    },
  },
  bill: { label: 'Draft the invoice', variant: 'primary', done: 'The invoice was drafted.' },
  release: { label: 'Release the hold', variant: 'primary', done: 'The order goes on.' },
  cancel: {
    label: 'Cancel order',
    variant: 'danger',
    done: 'The order was cancelled.',
    asks: {
      title: 'Cancel this order?',
      text: 'Reserved stock becomes available again. This cannot be undone.',
      reason: 'required',
    },
  },
} satisfies Looks<'order'>;
