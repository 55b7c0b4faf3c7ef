import Plus from '@lucide/svelte/icons/plus';
import type { Looks } from '#lib/workflow/workflow.ts';

export const customerCommands = {
  create_order: {
    label: 'New order',
    variant: 'primary',
    icon: Plus,
    href: (id) => `/orders/new?customer=${id}`,
  },
  submit: { label: 'Send for approval', variant: 'primary', done: 'Sent for approval.' },
  approve: { label: 'Approve', variant: 'primary', done: 'The customer may order now.' },
  reject: {
    label: 'Reject',
    variant: 'danger',
    done: 'The customer was rejected.',
    asks: { title: 'Reject this customer?', reason: 'required' },
  },
  reactivate: { label: 'Reactivate', variant: 'primary', done: 'The customer may order again.' },
  suspend: {
    label: 'Suspend',
    variant: 'danger',
    done: 'The customer cannot order until reactivated.',
    asks: {
      title: 'Suspend this customer?',
      text: 'No new orders until somebody reactivates the customer.',
      reason: 'required',
    },
  },
  deactivate: {
    label: 'Deactivate',
    variant: 'danger',
    done: 'The customer was deactivated.',
    asks: {
      title: 'Deactivate this customer?',
      text: 'For customers who have left. This cannot be undone.',
      reason: 'none',
    },
  },
} satisfies Looks<'customer'>;
