import Hand from '@lucide/svelte/icons/hand';
import type { Looks } from '#lib/workflow/workflow.ts';
import { m, terms } from '#lib/words.ts';

export const leadCommands = {
  take: { label: m.take_it(), variant: 'primary', icon: Hand, done: m.the_lead_is_yours() },
  contact: { label: m.spoken_with(), variant: 'primary', done: m.the_lead_was_contacted() },
  qualify: { label: m.qualify(), variant: 'primary', done: m.the_lead_wants_something() },
  convert: { label: m.make_a_customer(terms), variant: 'primary' },
  change: { label: m.change() },
  assign: { label: m.give_to_somebody() },
  mark_duplicate: { label: m.it_is_a_duplicate() },
  reopen: { label: m.open_again(), done: m.the_lead_is_open_again() },
  disqualify: {
    label: m.nothing_will_come_of_it(),
    variant: 'danger',
    done: m.the_lead_was_closed(),
    asks: { title: m.close_this_lead(), reason: 'required' },
  },
} satisfies Looks<'lead'>;

export const dealCommands = {
  win: { label: m.won_word(), variant: 'primary', done: m.the_deal_is_won() },
  order: { label: m.make_the_order(terms), variant: 'primary' },
  create_proposal: { label: m.label_create_proposal() },
  move: { label: m.move_to_a_stage() },
  change: { label: m.change() },
  lose: { label: m.lost_word(), variant: 'danger' },
  reopen: { label: m.open_again(), done: m.the_deal_is_open_again() },
} satisfies Looks<'deal'>;
