import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import { hold, titled } from './_support/hold.ts';
import { openLibrary, type Case, type Library } from './_support/library.ts';

const FULL = { prefer: 'return=representation' };
const SINGLE = 'application/vnd.pgrst.object+json';
const all = (more: string) => ({ prefer: `return=representation, ${more}` });
const notThere: [string, unknown] = ['t_shelf?id=gte.9', []];

const INSERT: Case[] = [
  {
    ask: 't_shelf',
    body: { id: 9, label: 'New' },
    status: 201,
    text: null,
    answered: { 'content-range': '*/*', 'content-type': null, location: null },
    then: ['t_shelf?id=eq.9', [{ id: 9, label: 'New' }]],
  },
  {
    ask: 't_shelf',
    headers: FULL,
    body: { id: 9, label: 'New' },
    status: 201,
    json: [{ id: 9, label: 'New' }],
    answered: { 'preference-applied': 'return=representation' },
  },
  {
    ask: 't_shelf',
    headers: { prefer: 'return=headers-only' },
    body: { id: 9, label: 'New' },
    status: 201,
    text: null,
    answered: { location: '/t_shelf?id=eq.9' },
  },
  {
    ask: 't_stamp',
    headers: { prefer: 'return=headers-only' },
    body: { number: 3, place: 'a b' },
    status: 201,
    answered: { location: '/t_stamp?number=eq.3&place=eq.a+b' },
  },
  {
    ask: 't_plain',
    headers: { prefer: 'return=headers-only' },
    body: { a: 'x' },
    status: 201,
    answered: { location: null },
  },
  {
    ask: 't_shelf',
    headers: { prefer: 'return=headers-only' },
    body: [
      { id: 8, label: 'a' },
      { id: 9, label: 'b' },
    ],
    status: 201,
    answered: { location: null },
  },
  {
    ask: 't_shelf',
    headers: all('count=exact'),
    body: [
      { id: 8, label: 'a' },
      { id: 9, label: 'b' },
    ],
    status: 201,
    json: [
      { id: 8, label: 'a' },
      { id: 9, label: 'b' },
    ],
    answered: { 'content-range': '*/2' },
  },
  {
    ask: 't_shelf?select=label',
    headers: FULL,
    body: { id: 9, label: 'New' },
    status: 201,
    json: [{ label: 'New' }],
  },
  {
    ask: 't_book?select=title,loud,t_shelf(label),extra->>lang',
    headers: FULL,
    body: { shelf_id: 1, title: 'New', extra: { lang: 'sw' } },
    status: 201,
    json: [{ title: 'New', loud: 'NEW', t_shelf: { label: 'Top' }, lang: 'sw' }],
  },
  {
    ask: 't_book?select=title,...t_shelf(label)',
    headers: FULL,
    body: { shelf_id: 1, title: 'New' },
    status: 201,
    json: [{ title: 'New', label: 'Top' }],
  },
  {
    ask: 't_book?select=id,title&order=title.desc',
    headers: FULL,
    body: [
      { id: 8, title: 'a' },
      { id: 9, title: 'b' },
    ],
    status: 201,
    json: [
      { id: 9, title: 'b' },
      { id: 8, title: 'a' },
    ],
  },
  {
    ask: 't_book?select=tags,pages,price,span',
    headers: FULL,
    body: { tags: ['a', 'b"c'], pages: '12', price: 1.555, span: '[1,2]' },
    status: 201,
    json: [{ tags: ['a', 'b"c'], pages: 12, price: 1.56, span: '[1,3)' }],
  },
  { ask: 't_plain', headers: FULL, body: {}, status: 201, json: [{ a: null, b: 7 }] },
  {
    ask: 't_plain',
    headers: FULL,
    body: [{}, {}],
    status: 201,
    json: [
      { a: null, b: 7 },
      { a: null, b: 7 },
    ],
  },
  { ask: 't_plain', headers: FULL, body: [], status: 201, json: [] },
  {
    ask: 't_plain?columns=a',
    headers: FULL,
    body: [{ a: 'x', b: 3, c: 4 }],
    status: 201,
    json: [{ a: 'x', b: 7 }],
  },
  {
    ask: 't_plain?columns=a,b',
    headers: FULL,
    body: [{ a: 'x' }, { b: 3 }],
    status: 201,
    json: [
      { a: 'x', b: null },
      { a: null, b: 3 },
    ],
  },
  {
    ask: 't_plain?columns=a,b',
    headers: all('missing=default'),
    body: [{ a: 'x' }, { b: 3 }],
    status: 201,
    json: [
      { a: 'x', b: 7 },
      { a: null, b: 3 },
    ],
    answered: { 'preference-applied': 'missing=default, return=representation' },
  },
  {
    ask: 't_shelf',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'id=9&label=A+form',
    status: 201,
    then: ['t_shelf?id=eq.9', [{ id: 9, label: 'A form' }]],
  },
  {
    ask: 't_shelf',
    headers: { ...FULL, accept: SINGLE },
    body: { id: 9, label: 'New' },
    status: 201,
    json: { id: 9, label: 'New' },
  },
  {
    ask: 't_shelf',
    headers: { ...FULL, accept: 'text/csv' },
    body: { id: 9, label: 'New' },
    status: 201,
    text: 'id,label\n9,New',
  },
  // A table that may be written and not read.
  { ask: 't_hidden', body: { id: 1, name: 'x' }, status: 201, text: null },
  {
    ask: 't_hidden',
    headers: FULL,
    body: { id: 2, name: 'x' },
    status: 403,
    json: {
      code: '42501',
      details: null,
      hint: null,
      message: 'permission denied for table t_hidden',
    },
  },
];

