import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Looks } from '#lib/workflow/workflow.ts';

export const orderCommands = {
  amend: { label: 'Change', icon: Pencil, href: (id) => `/orders/${id}/edit` },
  request_return: {
    label: 'Take goods back',
    icon: Undo2,
    href: (id) => `/returns/new?order=${id}`,
  },
  reattempt: {
    label: 'Try again',
    icon: RotateCcw,
    done: 'A new order was drafted with the same lines.',
    leadsTo: (order) => `/orders/${order.id}`,
  },
  create_trip: {
    label: 'Plan a trip',
    variant: 'primary',
    href: (id) => `/trips/new?order=${id}`,
  },
  submit: { label: 'Send for approval', variant: 'primary', done: 'Sent for approval.' },
  acknowledge_similar: { label: 'Both are meant', done: 'Noted: both orders are meant.' },
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
  bill: {
    label: 'Draft the invoice',
    variant: 'primary',
    done: 'The invoice was drafted.',
    leadsTo: (invoice) => `/invoices/${invoice.id}`,
  },
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
