import { beforeEach, expect, test, vi } from 'vitest';

/** The portal as it begins on a device that remembers this. */
async function beginWith(kept: object) {
  const store = new Map([['mzigo.words', JSON.stringify(kept)]]);
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => store.get(name) ?? null,
    setItem: (name: string, value: string) => void store.set(name, value),
  });
  return { ...(await import('../../web/src/lib/words.ts')), store };
}

const BOOKINGS = {
  en: { order: ['booking', 'bookings'], customer: ['outlet', 'outlets'] },
  sw: { customer: ['duka', 'maduka'] },
};

beforeEach(() => {
  vi.resetModules();
  vi.unstubAllGlobals();
});

test('in every form, with the article that fits', async () => {
  const { m, terms } = await beginWith({ language: 'en', terminology: BOOKINGS });
  expect(m.the_order_was_approved(terms)).toBe('The booking was approved.');
  expect(m.find_an_order(terms)).toBe('Find a booking');
  expect(m.choose_a_customer(terms)).toBe('Choose an outlet.');
  expect(m.no_orders_yet(terms)).toBe('No bookings yet');
  expect(m.orders_to_approve(terms)).toBe('Bookings to approve');
  expect(m.new_product(terms)).toBe('New product');
});

test('of the language that the reader has chosen', async () => {
  const { m, terms } = await beginWith({ language: 'sw', terminology: BOOKINGS });
  expect(m.the_order_was_approved(terms)).toBe('Oda iliidhinishwa.');
  expect(m.choose_a_customer(terms)).toBe('Chagua duka.');
  expect(m.no_customers_yet(terms)).toBe('Hakuna maduka bado');
});

test('what was kept in another form is as if nothing was kept', async () => {
  for (const broken of [{ language: 'fr' }, { language: 7, terminology: null }, [], null]) {
    vi.resetModules();
    const { m, terms, language } = await beginWith(broken as object);
    expect(language).toBe('en');
    expect(m.find_an_order(terms)).toBe('Find an order');
  }
});

test('a page begins anew where it would say something else, and only then', async () => {
  const { takeWords, store } = await beginWith({ language: 'en', terminology: {} });
  expect(takeWords(null, {})).toBe(false);
  expect(takeWords('en', {})).toBe(false);
  // Words of a language that nobody reads here change nothing on this page.
  expect(takeWords('en', { sw: { order: ['agizo', 'maagizo'] } })).toBe(false);
  expect(takeWords('sw', {})).toBe(true);
  expect(JSON.parse(store.get('mzigo.words') ?? '')).toEqual({ language: 'sw', terminology: {} });
  // It was asked for already: whoever comes back before the page has begun anew does not go round in circles.
  expect(takeWords('sw', {})).toBe(false);
});

test('a browser that keeps nothing does not begin anew for ever', async () => {
  vi.stubGlobal('localStorage', {
    getItem: () => null,
    setItem: () => {
      throw new Error('QuotaExceededError');
    },
  });
  const { takeWords } = await import('../../web/src/lib/words.ts');
  expect(takeWords('sw', {})).toBe(false);
});
