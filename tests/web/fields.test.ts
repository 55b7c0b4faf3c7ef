import { expect, test } from 'vitest';
import { notReady, toPortalError } from '../../web/src/lib/errors.ts';

const refused = (message: string, details: unknown, hint = 'Why. What to do.') =>
  toPortalError({ code: 'PT422', message, details: JSON.stringify(details), hint }, 422).fields;

test('what is needed stands at the argument that lacks it', () => {
  expect(
    refused('input_invalid', { name: 'required', amount: 'a number from 1 to 5 is needed' }),
  ).toEqual({ name: 'This is needed.', amount: 'A number from 1 to 5 is needed.' });
});

test('a value that breaks a rule or is taken is told at its column in the words of the error', () => {
  expect(refused('phone_is_e164', { phone: '12' })).toEqual({ phone: 'Why. What to do.' });
  expect(refused('sku_taken', { sku: 'A', taken_by: 'x' }).sku).toBe('Why. What to do.');
  expect(refused('reason_required', { reason: 'required' }).reason).toBe('Why. What to do.');
});

test('a line is told at its place, or by what it is about and its condition', () => {
  expect(
    refused('lines_invalid', {
      lines: [
        { line: 2, product_id: 'p', name: 'Cola', problem: 'product_inactive' },
        { line: 3, problem: 'something_new' },
      ],
    }),
  ).toEqual({ 'lines.2': 'This product is no longer sold.', 'lines.3': 'Something new.' });
  expect(
    refused('count_line_closed', { items: [{ product_id: 'p', sku: 'S', condition: 'good' }] }),
  ).toEqual({ 'items.p.good': 'Why. What to do.' });
  expect(refused('allocation_exceeds', { allocations: [{ invoice_id: 'i', amount: 3 }] })).toEqual({
    'allocations.i': 'Why. What to do.',
  });
  expect(refused('lines_invalid', { items: 'at least one line is needed' })).toEqual({
    items: 'At least one line is needed.',
  });
});

test('errors made from the catalogue name their columns', () => {
  const taken = {
    code: '23505',
    message: 'duplicate key value violates unique constraint "x"',
    details: 'Key (tenant_id, code)=(x, A)',
  };
  expect(toPortalError(taken, 409).fields).toEqual({
    code: 'There is already a record with this code. Choose another.',
  });
  const missing = {
    code: '23502',
    message: 'null value in column "name" of relation "x" violates not-null constraint',
  };
  expect(Object.keys(toPortalError(missing, 400).fields)).toEqual(['name']);
  const broken = {
    code: '23503',
    message: 'violates foreign key constraint "x"',
    details: 'Key (tenant_id, territory_id)=(x, y) is not present in table "territories".',
  };
  expect(Object.keys(toPortalError(broken, 409).fields)).toEqual(['territory_id']);
});

test('what is missing stands where a page says so', () => {
  const missing = notReady({ customer_id: 'Choose a customer.', lines: 'Add a product.' });
  expect(missing.message).toBe('Choose a customer.');
  expect(missing.fields.lines).toBe('Add a product.');
});

test('where another quantity would do, the nearest ones are named', () => {
  const lines = [
    { line: 1, problem: 'quantity_not_a_multiple', allowed: [10, 15], unit: 'crate' },
    { line: 2, problem: 'quantity_below_minimum', allowed: [1], unit: 'crate' },
  ];
  expect(refused('lines_invalid', { lines })).toEqual({
    'lines.1': 'This is not ordered in such quantities. Enter 10 or 15 crates.',
    'lines.2': 'This is less than one order has of it. Enter 1 crate.',
  });
});
