import { expect, test, vi } from 'vitest';

vi.mock('../../web/src/lib/platform/supabase.ts', () => ({ supabase: {}, untyped: {} }));
vi.mock('../../web/src/lib/platform/session.svelte.ts', () => ({ session: { me: null } }));
const { isWorthKeeping, metresBetween } =
  await import('../../web/src/lib/delivery/following.svelte.ts');

const at = (seconds: number, metresNorth = 0) => ({
  happened_at: new Date(1_800_000_000_000 + seconds * 1000).toISOString(),
  latitude: -1.29 + metresNorth / 111_195,
  longitude: 36.78,
});

test('a degree to the north is 111 km', () => {
  expect(Math.round(metresBetween(at(0), { ...at(0), latitude: -0.29 }))).toBe(111_195);
});

test('the first reading is kept', () => {
  expect(isWorthKeeping(null, at(0))).toBe(true);
});

test('a van that drives tells every fifteen seconds, and no oftener', () => {
  expect(isWorthKeeping(at(0), at(14, 400))).toBe(false);
  expect(isWorthKeeping(at(0), at(15, 400))).toBe(true);
});

test('a van that stands tells once a minute', () => {
  expect(isWorthKeeping(at(0), at(30, 20))).toBe(false);
  expect(isWorthKeeping(at(0), at(60, 20))).toBe(true);
});
