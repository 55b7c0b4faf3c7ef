import { describe, expect, test } from 'vitest';
import { areaOf, asText, readText, ringsOf, type Ring } from '../../web/src/lib/map/area.ts';

const square = (west: number, south: number, side: number): Ring => [
  [west, south],
  [west + side, south],
  [west + side, south + side],
  [west, south + side],
  [west, south],
];

describe('the area that rings make', () => {
  test('one ring is a polygon, none is no area', () => {
    expect(areaOf([square(0, 0, 1)])).toEqual({
      type: 'Polygon',
      coordinates: [square(0, 0, 1)],
    });
    expect(areaOf([])).toBeNull();
  });

  test('a ring within another is a hole in it, in whichever order they were drawn', () => {
    const area = { type: 'Polygon', coordinates: [square(0, 0, 10), square(2, 2, 3)] };
    expect(areaOf([square(0, 0, 10), square(2, 2, 3)])).toEqual(area);
    expect(areaOf([square(2, 2, 3), square(0, 0, 10)])).toEqual(area);
  });

  test('a ring within a hole is a part again, and rings beside each other are two', () => {
    expect(areaOf([square(0, 0, 10), square(2, 2, 5), square(3, 3, 1), square(20, 0, 1)])).toEqual({
      type: 'MultiPolygon',
      coordinates: [[square(0, 0, 10), square(2, 2, 5)], [square(3, 3, 1)], [square(20, 0, 1)]],
    });
  });

  test('taken apart and put together it is the same', () => {
    const area = areaOf([square(0, 0, 10), square(2, 2, 5), square(20, 0, 1)]);
    expect(areaOf(ringsOf(area))).toEqual(area);
  });
});

describe('an area as text', () => {
  test('is a corner per line, latitude first, and reads as what it was', () => {
    const area = areaOf([square(36, -2, 4), square(37, -1, 1)]);
    expect(asText(area)).toBe('-2, 36\n-2, 40\n2, 40\n2, 36\n\n-1, 37\n-1, 38\n0, 38\n0, 37');
    expect(readText(asText(area))).toEqual(area);
  });

  test('is nothing where it is empty', () => {
    expect(readText(' \n\n')).toBeNull();
  });

  test('names the line that is no corner', () => {
    expect(() => readText('1, 2\nhere\n3, 4')).toThrow('Line 2 is no corner');
  });
});
