import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Budget } from '../../supabase/stack/budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const acme = { company: 'acme', account: 'one' };
const colleague = { company: 'acme', account: 'two' };
const globex = { company: 'globex', account: 'three' };

/** Enters and answers what has become of it by now. */
function watch(entering: Promise<(() => void) | null>) {
  const state = { leave: undefined as (() => void) | null | undefined };
  void entering.then((leave) => (state.leave = leave));
  return state;
}

const settle = () => vi.advanceTimersByTimeAsync(0);

test('a company that floods leaves room for another one', async () => {
  const budget = new Budget({ slots: 4, perCompany: 3, perAccount: 3 });
  const flood = Array.from({ length: 10 }, () => watch(budget.enter(acme)));
  const other = watch(budget.enter(globex));
  await settle();
  expect(flood.filter((it) => it.leave).length).toBe(3);
  expect(other.leave).toBeTypeOf('function');
});

test('an account leaves room for its colleagues', async () => {
  const budget = new Budget({ slots: 4, perCompany: 3, perAccount: 2 });
  const flood = Array.from({ length: 5 }, () => watch(budget.enter(acme)));
  const other = watch(budget.enter(colleague));
  await settle();
  expect(flood.filter((it) => it.leave).length).toBe(2);
  expect(other.leave).toBeTypeOf('function');
});

test('of two companies that wait the one that has used less time comes first', async () => {
  const budget = new Budget({ slots: 1, perCompany: 1, perAccount: 1 });
  const first = watch(budget.enter(acme));
  await settle();
  const again = watch(budget.enter(acme));
  const other = watch(budget.enter(globex));
  await vi.advanceTimersByTimeAsync(1000);
  first.leave?.();
  await settle();
  expect([again.leave, other.leave].map((it) => typeof it)).toEqual(['undefined', 'function']);
});

test('who waits five seconds, or behind too many of his own, is told to come back', async () => {
  const budget = new Budget({ slots: 1, perCompany: 1, perAccount: 1 });
  await budget.enter(globex);
  const waiting = Array.from({ length: 61 }, () => watch(budget.enter(acme)));
  await settle();
  expect(waiting.map((it) => it.leave).filter((it) => it === null)).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(5000);
  expect(waiting.every((it) => it.leave === null)).toBe(true);
});

test('a request that nobody waits for any more takes no slot', async () => {
  const budget = new Budget({ slots: 1, perCompany: 1, perAccount: 1 });
  const leave = await budget.enter(acme);
  const gone = watch(budget.enter(globex, () => false));
  const next = watch(budget.enter(globex));
  leave?.();
  await settle();
  expect(gone.leave).toBeNull();
  expect(next.leave).toBeTypeOf('function');
});
