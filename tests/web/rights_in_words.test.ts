import { expect, test } from 'vitest';
import { rightsInWords } from '../../web/src/lib/tenancy/rights_in_words.ts';

const permission = (name: string) => ({ permission: name, description: '' });

const rights = {
  permissions: ['orders.view', 'orders.create', 'payments.view'].map(permission),
  defaults: [
    { role: 'sales' as const, permission: 'orders.view' },
    { role: 'sales' as const, permission: 'orders.create' },
  ],
  overrides: [
    { role: 'sales' as const, permission: 'payments.view', is_granted: true },
    { role: 'sales' as const, permission: 'orders.create', is_granted: false },
    // What the role has anyhow is no addition, and what it never had is not taken away.
    { role: 'sales' as const, permission: 'orders.view', is_granted: true },
    { role: 'viewer' as const, permission: 'orders.create', is_granted: false },
  ],
};

test('what a role may do is said by area, with what the company has added and taken away', () => {
  const sales = rightsInWords(rights).find(({ role }) => role === 'sales');
  expect(
    sales?.areas.map(({ rights: held }) => held.map(({ text, isOwn }) => [text, isOwn])),
  ).toEqual([[['See orders', false]], [['See payments', true]]]);
  expect(sales?.taken).toEqual(['Enter and submit orders']);
});

test('a role without rights has none, and nothing was taken from it', () => {
  const viewer = rightsInWords(rights).find(({ role }) => role === 'viewer');
  expect(viewer).toMatchObject({ areas: [], taken: [] });
});
