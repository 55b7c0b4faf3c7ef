import { expect, test } from 'vitest';
import {
  type Point,
  partsOf,
  pointAfter,
  pointAt,
  reachOf,
} from '../../web/src/lib/charts/chart.ts';

const points: Point[] = [
  { name: 'Mon', short: 'Mon', values: [2, 3] },
  { name: 'Tue', short: 'Tue', values: [0, 4] },
];

test('parts of a stacked bar stand on each other, those of other charts on zero', () => {
  expect(partsOf(points, 2, true)).toEqual([
    [
      { at: 0, span: [0, 2] },
      { at: 1, span: [0, 0] },
    ],
    [
      { at: 0, span: [2, 5] },
      { at: 1, span: [0, 4] },
    ],
  ]);
  expect(partsOf(points, 2, false)[1]).toEqual([
    { at: 0, span: [0, 3] },
    { at: 1, span: [0, 4] },
  ]);
});

test('an axis holds every value, and zero', () => {
  expect(reachOf(points, true)).toEqual([0, 5]);
  expect(reachOf(points, false)).toEqual([0, 4]);
  expect(reachOf([{ name: 'Mon', short: 'Mon', values: [-7] }], false)).toEqual([-7, 1]);
  expect(reachOf([{ name: 'Mon', short: 'Mon', values: [0] }], false)).toEqual([0, 1]);
});

test('a place on the picture is a point, also at its edges and beyond them', () => {
  expect([-0.2, 0, 0.49, 0.51, 1, 1.3].map((share) => pointAt(share, 2))).toEqual([
    0, 0, 0, 1, 1, 1,
  ]);
});

test('keys go along the points and stop at the ends', () => {
  expect(pointAfter('ArrowRight', 3, 30)).toBe(4);
  expect(pointAfter('ArrowRight', 29, 30)).toBe(29);
  expect(pointAfter('ArrowLeft', 0, 30)).toBe(0);
  expect(pointAfter('PageUp', 3, 30)).toBe(6);
  expect(pointAfter('End', 3, 30)).toBe(29);
  expect(pointAfter('Home', 3, 30)).toBe(0);
  expect(pointAfter('a', 3, 30)).toBeNull();
});
