import { afterAll, beforeAll, expect, test } from 'vitest';
import { titled } from './_support/hold.ts';
import { openLibrary, type Case, type Library } from './_support/library.ts';

/** What is refused, with which code, and how the refusal begins. */
type Refusal = [status: number, code: string, message: string, asked: Case | string];

const REFUSALS: Refusal[] = [
  // What cannot be read.
  [400, 'PGRST100', '"failed to parse filter (1)" (line 1, column 1)', 't_book?id=1'],
  [400, 'PGRST100', '"failed to parse filter (noop.1)"', 't_book?id=noop.1'],
  [400, 'PGRST100', '"failed to parse filter (eq(any)x)"', 't_book?id=eq(any)x'],
  [400, 'PGRST100', '"failed to parse filter (neq(any).{1})"', 't_book?id=neq(any).{1}'],
  [400, 'PGRST100', '"failed to parse filter (fts().x)"', 't_book?title=fts().x'],
  [400, 'PGRST100', '"failed to parse filter (is.maybe)" (line 1, column 4)', 't_book?id=is.maybe'],
  [400, 'PGRST100', '"failed to parse filter (in.1,2)" (line 1, column 4)', 't_book?id=in.1,2'],
  [400, 'PGRST100', '"failed to parse filter (in.(1)x)"', 't_book?id=in.(1)x'],
  [400, 'PGRST100', '"failed to parse filter ()"', 't_book?id='],
  [400, 'PGRST100', '"failed to parse logic tree (())" (line 1, column 2)', 't_book?or=()'],
  [
    400,
    'PGRST100',
    '"failed to parse logic tree (id.eq.1)" (line 1, column 1)',
    't_book?or=id.eq.1',
  ],
  [400, 'PGRST100', '"failed to parse logic tree ((id.eq.1)"', 't_book?or=(id.eq.1'],
  [400, 'PGRST100', '"failed to parse logic tree ((xor(id.eq.1)))"', 't_book?or=(xor(id.eq.1))'],
  [400, 'PGRST100', '"failed to parse logic tree ()"', 't_book?or='],
  [
    400,
    'PGRST100',
    '"failed to parse select parameter (id,)" (line 1, column 4)',
    't_book?select=id,',
  ],
  [400, 'PGRST100', '"failed to parse select parameter (t_shelf(id)"', 't_book?select=t_shelf(id'],
  [400, 'PGRST100', '"failed to parse select parameter (id!x)"', 't_book?select=id!x'],
  [400, 'PGRST100', '"failed to parse select parameter (id::)"', 't_book?select=id::'],
  [400, 'PGRST100', '"failed to parse select parameter (...id)"', 't_book?select=...id'],
  [400, 'PGRST100', '"failed to parse order (id.up)" (line 1, column 3)', 't_book?order=id.up'],
  [400, 'PGRST100', '"failed to parse order (id.ascx)"', 't_book?order=id.ascx'],
  [400, 'PGRST100', '"failed to parse order ()"', 't_book?order='],
  [400, 'PGRST100', '"failed to parse tree path (a..b)"', 't_book?a..b=eq.1'],
  [400, 'PGRST100', '"failed to parse filter ()"', 't_book?title=eq.\0'],
  [
    400,
    'PGRST100',
    '"failed to parse columns parameter ()"',
    { ask: 't_plain?columns=', method: 'POST', body: { a: 'x' } },
  ],
  // Bodies.
  [400, 'PGRST102', 'Empty or invalid json', { ask: 't_plain', method: 'POST', body: '}{' }],
  [400, 'PGRST102', 'Empty or invalid json', { ask: 't_plain', method: 'POST', body: '' }],
  [400, 'PGRST102', 'Empty or invalid json', { ask: 't_plain?a=eq.x', method: 'PATCH', body: '' }],
  [400, 'PGRST102', 'Empty or invalid json', { ask: 't_plain', method: 'POST', body: '7' }],
  [
    400,
    'PGRST102',
    'All object keys must match',
    { ask: 't_plain', method: 'POST', body: [{ a: 'x' }, { b: 1 }] },
  ],
  [
    400,
    'PGRST102',
    'All object keys must match',
    { ask: 't_plain', method: 'POST', body: [{ a: 'x' }, 7] },
  ],
  [
    400,
    'PGRST102',
    'Content-Type not acceptable: text/plain',
    { ask: 't_plain', method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'x' },
  ],
  [
    400,
    'PGRST204',
    "Could not find the 'c' column of 't_plain' in the schema cache",
    { ask: 't_plain', method: 'POST', body: { c: 1 } },
  ],
  [
    400,
    'PGRST204',
    "Could not find the 'c' column of 't_plain' in the schema cache",
    { ask: 't_plain?columns=c', method: 'POST', body: { a: 'x' } },
  ],
  [
    400,
    '42703',
    'column t_plain.c does not exist',
    {
      ask: 't_plain?on_conflict=c',
      method: 'POST',
      headers: { prefer: 'resolution=merge-duplicates' },
      body: { a: 'x' },
    },
  ],
  [
    400,
    '42P10',
    'there is no unique or exclusion constraint',
    {
      ask: 't_plain?on_conflict=a',
      method: 'POST',
      headers: { prefer: 'resolution=merge-duplicates' },
      body: { a: 'x' },
    },
  ],
  [
    400,
    '22001',
    'value too long for type character(2)',
    { ask: 't_book', method: 'POST', body: { code: 'abc' } },
  ],
  [
    400,
    '23502',
    'null value in column "label"',
    { ask: 't_shelf', method: 'POST', body: { id: 9 } },
  ],
  [
    400,
    '22P05',
    'unsupported Unicode escape sequence',
    { ask: 't_plain', method: 'POST', body: '{"a":"\\u0000"}' },
  ],
  // What a change has to say.
  [
    405,
    'PGRST105',
    'Filters must include all and only primary key columns',
    { ask: 't_shelf?label=eq.x', method: 'PUT', body: { id: 1, label: 'x' } },
  ],
  [
    405,
    'PGRST105',
    'Filters must include all and only primary key columns',
    { ask: 't_plain?a=eq.x', method: 'PUT', body: { a: 'x' } },
  ],
  [
    400,
    'PGRST114',
    'limit/offset querystring parameters are not allowed for PUT',
    { ask: 't_shelf?id=eq.1&limit=1', method: 'PUT', body: { id: 1, label: 'x' } },
  ],
  [
    400,
    '21000',
    'UPDATE requires a WHERE clause',
    { ask: 't_shelf', method: 'PATCH', body: { label: 'x' } },
  ],
  [400, '21000', 'DELETE requires a WHERE clause', { ask: 't_shelf', method: 'DELETE' }],
  // What is not there.
  [404, 'PGRST205', "Could not find the table 'public.t_nothing' in the schema cache", 't_nothing'],
  [
    404,
    'PGRST205',
    "Could not find the table 'public.t_nothing'",
    { ask: 't_nothing', method: 'POST', body: {} },
  ],
  [
    404,
    'PGRST205',
    "Could not find the table 'analytics.t_book'",
    { ask: 't_book', headers: { 'accept-profile': 'analytics' } },
  ],
  [404, 'PGRST125', 'Invalid path specified in request URL', 't_book/1'],
  [404, 'PGRST126', 'Root endpoint metadata is disabled', ''],
  [400, '42703', 'column t_book.nothing does not exist', 't_book?select=nothing'],
  [400, '42703', 'column t_book.nothing does not exist', 't_book?nothing=eq.1'],
  [400, '42703', 'column t_book.nothing does not exist', 't_book?order=nothing'],
  [400, '42703', 'column t_shelf.nothing does not exist', 't_book?select=t_shelf(nothing)'],
  [
    400,
    'PGRST200',
    "Could not find a relationship between 't_book' and 't_card' in the schema cache",
    't_book?select=t_card(id)',
  ],
  [
    400,
    'PGRST200',
    "Could not find a relationship between 't_book' and 't_shelf'",
    't_book?select=t_shelf!nothing(id)',
  ],
  [
    400,
    'PGRST200',
    "Could not find a relationship between 't_long' and 't_shelf'",
    't_long?select=t_shelf(id)',
  ],
  [
    400,
    'PGRST108',
    "'t_shelf' is not an embedded resource in this request",
    't_book?t_shelf.id=eq.1',
  ],
  [
    400,
    'PGRST108',
    "'t_shelf' is not an embedded resource in this request",
    't_book?order=t_shelf(id)',
  ],
  [
    400,
    'PGRST118',
    "A related order on 't_book' is not possible",
    't_shelf?select=t_book(id)&order=t_book(id)',
  ],
  [
    400,
    'PGRST120',
    "Bad operator on the 't_shelf' embedded resource",
    't_book?select=t_shelf()&t_shelf=eq.1',
  ],
  [
    404,
    'PGRST202',
    'Could not find the function public.t_nothing without parameters in the schema cache',
    'rpc/t_nothing',
  ],
  [
    404,
    'PGRST202',
    'Could not find the function public.t_sum(a, x) in the schema cache',
    'rpc/t_sum?a=1&x=2',
  ],
  [404, '42883', 'operator does not exist', 't_book?state=like.x'],
  // What is not allowed.
  [400, 'PGRST123', 'Use of aggregate functions is not allowed', 't_book?select=pages.sum()'],
  [400, 'PGRST123', 'Use of aggregate functions is not allowed', 't_book?select=count()'],
  [400, 'PGRST123', 'Use of aggregate functions is not allowed', 't_shelf?select=t_book(count())'],
  [
    405,
    'PGRST101',
    'Cannot use the PATCH method on RPC',
    { ask: 'rpc/t_sum', method: 'PATCH', body: {} },
  ],
  [405, 'PGRST117', 'Unsupported HTTP method: TRACE', { ask: 't_book', method: 'TRACE' }],
  [
    406,
    'PGRST106',
    'Invalid schema: private',
    { ask: 't_book', headers: { 'accept-profile': 'private' } },
  ],
  [
    406,
    'PGRST106',
    'Invalid schema: private',
    { ask: 't_book', method: 'POST', headers: { 'content-profile': 'private' }, body: {} },
  ],
  [
    406,
    'PGRST107',
    'None of these media types are available: image/png',
    { ask: 't_book', headers: { accept: 'image/png' } },
  ],
  [
    406,
    'PGRST107',
    'None of these media types are available: application/vnd.pgrst.plan',
    { ask: 't_book', headers: { accept: 'application/vnd.pgrst.plan' } },
  ],
  [
    406,
    'PGRST116',
    'Cannot coerce the result to a single JSON object',
    { ask: 't_book', headers: { accept: 'application/vnd.pgrst.object+json' } },
  ],
  [
    400,
    'PGRST122',
    'Invalid preferences given with handling=strict',
    { ask: 't_book', headers: { prefer: 'handling=strict, anything, timezone=Nowhere' } },
  ],
  [
    416,
    'PGRST103',
    'Requested range not satisfiable',
    { ask: 't_book', headers: { range: '3-1' } },
  ],
  [416, 'PGRST103', 'Requested range not satisfiable', 't_book?limit=-1'],
  [
    416,
    'PGRST103',
    'Requested range not satisfiable',
    { ask: 't_book?offset=9', headers: { prefer: 'count=exact' } },
  ],
  [
    416,
    'PGRST103',
    'Requested range not satisfiable',
    { ask: 'rpc/t_pairs?offset=9', headers: { prefer: 'count=exact' } },
  ],
];

let library: Library;

beforeAll(async () => {
  library = await openLibrary('refusals');
});
afterAll(() => library.stop());

const GRID = REFUSALS.map(([status, code, message, asked]) => {
  const it = typeof asked === 'string' ? { ask: asked } : asked;
  const [[title = ''] = []] = titled([it]);
  return [title, it, status, code, message] as const;
});

test.each(GRID)('%s', async (_, it, status, code, message) => {
  const answer = await library.ask(it);
  expect(answer.json).toEqual({
    code,
    details: expect.toSatisfy((value) => value === null || typeof value === 'string') as unknown,
    hint: expect.toSatisfy((value) => value === null || typeof value === 'string') as unknown,
    message: expect.stringContaining(message) as string,
  });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
});

test('several ways to a table are told apart in the refusal', async () => {
  const { status, json } = await library.ask({ ask: 't_loan?select=t_book(t_reader!x(id))' });
  expect([status, (json as { details: string }).details]).toEqual([
    400,
    "Searched for a foreign key relationship between 't_book' and 't_reader' using the hint 'x' in the schema 'public', but no matches were found.",
  ]);
});
