import { afterAll, beforeAll, beforeEach, test } from 'vitest';
import { hold, titled } from './_support/hold.ts';
import { openLibrary, type Case, type Library } from './_support/library.ts';

const SINGLE = 'application/vnd.pgrst.object+json';
const POST = 'POST';

const CALLS: Case[] = [
  // Arguments in the query, as texts of whatever type the function has.
  {
    ask: 'rpc/t_sum?a=1&b=2',
    json: 3,
    answered: { 'content-type': 'application/json; charset=utf-8' },
  },
  { ask: 'rpc/t_sum?a=1', json: 11 },
  { ask: 'rpc/t_take?list={4,5}&info={"name":"x"}', json: { first: 4, name: 'x' } },
  { ask: 'rpc/t_sum?a=1', method: 'HEAD', text: null },
  { ask: 'rpc/t_sum?a=x', status: 400 },
  {
    ask: 'rpc/t_clear',
    status: 405,
    json: {
      code: '25006',
      details: null,
      hint: null,
      message: 'cannot execute UPDATE in a read-only transaction',
    },
  },
  { ask: 'rpc/t_sum', method: POST, body: { a: 1, b: 2 }, json: 3 },
  {
    ask: 'rpc/t_sum',
    method: POST,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'a=1&b=2',
    json: 3,
  },
  // Their rows are asked like those of a table.
  { ask: 'rpc/t_books?thick=200&select=id', json: [{ id: 2 }, { id: 3 }] },
  { ask: 'rpc/t_books?thick=200&select=id&title=like.alpha*', json: [{ id: 3 }] },
  {
    ask: 'rpc/t_books?select=id,loud&pages=eq.300',
    method: POST,
    body: { thick: 1 },
    json: [{ id: 2, loud: 'BETA, OR TWO' }],
  },
  {
    ask: 'rpc/t_books?select=id,t_shelf(label),t_reader(name)&id=eq.2',
    method: POST,
    body: { thick: 1 },
    json: [{ id: 2, t_shelf: { label: 'Top' }, t_reader: [{ name: 'Ann' }] }],
  },
  {
    ask: 'rpc/t_books?select=id,t_shelf!inner(label)&t_shelf.label=eq.Low',
    method: POST,
    body: { thick: 1 },
    json: [{ id: 3, t_shelf: { label: 'Low' } }],
  },
  {
    ask: 'rpc/t_books?select=id&order=id.desc&limit=1&offset=1',
    method: POST,
    body: { thick: 1 },
    json: [{ id: 2 }],
    answered: { 'content-range': '1-1/*' },
  },
  {
    ask: 'rpc/t_books?thick=1&select=id&order=id&limit=2',
    headers: { prefer: 'count=exact' },
    status: 206,
    json: [{ id: 1 }, { id: 2 }],
    answered: { 'content-range': '0-1/3', 'preference-applied': 'count=exact' },
  },
  {
    ask: 'rpc/t_books?thick=1&select=id&order=id',
    headers: { range: '1-1' },
    json: [{ id: 2 }],
    answered: { 'content-range': '1-1/*' },
  },
  { ask: 'rpc/t_pairs?v=gt.1', json: [{ k: 'b', v: 2 }] },
  {
    ask: 'rpc/t_pairs?select=key:k&order=v.desc.nullslast',
    json: [{ key: 'b' }, { key: 'a' }, { key: 'c' }],
  },
  { ask: 'rpc/t_numbers?n=3', json: [1, 2, 3] },
  { ask: 'rpc/t_numbers?n=3&limit=2', json: [1, 2] },
  { ask: 'rpc/t_one?id=1&select=title', json: { title: 'Alpha' } },
  {
    ask: 'rpc/t_one?select=title,t_shelf(label)',
    method: POST,
    body: { id: 1 },
    json: { title: 'Alpha', t_shelf: { label: 'Top' } },
  },
  // In other forms.
  {
    ask: 'rpc/t_books',
    method: POST,
    headers: { accept: SINGLE },
    body: { thick: 300 },
    status: 200,
    answered: { 'content-type': `${SINGLE}; charset=utf-8` },
  },
  { ask: 'rpc/t_sum', method: POST, headers: { accept: SINGLE }, body: { a: 1 }, json: 11 },
  { ask: 'rpc/t_pairs', headers: { accept: 'text/csv' }, text: 'k,v\na,1\nb,2\nc,' },
  {
    ask: 'rpc/t_pairs',
    headers: { accept: SINGLE },
    status: 406,
    json: {
      code: 'PGRST116',
      details: 'The result contains 3 rows',
      hint: null,
      message: 'Cannot coerce the result to a single JSON object',
    },
  },
  {
    ask: 'rpc/t_zone',
    headers: { prefer: 'timezone=Africa/Nairobi' },
    json: 'Africa/Nairobi',
    answered: { 'preference-applied': 'timezone=Africa/Nairobi' },
  },
  {
    ask: 'rpc/t_zone',
    headers: { prefer: 'timezone=Nowhere' },
    json: 'UTC',
    answered: { 'preference-applied': null },
  },
  // What it wrote is undone when the answer is refused.
  {
    ask: 'rpc/t_clear?select=number&order=number',
    method: POST,
    json: [{ number: 1 }, { number: 2 }],
    then: ['t_stamp?select=used&order=number', [{ used: 0 }, { used: 0 }]],
  },
  {
    ask: 'rpc/t_clear',
    method: POST,
    headers: { accept: SINGLE },
    status: 406,
    then: ['t_stamp?select=used&order=number', [{ used: 5 }, { used: 6 }]],
  },
  {
    ask: 'rpc/t_clear',
    method: POST,
    headers: { prefer: 'handling=strict, max-affected=1' },
    status: 400,
    then: ['t_stamp?select=used&order=number', [{ used: 5 }, { used: 6 }]],
  },
  {
    ask: 'rpc/t_sum',
    method: POST,
    headers: { prefer: 'handling=strict, max-affected=1' },
    body: { a: 1 },
    status: 400,
    json: {
      code: 'PGRST128',
      details: null,
      hint: null,
      message:
        'Function must return SETOF or TABLE when max-affected preference is used with handling=strict',
    },
  },
];

let library: Library;

beforeAll(async () => {
  library = await openLibrary('calls');
});
beforeEach(() => library.restore());
afterAll(() => library.stop());

test.each(titled(CALLS))('%s', async (_, it) => {
  await hold(library, it);
});
