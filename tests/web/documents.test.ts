import { expect, test } from 'vitest';
import { DOCUMENTS } from '../../web/src/lib/documents.ts';
import { sections } from '../../web/src/lib/navigation.ts';
import {
  documentNames,
  hasJourney,
  inStates,
  journeyOf,
  openStatesOf,
  statesOf,
} from '../../web/src/lib/workflow/documents.ts';

/** A query that remembers what it was asked for. */
function asked() {
  const filters: string[] = [];
  const query = {
    filters,
    in: (column: string, values: readonly string[]) => {
      filters.push(`${column} in ${values.join()}`);
      return query;
    },
    is: (column: string, value: boolean) => {
      filters.push(`${column} is ${value}`);
      return query;
    },
  };
  return query;
}

test('the journey of a document ends where it is done, and what leads off it is beside it', () => {
  expect(journeyOf('trip')).toEqual({
    steps: ['draft', 'planned', 'dispatched', 'in_progress', 'completed'],
    left: ['cancelled'],
  });
  expect(journeyOf('order').steps.at(-1)).toBe('delivered');
  for (const name of documentNames) {
    const { steps, left } = journeyOf(name);
    expect([...steps, ...left]).toEqual(statesOf(name));
  }
});

test('what lives on has no journey', () => {
  const living = documentNames.filter((name) => !hasJourney(name));
  expect(living).toContain('customer');
  expect(living).toContain('vendor');
  expect(living).not.toContain('purchase_order');
});

test('an open document is no draft any more and not done yet', () => {
  expect(openStatesOf('invoice')).toEqual(['issued', 'partially_paid', 'overdue']);
  expect(openStatesOf('payment')).toEqual(['pending']);
});

test('states are asked for as the indexes know them', () => {
  const filtersOf = (name: 'order' | 'payment' | 'variance', states: string[]) =>
    inStates(asked(), name, states).filters;
  expect(filtersOf('order', ['approved'])).toEqual(['status in approved', 'is_done is false']);
  expect(filtersOf('order', ['delivered'])).toEqual(['status in delivered', 'is_done is true']);
  expect(filtersOf('payment', ['pending', 'approved'])).toEqual(['status in pending,approved']);
  expect(filtersOf('variance', ['approved'])).toEqual(['status in approved']);
});

test('every kind of document is in the navigation, itself or under a page above it', () => {
  const hrefs = sections.flatMap((section) => section.destinations.map((it) => it.href));
  for (const name of documentNames) {
    const { page } = DOCUMENTS[name];
    expect(hrefs.some((href) => page === href || page.startsWith(`${href}/`))).toBe(true);
  }
  expect(new Set(hrefs).size).toBe(hrefs.length);
});

test('whoever decides on a kind of document is shown the way to the approvals', () => {
  const needs = sections
    .flatMap((section) => section.destinations)
    .find((it) => it.href === '/approvals')?.needs;
  for (const name of documentNames) {
    for (const permission of Object.values(DOCUMENTS[name].decisions)) {
      expect(needs).toContain(permission);
    }
  }
});
