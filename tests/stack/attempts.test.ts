import { beforeEach, expect, test } from 'vitest';
import { SignInAttempts } from '../../supabase/stack/attempts.ts';
import { readConfig } from '../../supabase/stack/config.ts';

const config = await readConfig();
const NOW = Date.UTC(2026, 10, 20);
let attempts: SignInAttempts;

beforeEach(() => {
  attempts = new SignInAttempts(config);
});

function fail(times: number, address: string) {
  for (let count = 0; count < times; count += 1) attempts.failed(address, NOW);
}

test('an address is closed for a while after thirty wrong passwords, whosever they were', () => {
  fail(29, '10.0.0.1');
  expect(attempts.wait('10.0.0.1', NOW)).toBe(0);
  fail(1, '10.0.0.1');
  expect(attempts.wait('10.0.0.1', NOW)).toBe(300);
  expect(attempts.wait('10.0.0.2', NOW)).toBe(0);
});

test('it opens again as the wrong ones grow old', () => {
  fail(30, '10.0.0.1');
  expect(attempts.wait('10.0.0.1', NOW + 299_000)).toBe(1);
  expect(attempts.wait('10.0.0.1', NOW + 300_000)).toBe(0);
  expect(attempts.wait('10.0.0.1', NOW + 400_000)).toBe(0);
});
