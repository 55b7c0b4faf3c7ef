import Banknote from '@lucide/svelte/icons/banknote';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Looks } from '#lib/workflow/workflow.ts';

export const invoiceCommands = {
  record_payment: { label: 'Record a payment', variant: 'primary', icon: Banknote },
  credit: { label: 'Credit', icon: Undo2, href: (id) => `/invoices/${id}/credit` },
  write_off: { label: 'Write off' },
  issue: { label: 'Issue', variant: 'primary', done: 'The invoice was issued.' },
  void: {
    label: 'Void',
    variant: 'danger',
    done: 'The invoice was voided.',
    asks: {
      title: 'Void this invoice?',
      text: 'It keeps its number and is no longer owed. The delivery can be billed again from its order.',
      reason: 'required',
    },
  },
} satisfies Looks<'invoice'>;

export const paymentCommands = {
  approve: { label: 'Approve', variant: 'primary', done: 'The payment was approved.' },
  reject: {
    label: 'Reject',
    variant: 'danger',
    done: 'The payment was rejected.',
    asks: { title: 'Reject this payment?', reason: 'required' },
  },
  unreconcile: { label: 'Undo the match', done: 'The payment is no longer matched with the bank.' },
  cancel: {
    label: 'Take back',
    variant: 'danger',
    done: 'The payment was taken back; what it paid is open again.',
    asks: {
      title: 'Take this payment back?',
      text: 'The invoices it paid are open again.',
      reason: 'required',
    },
  },
} satisfies Looks<'payment'>;

export const statementLineCommands = {
  set_aside: {
    label: 'Set aside',
    done: 'The line is out of the way.',
    asks: {
      title: 'Set this line aside?',
      text: 'It is no money of a customer. It can be taken back.',
      reason: 'required',
    },
  },
  take_back: { label: 'Take back', done: 'The line is open again.' },
} satisfies Looks<'statement_line'>;

export const creditNoteCommands = {
  issue: {
    label: 'Issue',
    variant: 'primary',
    done: 'The credit note was issued.',
    asks: {
      title: 'Issue this credit note?',
      text: 'It gets its number and pays what is open of the invoice; what is over is the advance of the customer. It cannot be undone.',
      reason: 'none',
    },
  },
  void: {
    label: 'Throw away',
    variant: 'danger',
    done: 'The draft was thrown away.',
    asks: { title: 'Throw this draft away?', reason: 'required' },
  },
} satisfies Looks<'credit_note'>;

export const returnCommands = {
  approve: { label: 'Approve', variant: 'primary', done: 'The goods may come back.' },
  reject: {
    label: 'Reject',
    variant: 'danger',
    done: 'The return was rejected.',
    asks: { title: 'Reject this return?', reason: 'required' },
  },
} satisfies Looks<'return'>;

export const settlementCommands = {
  dispute: {
    label: 'Send back',
    variant: 'danger',
    done: 'The driver hands it in again.',
    asks: { title: 'Send this settlement back?', reason: 'required' },
  },
} satisfies Looks<'settlement'>;
