import { expect, test } from 'vitest';
import {
  ageingPoints,
  cardsOf,
  compared,
  hourTable,
  periodOf,
  pointsOf,
  stageRows,
} from '../../web/src/lib/home/dashboard.ts';

const daysOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({
    day: new Date(Date.UTC(2025, 0, 1 + at)).toISOString().slice(0, 10),
  }));

test('a period is one of those that can be chosen', () => {
  expect(['7', '365', '12', 'x', null].map(periodOf)).toEqual([7, 365, 30, 30, 30]);
});

test('a figure is compared with the period before in words', () => {
  expect(compared(120, 100, 30)).toBe('20 % more than the 30 days before');
  expect(compared(50, 100, 7)).toBe('50 % less than the 7 days before');
  expect(compared(100, 100, 7)).toBe('as in the 7 days before');
  expect(compared(5, 0, 7)).toBe('none in the 7 days before');
  expect(compared(0, 0, 7)).toBe('as in the 7 days before');
});

test('days are shown one by one, and by weeks where there are many; no day is lost', () => {
  const short = pointsOf(
    daysOf(90),
    (_, index) => [index],
    (range) => range,
  );
  expect(short.length).toBe(90);
  expect(short[1]).toMatchObject({ values: [1], href: '2025-01-02..2025-01-02' });
  const long = pointsOf(
    daysOf(365),
    () => [1, 2],
    (range) => range,
  );
  expect(long.length).toBe(53);
  expect(long[0]).toMatchObject({ values: [7, 14], href: '2025-01-01..2025-01-07' });
  expect(long.at(-1)).toMatchObject({ values: [1, 2], href: '2025-12-31..2025-12-31' });
});

test('the first stage leads to every order of the period, the others to their states', () => {
  const stage = (name: string, ...states: string[]) => ({ stage: name, states, orders: 1 });
  const figures = {
    stages: [stage('entered', 'draft', 'approved'), stage('approved', 'approved')],
  };
  const rows = stageRows(figures as Parameters<typeof stageRows>[0], '2025-03-10..2025-03-12');
  expect(rows.map(({ href }) => decodeURIComponent(href))).toEqual([
    '/orders?entered=2025-03-10..2025-03-12',
    '/orders?entered=2025-03-10..2025-03-12&status=approved',
  ]);
});

test('each age of what is owed leads to the invoices that were due then', () => {
  const points = ageingPoints({
    customers: 2,
    total: 15,
    not_due: 1,
    days_1_to_30: 2,
    days_31_to_60: 3,
    days_61_to_90: 4,
    over_90: 5,
  });
  expect(points.map(({ values }) => values[0])).toEqual([1, 2, 3, 4, 5]);
  const due = points.map(({ href }) => new URLSearchParams(href?.split('?')[1]).get('due') ?? '');
  expect(due.every((range) => range.includes('..'))).toBe(true);
  expect([due[0]?.endsWith('..'), due[4]?.startsWith('..')]).toEqual([true, true]);
});

test('hours without orders between others are shown, too', () => {
  const { columns, rows } = hourTable({
    states: [],
    products: [],
    customers: [],
    hours: [{ weekday: 2, hour: 6, orders: 4 }],
  });
  expect([columns[0], columns.at(-1)]).toEqual(['6', '17']);
  expect(rows[1]?.values[0]).toBe(4);
  expect(rows.length).toBe(7);
});

test('who works on pages of his own has no board', () => {
  expect([cardsOf('driver'), cardsOf('customer'), cardsOf(null)]).toEqual([[], [], []]);
  expect(cardsOf('finance')[0]).toBe('revenue');
});
