import Banknote from '@lucide/svelte/icons/banknote';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export const invoiceCommands = {
  record_payment: { label: m.record_a_payment(), variant: 'primary', icon: Banknote },
  credit: { label: m.credit(), icon: Undo2, href: (id) => `/invoices/${id}/credit` },
  write_off: { label: m.write_off() },
  issue: { label: m.issue(), variant: 'primary', done: m.the_invoice_was_issued(terms) },
  void: {
    label: m.void_word(),
    variant: 'danger',
    done: m.the_invoice_was_voided(terms),
    asks: {
      title: m.void_this_invoice(terms),
      text: m.it_keeps_its_number_and_is_no(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'invoice'>;

export const paymentCommands = {
  approve: { label: m.approve(), variant: 'primary', done: m.the_payment_was_approved() },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_payment_was_rejected(),
    asks: { title: m.reject_this_payment(), reason: 'required' },
  },
  unreconcile: { label: m.undo_the_match(), done: m.the_payment_is_no_longer_matched_with() },
  cancel: {
    label: m.take_back(),
    variant: 'danger',
    done: m.the_payment_was_taken_back_what_it(),
    asks: {
      title: m.take_this_payment_back(),
      text: m.the_invoices_it_paid_are_open_again(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'payment'>;

export const statementLineCommands = {
  set_aside: {
    label: m.set_aside(),
    done: m.the_line_is_out_of_the_way(),
    asks: {
      title: m.set_this_line_aside(),
      text: m.it_is_no_money_of_a_customer(terms),
      reason: 'required',
    },
  },
  take_back: { label: m.take_back(), done: m.the_line_is_open_again() },
} satisfies Looks<'statement_line'>;

export const creditNoteCommands = {
  issue: {
    label: m.issue(),
    variant: 'primary',
    done: m.the_credit_note_was_issued(),
    asks: {
      title: m.issue_this_credit_note(),
      text: m.it_gets_its_number_and_pays_what(terms),
      reason: 'none',
    },
  },
  void: {
    label: m.throw_away(),
    variant: 'danger',
    done: m.the_draft_was_thrown_away(),
    asks: { title: m.throw_this_draft_away(), reason: 'required' },
  },
} satisfies Looks<'credit_note'>;

export const returnCommands = {
  approve: { label: m.approve(), variant: 'primary', done: m.the_goods_may_come_back() },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_return_was_rejected(),
    asks: { title: m.reject_this_return(), reason: 'required' },
  },
} satisfies Looks<'return'>;

export const settlementCommands = {
  dispute: {
    label: m.send_back(),
    variant: 'danger',
    done: m.the_driver_hands_it_in_again(terms),
    asks: { title: m.send_this_settlement_back(), reason: 'required' },
  },
} satisfies Looks<'settlement'>;
