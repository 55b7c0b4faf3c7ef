import { expect, test, vi } from 'vitest';
import { AUDIENCES, RIGHTS } from '../../web/src/lib/rights.ts';
import { followChanges } from '../../web/src/lib/platform/realtime.ts';
import { supabase } from '../../web/src/lib/platform/supabase.ts';

vi.mock('../../web/src/lib/platform/supabase.ts', () => {
  const channel = { on: () => channel, subscribe: () => channel };
  return { supabase: { channel: vi.fn(() => channel), removeChannel: vi.fn() } };
});

test('whoever holds every right hears each kind of change that the database tells, and asks for no other', () => {
  const stop = followChanges('company', Object.keys(RIGHTS));
  const topics = vi.mocked(supabase.channel).mock.calls.map(([topic]) => topic);
  expect(topics).toEqual(AUDIENCES.map((permission) => `tenant:company:${permission}`));
  expect(topics).toContain('tenant:company:users.manage');
  stop();
});
