import type { Database } from '../../../functions/_shared/database.ts';

export interface Call {
  name: string;
  args: Record<string, unknown>;
}

type Answer = unknown | ((args: Record<string, unknown>) => unknown);

/** A database that answers what the test says, and remembers what it was asked. */
export function recordingDatabase(
  answers: Record<string, Answer>,
  rows: unknown[] = [],
): Database & { calls: Call[]; reads: string[] } {
  const calls: Call[] = [];
  const reads: string[] = [];
  return {
    calls,
    reads,
    rpc: (name, args = {}) => {
      calls.push({ name, args });
      if (!(name in answers)) return Promise.reject(new Error(`Unexpected call of ${name}`));
      const answer = answers[name];
      return Promise.resolve(typeof answer === 'function' ? answer(args) : answer);
    },
    read: (query) => {
      reads.push(query);
      return Promise.resolve(rows);
    },
  };
}

export function post(body: unknown, headers: Record<string, string> = {}): Request {
  return new Request('http://functions.test/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

export const SECRET_KEY = 'sb_secret_for_tests';
export const AS_CLOCK = { apikey: SECRET_KEY };