const UPSERT: Case[] = [
  {
    ask: 't_stamp?select=number,used',
    headers: all('resolution=merge-duplicates'),
    body: [
      { number: 1, place: 'x', used: 9 },
      { number: 3, place: 'z', used: 1 },
    ],
    status: 201,
    json: [
      { number: 1, used: 9 },
      { number: 3, used: 1 },
    ],
    answered: { 'preference-applied': 'resolution=merge-duplicates, return=representation' },
  },
  {
    ask: 't_stamp',
    headers: { prefer: 'resolution=merge-duplicates' },
    body: [{ number: 1, place: 'x', used: 9 }],
    status: 200,
    then: ['t_stamp?select=used,note&number=eq.1', [{ used: 9, note: 'one' }]],
  },
  {
    ask: 't_stamp?select=number',
    headers: all('resolution=ignore-duplicates'),
    body: [
      { number: 1, place: 'x', used: 9 },
      { number: 3, place: 'z', used: 1 },
    ],
    status: 201,
    json: [{ number: 3 }],
    then: ['t_stamp?select=used&number=eq.1', [{ used: 5 }]],
  },
  {
    ask: 't_stamp',
    headers: all('resolution=ignore-duplicates'),
    body: { number: 1, place: 'x' },
    status: 201,
    json: [],
  },
  {
    ask: 't_stamp?on_conflict=note&select=number,note',
    headers: all('resolution=merge-duplicates'),
    body: { number: 7, place: 'q', note: 'two' },
    status: 200,
    json: [{ number: 7, note: 'two' }],
  },
  {
    ask: 't_plain',
    headers: all('resolution=merge-duplicates'),
    body: { a: 'x' },
    status: 201,
    json: [{ a: 'x', b: 7 }],
    answered: { 'preference-applied': 'return=representation' },
  },
  {
    ask: 't_stamp',
    body: { number: 1, place: 'x' },
    status: 409,
    json: {
      code: '23505',
      details: 'Key (number, place)=(1, x) already exists.',
      hint: null,
      message: 'duplicate key value violates unique constraint "t_stamp_pkey"',
    },
  },
];

const UPDATE: Case[] = [
  {
    ask: 't_shelf?id=eq.1',
    body: { label: 'Changed' },
    status: 204,
    text: null,
    answered: { 'content-range': '0-0/*', 'content-type': null },
    then: [
      't_shelf?order=id&limit=2',
      [
        { id: 1, label: 'Changed' },
        { id: 2, label: 'Low' },
      ],
    ],
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: FULL,
    body: { label: 'Changed' },
    json: [{ id: 1, label: 'Changed' }],
  },
  {
    ask: 't_shelf?id=eq.99',
    headers: FULL,
    body: { label: 'Changed' },
    json: [],
    answered: { 'content-range': '*/*' },
  },
  { ask: 't_shelf?id=eq.99', body: { label: 'Changed' }, status: 204 },
  {
    ask: 't_shelf?id=in.(1,2)',
    headers: { prefer: 'count=exact' },
    body: { label: 'Same' },
    status: 204,
    answered: { 'content-range': '0-1/2', 'preference-applied': 'count=exact' },
  },
  {
    ask: 't_book?or=(title.like.Al*,pages.eq.300)&select=id&order=id',
    headers: FULL,
    body: { pages: 1 },
    json: [{ id: 1 }, { id: 2 }],
  },
  {
    ask: 't_book?loud=eq.ALPHA&select=id,loud',
    headers: FULL,
    body: { title: 'x' },
    json: [{ id: 1, loud: 'X' }],
  },
  {
    ask: 't_book?extra->>lang=eq.fr&select=id,t_shelf(label)',
    headers: FULL,
    body: { shelf_id: 2 },
    json: [{ id: 2, t_shelf: { label: 'Low' } }],
  },
  {
    ask: 't_book?id=eq.1&select=id,after:t_book(id)',
    headers: FULL,
    body: { pages: 2 },
    json: [{ id: 1, after: [{ id: 2 }] }],
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: FULL,
    body: [{ label: 'Listed' }],
    json: [{ id: 1, label: 'Listed' }],
  },
  {
    ask: 't_shelf?id=eq.1&columns=label',
    headers: FULL,
    body: { label: 'Only', id: 77, x: 1 },
    json: [{ id: 1, label: 'Only' }],
  },
  {
    ask: 't_plain?a=eq.old&columns=b',
    headers: all('missing=default'),
    body: {},
    json: [{ a: 'old', b: 7 }],
  },
  { ask: 't_plain?a=eq.old', headers: FULL, body: { b: null }, json: [{ a: 'old', b: null }] },
  { ask: 't_shelf?id=eq.1', headers: FULL, body: {}, json: [] },
  { ask: 't_shelf?id=eq.1', body: [], status: 204, answered: { 'content-range': '*/*' } },
  { ask: 't_shelf?id=eq.1', headers: { accept: SINGLE }, body: { label: 'x' }, status: 204 },
  {
    ask: 't_shelf?id=lt.9',
    headers: { accept: SINGLE },
    body: { label: 'x' },
    status: 406,
    json: {
      code: 'PGRST116',
      details: 'The result contains 3 rows',
      hint: null,
      message: 'Cannot coerce the result to a single JSON object',
    },
    then: ['t_shelf?label=eq.x', []],
  },
  {
    ask: 't_shelf?id=lt.9',
    headers: { prefer: 'handling=strict, max-affected=2' },
    body: { label: 'x' },
    status: 400,
    json: {
      code: 'PGRST124',
      details: 'The query affects 3 rows',
      hint: null,
      message: 'Query result exceeds max-affected preference constraint',
    },
    then: ['t_shelf?label=eq.x', []],
  },
  {
    ask: 't_shelf?id=lt.9',
    headers: { prefer: 'handling=strict, max-affected=3' },
    body: { label: 'x' },
    status: 204,
    answered: { 'preference-applied': 'handling=strict, max-affected=3' },
  },
  {
    ask: 't_shelf?id=lt.9',
    headers: { prefer: 'max-affected=2' },
    body: { label: 'x' },
    status: 204,
  },
];

