import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRest, type Rest } from './_support/rest.ts';

/** One row per peculiarity; every expectation is what PostgREST's documentation says of it. */
const ROWS = `
create type public.t_state as enum ('draft', 'sent', 'paid');
create table public.t_note (
  id integer primary key, title text, state public.t_state, amount numeric(9,2), due date,
  is_open boolean, tags text[], at timestamptz not null default '2026-11-20 09:00+00'
);
insert into public.t_note (id, title, state, amount, due, is_open, tags) values
  (1, 'plain', 'draft', 10, '2026-01-01', true, '{a,b}'),
  (2, 'with, comma', 'sent', 20, null, false, '{b}'),
  (3, 'with (brackets)', 'paid', 30, '2026-03-01', null, '{}'),
  (4, 'with "quotes"', 'paid', null, null, true, null),
  (5, 'back\\slash', null, 5.50, '2026-02-01', true, '{c}'),
  (6, 'a*b 100%', 'sent', 20, '2026-05-05', false, '{a}'),
  (7, null, 'draft', -1, '2025-12-31', null, '{a,b,c}');
create function public.shout(public.t_note) returns text language sql stable as $$ select upper($1.title) $$;
create function public.sneak(public.t_note) returns integer language sql volatile as
$$ update public.t_note set amount = 0 returning 1 $$;
grant execute on function public.sneak to authenticated;
grant select, update on public.t_note to authenticated;
grant execute on function public.shout to authenticated;`;

let rest: Rest;

beforeAll(async () => {
  rest = await startRest('filters', ROWS);
});

afterAll(() => rest.stop());

const encode = (query: string) =>
  query
    .split('&')
    .map((part) => part.split('=').map(encodeURIComponent).join('='))
    .join('&');

async function ids(query: string): Promise<number[]> {
  const order = query.includes('order=') ? '' : '&order=id';
  const { status, json } = await rest.ask(`t_note?select=id&${encode(query)}${order}`);
  expect(status).toBe(200);
  return (json as { id: number }[]).map((row) => row.id);
}

