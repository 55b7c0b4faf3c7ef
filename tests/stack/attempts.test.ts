import { beforeEach, expect, test } from 'vitest';
import { SignInAttempts } from '../../supabase/stack/attempts.ts';
import { readConfig } from '../../supabase/stack/config.ts';

const config = await readConfig();
const NOW = Date.UTC(2026, 10, 20);
let attempts: SignInAttempts;

beforeEach(() => {
  attempts = new SignInAttempts(config);
});

function fail(times: number, account: string, address: string) {
  for (let count = 0; count < times; count += 1) attempts.failed(account, address, NOW);
}

test('an account is closed for a while after ten wrong passwords', () => {
  fail(9, 'a@acme.test', '10.0.0.1');
  expect(attempts.wait('a@acme.test', '10.0.0.2', NOW)).toBe(0);
  fail(1, 'a@acme.test', '10.0.0.1');
  expect(attempts.wait('a@acme.test', '10.0.0.2', NOW)).toBe(300);
  expect(attempts.wait('b@acme.test', '10.0.0.2', NOW)).toBe(0);
});

test('an address that tries many accounts is closed as well', () => {
  for (let number = 0; number < 30; number += 1) fail(1, `${number}@acme.test`, '10.0.0.1');
  expect(attempts.wait('new@acme.test', '10.0.0.1', NOW)).toBe(300);
  expect(attempts.wait('new@acme.test', '10.0.0.2', NOW)).toBe(0);
});

test('five minutes later it may be tried again', () => {
  fail(10, 'a@acme.test', '10.0.0.1');
  expect(attempts.wait('a@acme.test', '10.0.0.1', NOW + 300_000)).toBe(0);
});

test('the right password clears the account', () => {
  fail(10, 'a@acme.test', '10.0.0.1');
  attempts.succeeded('a@acme.test');
  expect(attempts.wait('a@acme.test', '10.0.0.2', NOW)).toBe(0);
});