const PUT: Case[] = [
  {
    ask: 't_shelf?id=eq.9',
    headers: FULL,
    body: { id: 9, label: 'Put' },
    status: 201,
    json: [{ id: 9, label: 'Put' }],
  },
  {
    ask: 't_shelf?id=eq.1',
    headers: FULL,
    body: { id: 1, label: 'Put' },
    json: [{ id: 1, label: 'Put' }],
  },
  { ask: 't_shelf?id=eq.1', body: { id: 1, label: 'Put' }, status: 204 },
  {
    ask: 't_shelf?id=eq.9',
    body: { id: 10, label: 'Put' },
    status: 400,
    json: {
      code: 'PGRST115',
      details: null,
      hint: null,
      message: 'Payload values do not match URL in primary key column(s)',
    },
    then: notThere,
  },
  { ask: 't_shelf?id=gt.9', body: { id: 9, label: 'Put' }, status: 405, then: notThere },
  { ask: 't_shelf?id=eq.9&limit=1', body: { id: 9, label: 'Put' }, status: 400, then: notThere },
];

const DELETE: Case[] = [
  {
    ask: 't_loan?book_id=eq.2',
    status: 204,
    text: null,
    answered: { 'content-range': '*/*' },
    then: ['t_loan?book_id=eq.2', []],
  },
  {
    ask: 't_loan?book_id=eq.1&select=days&order=days',
    headers: all('count=exact'),
    json: [{ days: 3 }, { days: 7 }],
    answered: { 'content-range': '*/2' },
  },
  { ask: 't_loan?book_id=eq.9', headers: FULL, json: [] },
  {
    ask: 't_loan?days=eq.3&select=t_book(title)',
    headers: FULL,
    json: [{ t_book: { title: 'Alpha' } }],
  },
  {
    ask: 't_loan?days=gt.0',
    headers: { accept: SINGLE },
    status: 406,
    then: ['t_loan?select=days&days=eq.3', [{ days: 3 }]],
  },
  {
    ask: 't_loan?days=gt.0',
    headers: { prefer: 'handling=strict,max-affected=1' },
    status: 400,
    then: ['t_loan?select=days&days=eq.3', [{ days: 3 }]],
  },
  {
    ask: 't_loan?days=gt.0&limit=1',
    status: 400,
    then: ['t_loan?select=days&days=eq.3', [{ days: 3 }]],
  },
  { ask: 't_loan', status: 400, then: ['t_loan?select=days&days=eq.3', [{ days: 3 }]] },
  {
    ask: 't_shelf?id=eq.1',
    status: 409,
    json: {
      code: '23503',
      details: 'Key (id)=(1) is still referenced from table "t_book".',
      hint: null,
      message:
        'update or delete on table "t_shelf" violates foreign key constraint "book_shelf" on table "t_book"',
    },
  },
];

const by = (method: string, cases: Case[]) => cases.map((it) => ({ method, ...it }));

let library: Library;

beforeAll(async () => {
  library = await openLibrary('writes');
});
beforeEach(() => library.restore());
afterAll(() => library.stop());

test.each(
  titled([
    ...by('POST', INSERT),
    ...by('POST', UPSERT),
    ...by('PATCH', UPDATE),
    ...by('PUT', PUT),
    ...by('DELETE', DELETE),
  ]),
)('%s', async (_, it) => {
  await hold(library, it);
});