test.each<[string, number[]]>([
  // Comparisons of one column.
  ['amount=eq.20', [2, 6]],
  ['amount=neq.20', [1, 3, 5, 7]],
  ['amount=gt.10&amount=lte.30', [2, 3, 6]],
  ['amount=gte.20&amount=lt.30', [2, 6]],
  ['state=eq.paid', [3, 4]],
  ['state=gt.draft', [2, 3, 4, 6]],
  ['title=match.^with', [2, 3, 4]],
  ['title=imatch.^WITH', [2, 3, 4]],
  ['state=isdistinct.sent', [1, 3, 4, 5, 7]],
  ['tags=cs.{a}', [1, 6, 7]],
  ['tags=cd.{a,b}', [1, 2, 3, 6]],
  ['tags=ov.{b,c}', [1, 2, 5, 7]],
  // Patterns: a star stands for any text, percent signs work too.
  ['title=like.with*', [2, 3, 4]],
  ['title=like.WITH*', []],
  ['title=ilike.*COMMA', [2]],
  ['title=ilike.%brackets%', [3]],
  ['title=ilike.*(brackets)', [3]],
  // Outside of a list a quote is a quote.
  ['title=eq."plain"', []],
  ['title=eq.with "quotes"', [4]],
  ['title=eq.back\\slash', [5]],
  ['title=eq.with, comma', [2]],
  // Null and truth.
  ['due=is.null', [2, 4]],
  ['due=is.not_null', [1, 3, 5, 6, 7]],
  ['due=not.is.null', [1, 3, 5, 6, 7]],
  ['is_open=is.true', [1, 4, 5]],
  ['is_open=is.FALSE', [2, 6]],
  ['is_open=is.unknown', [3, 7]],
  ['is_open=not.is.true', [2, 3, 6, 7]],
  // Lists of values.
  ['id=in.(1,3)', [1, 3]],
  ['id=not.in.(1,2,3,4)', [5, 6, 7]],
  ['id=in.()', []],
  ['title=in.("with, comma",plain)', [1, 2]],
  ['title=in.("with (brackets)","with \\"quotes\\"")', [3, 4]],
  ['title=in.("back\\\\slash")', [5]],
  ['state=in.(draft,paid)', [1, 3, 4, 7]],
  // One of several, all of several, none of several.
  ['or=(id.eq.1,id.eq.3)', [1, 3]],
  ['or=(id.eq.1, id.eq.3)', [1, 3]],
  ['and=(id.gt.1,id.lt.4)', [2, 3]],
  ['not.or=(id.eq.1,id.gt.3)', [2, 3]],
  ['not.and=(id.gt.1,id.lt.6)', [1, 6, 7]],
  ['or=(id.eq.1,and(state.eq.paid,amount.is.null))', [1, 4]],
  ['or=(id.eq.1,not.and(id.gt.1,id.lt.7))', [1, 7]],
  ['or=(id.not.gt.2,is_open.is.null)', [1, 2, 3, 7]],
  ['or=(id.in.(5,6),title.is.null)', [5, 6, 7]],
  ['or=(id.in.(5,6),not.or(id.lt.7,id.eq.0))', [5, 6, 7]],
  ['or=(id.lt.3)&or=(id.gt.1)', [2]],
  ['or=(amount.gt.15)&state=eq.sent', [2, 6]],
  ['or=(tags.cs.{a,b},id.eq.3)', [1, 3, 7]],
  // Within them a value may be in quotes, for whatever has a meaning there.
  ['or=(title.ilike.*PLAIN*,title.ilike.*slash*)', [1, 5]],
  ['or=(title.ilike."*PLAIN*",id.eq.7)', [1, 7]],
  ['or=(title.ilike."%with, c%")', [2]],
  ['or=(title.ilike."*(brackets)*",title.eq."with, comma")', [2, 3]],
  ['or=(title.eq."with \\"quotes\\"")', [4]],
  ['or=(title.eq."back\\\\slash",title.eq."pl")', [5]],
  ['or=(title.in.("with, comma","plain"),id.eq.3)', [1, 2, 3]],
  ['or=(title.not.ilike."*with*",title.is.null)', [1, 5, 6, 7]],
  // Order: nulls are larger than everything unless it says otherwise.
  ['order=amount.asc,id', [7, 5, 1, 2, 6, 3, 4]],
  ['order=amount.desc,id.desc', [4, 3, 6, 2, 1, 5, 7]],
  ['order=amount.nullsfirst,id', [4, 7, 5, 1, 2, 6, 3]],
  ['order=due.desc.nullslast,id.desc', [6, 3, 5, 1, 7, 4, 2]],
  ['order=due.asc.nullsfirst,id', [2, 4, 7, 1, 5, 3, 6]],
  // Computed fields are filtered and ordered like columns.
  ['shout=eq.PLAIN', [1]],
  ['order=shout.desc.nullslast&limit=2', [2, 3]],
  // Pages.
  ['order=id&limit=2', [1, 2]],
  ['order=id&limit=2&offset=3', [4, 5]],
  ['order=id&offset=5', [6, 7]],
  ['limit=0', []],
])('%s finds %j', async (query, expected) => {
  expect(await ids(query)).toEqual(expected);
});

test('a column may have another name and another type in the answer', async () => {
  const { json } = await rest.ask(
    't_note?select=nr:id::text,amount::integer,state,loud:shout&id=eq.1',
  );
  expect(json).toEqual([{ nr: '1', amount: 10, state: 'draft', loud: 'PLAIN' }]);
});

