import { beforeAll, expect, test, vi } from 'vitest';

/** Intl puts spaces that do not break; what is compared here is what people read. */
const read = (text: string) => text.replaceAll(/[\u00a0\u202f]/g, ' ');

beforeAll(async () => {
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => (name === 'mzigo.words' ? '{"language":"sw"}' : null),
  });
  // The language is chosen as the first module of the portal is read.
  const { workAt } = await import('./_support/company.ts');
  workAt();
});

test('states, values, documents and their plurals', async () => {
  const { label, noun } = await import('../../web/src/lib/platform/label.ts');
  const { pluralOf } = await import('../../web/src/lib/workflow/documents.ts');
  expect(label('pending_approval')).toBe('Inasubiri idhini');
  expect(noun('dispatcher')).toBe('msimamizi wa safari');
  expect(label('order.approved')).toBe('Oda imeidhinishwa');
  expect([pluralOf('customer'), pluralOf('stock_count')]).toEqual(['Wateja', 'Hesabu za stoku']);
  // A type that the company made up is shown as it wrote it.
  expect(label('kiosk')).toBe('Kiosk');
});

test('errors of the layers in between, and what stands at a field', async () => {
  const { toPortalError, sentence } = await import('../../web/src/lib/errors.ts');
  expect(sentence(toPortalError(new TypeError('Failed to fetch')))).toBe(
    'Seva haifikiki. Kagua muunganisho na ujaribu tena; hakuna ulichoingiza kilichopotea.',
  );
  const { fieldsOf } = await import('../../web/src/lib/fields.ts');
  const lines = [{ line: 2, problem: 'quantity_not_a_multiple', allowed: [6, 12], unit: 'crate' }];
  expect(fieldsOf('lines_invalid', { lines }, '')).toEqual({
    'lines.2': 'Hii haiagizwi kwa viasi hivyo. Weka 6 au 12 kreti.',
  });
});

test('the sentence of the database is taken apart like an English one', async () => {
  const { toPortalError } = await import('../../web/src/lib/errors.ts');
  const failure = toPortalError({
    code: 'PT409',
    message: 'stock_short',
    hint: 'Stoku haitoshi. Punguza viasi vya bidhaa zilizo kwenye maelezo, au ruhusu oda ya salio.',
  });
  expect(failure.message).toBe('Stoku haitoshi.');
  expect(failure.hint).toMatch(/^Punguza viasi/);
});

test('days, months and units, in numbers of the company', async () => {
  const { dateTime, locale, money, unitOf } = await import('../../web/src/lib/platform/format.ts');
  expect(locale()).toBe('sw-KE');
  expect(read(money(1234567.5))).toBe('Ksh 1,234,567.50');
  expect(dateTime('2026-08-20T07:30:00Z')).toBe('20 Ago 2026, 10:30');
  expect([unitOf(1, 'crate'), unitOf(12, 'Crate'), unitOf(3, 'kg')]).toEqual([
    'kreti',
    'kreti',
    'kg',
  ]);
  const weekday = new Intl.DateTimeFormat(locale(), { weekday: 'long' });
  expect(weekday.format(new Date('2026-11-23T09:00:00Z'))).toBe('Jumatatu');
});
