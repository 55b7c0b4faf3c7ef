import { expect, test } from 'vitest';
import { Restarts } from '../../supabase/stack/restarts.ts';

test('each death within a minute is waited for longer, the fifth is the last', () => {
  const restarts = new Restarts();
  expect([0, 1, 2, 3, 4].map((second) => restarts.died(second * 1000))).toEqual([
    100,
    200,
    400,
    800,
    null,
  ]);
});

test('deaths that are a minute old are forgotten', () => {
  const restarts = new Restarts();
  for (const second of [0, 1, 2, 3]) restarts.died(second * 1000);
  expect(restarts.died(61_500)).toBe(400);
  expect(restarts.died(600_000)).toBe(100);
});
