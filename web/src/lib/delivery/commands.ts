import Pencil from '@lucide/svelte/icons/pencil';
import type { CommandLook, Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export const tripCommands = {
  change: { label: m.change(), icon: Pencil, href: (id) => `/trips/${id}/edit` },
  plan: { label: m.plan(), variant: 'primary', done: m.the_trip_is_planned_and_has_a(terms) },
  dispatch: {
    label: m.dispatch(),
    variant: 'primary',
    done: m.the_van_may_leave(terms),
    asks: {
      title: m.send_this_van_off(terms),
      text: m.the_goods_become_stock_of_the_van(terms),
      reason: 'none',
    },
  },
  complete: { label: m.complete(), variant: 'primary', done: m.the_trip_is_closed(terms) },
  cancel: {
    label: m.cancel_trip(terms),
    variant: 'danger',
    done: m.the_trip_was_cancelled_its_orders_are(terms),
    asks: {
      title: m.cancel_this_trip(terms),
      text: m.its_orders_stay_allocated_and_can_ride(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'trip'>;

export const offloadCommands = {
  review: { label: m.mark_as_reviewed(), variant: 'primary', done: m.the_count_was_reviewed() },
  approve: {
    label: m.approve(),
    variant: 'primary',
    done: m.the_goods_are_back_in_the_depot(terms),
  },
  reject: {
    label: m.reject_the_count(),
    variant: 'danger',
    done: m.the_van_has_to_be_counted_again(terms),
    asks: {
      title: m.reject_this_count(),
      text: m.its_open_differences_fall_away_and_the(terms),
      reason: 'required',
    },
  },
} satisfies Looks<'offload'>;

/** Approving a variance asks for more than a reason, so only the refusal is sent from here. */
export const varianceRejection: CommandLook = {
  label: m.reject(),
  variant: 'danger',
  done: m.the_difference_was_refused(),
  asks: { title: m.refuse_this_difference(), reason: 'required', field: 'note' },
};

/** Orders are put on a trip from their list; for one of them it is planned on its own page. */
export const board: CommandLook = { label: m.add_to_a_trip(terms) };
