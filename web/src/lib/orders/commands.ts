import Pencil from '@lucide/svelte/icons/pencil';
import RotateCcw from '@lucide/svelte/icons/rotate-ccw';
import Split from '@lucide/svelte/icons/split';
import Undo2 from '@lucide/svelte/icons/undo-2';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export const orderCommands = {
  amend: { label: m.change(), icon: Pencil, href: (id) => `/orders/${id}/edit` },
  request_return: {
    label: m.take_goods_back(),
    icon: Undo2,
    href: (id) => `/returns/new?order=${id}`,
  },
  reattempt: {
    label: m.try_again(),
    icon: RotateCcw,
    done: m.a_new_order_was_drafted_with_the(terms),
    leadsTo: (order) => `/orders/${order.id}`,
  },
  create_trip: {
    label: m.plan_a_trip(terms),
    variant: 'primary',
    href: (id) => `/trips/new?order=${id}`,
  },
  submit: { label: m.send_for_approval(), variant: 'primary', done: m.sent_for_approval() },
  acknowledge_similar: { label: m.both_are_meant(), done: m.noted_both_orders_are_meant(terms) },
  approve: {
    label: m.approve(),
    variant: 'primary',
    done: m.the_order_was_approved(terms),
    asks: {
      title: m.approve_this_order(terms),
      text: m.a_note_is_needed_only_where_the(terms),
      reason: 'optional',
      field: 'note',
    },
  },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_order_was_rejected(terms),
    asks: { title: m.reject_this_order(terms), reason: 'required' },
  },
  allocate: {
    label: m.allocate_stock(),
    variant: 'primary',
    done: m.the_stock_is_reserved_for_this_order(terms),
  },
  hold: {
    label: m.hold(),
    done: m.the_order_is_on_hold(terms),
    asks: {
      title: m.put_this_order_on_hold(terms),
      text: m.it_cannot_be_allocated_or_dispatched_until(),
      reason: 'required',
    },
  },
  release_suspended: {
    label: m.release_this_order(terms),
    done: m.the_order_goes_on(terms),
    asks: {
      title: m.let_this_order_go_on(terms),
      text: m.its_customer_is_suspended_the_note_says(terms),
      reason: 'required',
      field: 'note',
    },
  },
  bill: {
    label: m.draft_the_invoice(terms),
    variant: 'primary',
    done: m.the_invoice_was_drafted(terms),
    leadsTo: (invoice) => `/invoices/${invoice.id}`,
  },
  split: { label: m.split(), icon: Split, href: (id) => `/orders/${id}` },
  rejoin: {
    label: m.put_it_back(),
    done: m.its_goods_are_on_the_first_order_again(terms),
    asks: {
      title: m.put_this_part_back_into_its_order(terms),
      text: m.its_goods_go_with_the_first_order_again(terms),
      reason: 'none',
    },
    leadsTo: (order) => `/orders/${order.id}`,
  },
  send_delivery_code: {
    label: m.send_the_code_again(),
    done: m.the_customer_is_sent_another_code(terms),
  },
  release: { label: m.release_the_hold(), variant: 'primary', done: m.the_order_goes_on(terms) },
  delete: {
    label: m.remove_this_draft(),
    variant: 'danger',
    done: m.the_draft_was_removed(),
    asks: {
      title: m.remove_this_draft_for_good(),
      text: m.nothing_of_it_stays_in_the_lists(),
      reason: 'none',
    },
    leadsTo: () => '/orders',
  },
  cancel: {
    label: m.cancel_order(terms),
    variant: 'danger',
    done: m.the_order_was_cancelled(terms),
    asks: {
      title: m.cancel_this_order(terms),
      text: m.reserved_stock_becomes_available_again_this_cannot(),
      reason: 'required',
    },
  },
} satisfies Looks<'order'>;
