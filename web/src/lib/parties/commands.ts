import Plus from '@lucide/svelte/icons/plus';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export const customerCommands = {
  create_order: {
    label: m.new_order(terms),
    variant: 'primary',
    icon: Plus,
    href: (id) => `/orders/new?customer=${id}`,
  },
  acknowledge_similar: {
    label: m.they_are_two_customers(terms),
    done: m.noted_they_are_two_customers(terms),
  },
  submit: { label: m.send_for_approval(), variant: 'primary', done: m.sent_for_approval() },
  approve: { label: m.approve(), variant: 'primary', done: m.the_customer_may_order_now(terms) },
  reject: {
    label: m.reject(),
    variant: 'danger',
    done: m.the_customer_was_rejected(terms),
    asks: { title: m.reject_this_customer(terms), reason: 'required' },
  },
  reactivate: {
    label: m.reactivate(),
    variant: 'primary',
    done: m.the_customer_may_order_again(terms),
  },
  review_credit: { label: m.review_credit() },
  suspend: {
    label: m.suspend(),
    variant: 'danger',
    done: m.the_customer_cannot_order_until_reactivated(terms),
    asks: {
      title: m.suspend_this_customer(terms),
      text: m.no_new_orders_until_somebody_reactivates_the(terms),
      reason: 'required',
    },
  },
  merge: { label: m.merge_customer(terms), href: (id) => `/customers/${id}/merge` },
  deactivate: {
    label: m.deactivate(),
    variant: 'danger',
    done: m.the_customer_was_deactivated(terms),
    asks: {
      title: m.deactivate_this_customer(terms),
      text: m.for_customers_who_have_left_this_cannot(terms),
      reason: 'none',
    },
  },
} satisfies Looks<'customer'>;