test.each<[string, string, string, number, string, number[]]>([
  ['no range', '', '', 200, '0-6/*', [1, 2, 3, 4, 5, 6, 7]],
  ['the first rows', '0-1', '', 200, '0-1/*', [1, 2]],
  ['rows in the middle', '2-3', 'count=exact', 206, '2-3/7', [3, 4]],
  ['everything from a row on', '5-', 'count=exact', 206, '5-6/7', [6, 7]],
  ['more than there is', '0-99', 'count=exact', 200, '0-6/7', [1, 2, 3, 4, 5, 6, 7]],
  ['behind the end', '70-80', '', 200, '*/*', []],
  ['no numbers', 'x-y', '', 200, '0-6/*', [1, 2, 3, 4, 5, 6, 7]],
])('a range header: %s', async (_, range, prefer, status, expected, found) => {
  const headers = { ...(range && { range, 'range-unit': 'items' }), ...(prefer && { prefer }) };
  const answer = await rest.ask('t_note?select=id&order=id', headers);
  expect(answer.status).toBe(status);
  expect(answer.headers['content-range']).toBe(expected);
  expect((answer.json as { id: number }[]).map((row) => row.id)).toEqual(found);
});

test('range and limit both count', async () => {
  const ask = async (query: string) => {
    const { headers } = await rest.ask(`t_note?order=id&${query}`, { range: '1-4' });
    return headers['content-range'];
  };
  expect(await ask('limit=3')).toBe('1-2/*');
  expect(await ask('offset=3&limit=10')).toBe('3-4/*');
});

test.each([
  [
    't_note',
    { range: '5-1' },
    'The lower boundary must be lower than or equal to the upper boundary in the Range header.',
  ],
  ['t_note?limit=2', { range: '5-9' }, 'Limit should be greater than or equal to zero.'],
  [
    't_note?offset=8',
    { prefer: 'count=exact' },
    'An offset of 8 was requested, but there are only 7 rows.',
  ],
])('%s with %j cannot be satisfied', async (path, headers, details) => {
  const { status, json } = await rest.ask(path, headers as unknown as Record<string, string>);
  expect(status).toBe(416);
  const message = 'Requested range not satisfiable';
  expect(json).toEqual({ code: 'PGRST103', details, hint: null, message });
});

test('HEAD answers what GET does, without the rows and without minding a range', async () => {
  const counted = { prefer: 'count=exact' };
  const head = await rest.ask('t_note?select=id&state=eq.sent', counted, 'HEAD');
  const get = await rest.ask('t_note?select=id&state=eq.sent', counted);
  expect(head).toEqual({ ...get, json: null, text: null });
  expect(head.headers['content-range']).toBe('0-1/2');
  const ranged = await rest.ask('t_note', { ...counted, range: '0-1' }, 'HEAD');
  expect(ranged.headers['content-range']).toBe('0-6/7');
});

test('a single object is the one row, and nothing else will do', async () => {
  const accept = 'application/vnd.pgrst.object+json';
  const one = await rest.ask('t_note?select=id,title&id=eq.2', { accept });
  expect(one).toMatchObject({ status: 200, json: { id: 2, title: 'with, comma' } });
  expect(one.headers['content-type']).toBe(`${accept}; charset=utf-8`);
  for (const [filter, details] of [
    ['id=eq.99', 'The result contains 0 rows'],
    ['id=lt.3', 'The result contains 2 rows'],
  ]) {
    const { status, json } = await rest.ask(`t_note?${filter}`, { accept });
    expect(status).toBe(406);
    const message = 'Cannot coerce the result to a single JSON object';
    expect(json).toEqual({ code: 'PGRST116', details, hint: null, message });
  }
});

test('a value or type that does not fit is the caller’s mistake, in PostgreSQL’s words', async () => {
  expect(await rest.ask('t_note?id=eq.x')).toMatchObject({ status: 400, json: { code: '22P02' } });
  expect(await rest.ask('t_note?or=(id.eq.1,state.eq.none)')).toMatchObject({
    status: 400,
    json: { code: '22P02' },
  });
  expect(await rest.ask('t_note?select=id::nothing')).toMatchObject({
    status: 400,
    json: { code: '42704' },
  });
  expect(await rest.ask('t_note?state=ilike.x')).toMatchObject({
    status: 404,
    json: { code: '42883' },
  });
});

test('reading changes nothing, even where a field of it would', async () => {
  expect(await rest.ask('t_note?select=sneak&id=eq.1')).toMatchObject({
    status: 405,
    json: { code: '25006' },
  });
  expect(await ids('amount=eq.0')).toEqual([]);
});
