import { expect } from 'vitest';
import type { Case, Library } from './library.ts';

/** The title of a case in a grid. */
export function titled(cases: Case[]): [string, Case][] {
  return cases.map((it) => {
    const headers = Object.entries(it.headers ?? {}).map((pair) => ` ${pair.join(': ')}`);
    const body = it.body === undefined ? '' : ` ${JSON.stringify(it.body)}`;
    return [`${it.method ?? 'GET'} ${it.ask}${headers.join()}${body}`, it];
  });
}

export async function hold(library: Library, it: Case): Promise<void> {
  const answer = await library.ask(it);
  expect(answer.status, answer.text ?? '').toBe(it.status ?? 200);
  if (it.json !== undefined) expect(answer.json).toEqual(it.json);
  if (it.text !== undefined) expect(answer.text).toBe(it.text);
  for (const [name, value] of Object.entries(it.answered ?? {})) {
    expect(answer.headers[name] ?? null, name).toBe(value);
  }
  if (!it.then) return;
  const [ask, json] = it.then;
  expect((await library.ask({ ask })).json).toEqual(json);
}
