import { ask, command } from '#lib/platform/command.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { m, terms } from '#lib/words.ts';

/** What a new company does first, in its order: what it is, why, and where. */
const STEPS = {
  company: {
    label: m.say_who_you_are(),
    note: m.name_address_and_tax_number_stand_on(),
    href: '/settings',
  },
  depot: {
    label: m.set_up_a_depot(terms),
    note: m.where_stock_lies_and_vans_start(terms),
    href: '/fleet',
  },
  products: {
    label: m.enter_products(terms),
    note: m.one_by_one_or_from_a_file(),
    href: '/products/new',
  },
  customers: {
    label: m.enter_customers(terms),
    note: m.one_by_one_or_from_a_file(),
    href: '/customers/new',
  },
  people: {
    label: m.invite_your_people(),
    note: m.each_with_the_role_that_says_what(),
    href: '/users',
  },
  order: {
    label: m.take_the_first_order(terms),
    note: m.everything_else_follows_from_it(),
    href: '/orders/new',
  },
} as const;

export interface Step {
  name: keyof typeof STEPS;
  label: string;
  note: string;
  href: string;
  isDone: boolean;
}

/** The first steps of the company; none where they are closed, or the reader does not manage it. */
export async function firstSteps(): Promise<Step[]> {
  if (!session.can('settings.manage')) return [];
  const found = await ask('first_steps', {});
  return found.map(({ step, is_done: isDone }) => {
    const name = step as keyof typeof STEPS;
    return { name, ...STEPS[name], isDone };
  });
}

export function closeFirstSteps() {
  return command('close_first_steps', {});
}
