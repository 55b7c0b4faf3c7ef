import Pencil from '@lucide/svelte/icons/pencil';
import type { CommandLook, Looks } from '#lib/workflow/workflow.ts';

export const tripCommands = {
  change: { label: 'Change', icon: Pencil, href: (id) => `/trips/${id}/edit` },
  plan: { label: 'Plan', variant: 'primary', done: 'The trip is planned and has a load sheet.' },
  dispatch: {
    label: 'Dispatch',
    variant: 'primary',
    done: 'The van may leave.',
    asks: {
      title: 'Send this van off?',
      text: 'The goods become stock of the van. This cannot be undone: what comes home is counted.',
      reason: 'none',
    },
  },
  complete: { label: 'Complete', variant: 'primary', done: 'The trip is closed.' },
  cancel: {
    label: 'Cancel trip',
    variant: 'danger',
    done: 'The trip was cancelled; its orders are free for another.',
    asks: {
      title: 'Cancel this trip?',
      text: 'Its orders stay allocated and can ride on another trip.',
      reason: 'required',
    },
  },
} satisfies Looks<'trip'>;

export const offloadCommands = {
  review: { label: 'Mark as reviewed', variant: 'primary', done: 'The count was reviewed.' },
  approve: {
    label: 'Approve',
    variant: 'primary',
    done: 'The goods are back in the depot.',
  },
  reject: {
    label: 'Reject the count',
    variant: 'danger',
    done: 'The van has to be counted again.',
    asks: {
      title: 'Reject this count?',
      text: 'Its open differences fall away and the van is counted again.',
      reason: 'required',
    },
  },
} satisfies Looks<'offload'>;

/** Approving a variance asks for more than a reason, so only the refusal is sent from here. */
export const varianceRejection: CommandLook = {
  label: 'Reject',
  variant: 'danger',
  done: 'The difference was refused.',
  asks: { title: 'Refuse this difference?', reason: 'required', field: 'note' },
};
