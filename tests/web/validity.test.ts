import { expect, test } from 'vitest';
import { type Control, controlProblem } from '../../web/src/lib/ui/validity.ts';

const fine = {
  badInput: false,
  customError: false,
  patternMismatch: false,
  tooShort: false,
  typeMismatch: false,
  valueMissing: false,
};

function said(parts: Partial<Omit<Control, 'validity'>>, wrong?: keyof typeof fine): string {
  return controlProblem({
    type: 'text',
    value: '',
    dataset: {},
    validationMessage: '',
    ...parts,
    validity: wrong ? { ...fine, [wrong]: true } : fine,
  });
}

test('a number that cannot be is told in the words of the database', () => {
  const quantity = { type: 'number', min: '0', max: '99999999', dataset: { decimals: '3' } };
  expect(said({ ...quantity, value: '' }, 'badInput')).toBe('This is not a number.');
  expect(said({ ...quantity, value: '1.0005' })).toBe('At most three digits after the point.');
  expect(said({ ...quantity, value: '1000000000' })).toBe('At most 99,999,999.');
  expect(said({ ...quantity, value: '-1' })).toBe('At least 0.');
  expect(said({ ...quantity, value: '1.125' })).toBe('');
  expect(said({ ...quantity, value: '' })).toBe('');
  const money = { type: 'number', value: '1.005', dataset: { decimals: '2' } };
  expect(said(money)).toBe('At most two digits after the point.');
  expect(said({ ...money, value: '0.29' })).toBe('');
  expect(said({ ...money, value: '1.5', dataset: { decimals: '0' } })).toBe('Whole numbers only.');
});

test('a text that is too long is told, not cut', () => {
  expect(said({ value: 'x'.repeat(501), dataset: { longest: '500' } })).toBe(
    'At most 500 characters; these are 501.',
  );
  expect(said({ value: 'x'.repeat(500), dataset: { longest: '500' } })).toBe('');
});

test('what the browser finds is told in words of ours', () => {
  expect(said({}, 'valueMissing')).toBe('This is needed.');
  expect(said({ type: 'email', value: 'a@' }, 'typeMismatch')).toBe(
    'This is not an e-mail address.',
  );
  expect(said({ value: '1', title: 'Five to ten digits.' }, 'patternMismatch')).toBe(
    'Five to ten digits.',
  );
  expect(said({ value: 'abc', minLength: 12 }, 'tooShort')).toBe('At least 12 characters.');
  expect(said({ validationMessage: 'Choose a later one.' }, 'customError')).toBe(
    'Choose a later one.',
  );
});
