import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRest, type Rest } from './_support/rest.ts';

/** Three rows that everybody sees, and nine hundred of somebody else. */
const ROWS = `
create table public.t_word (id integer primary key, title text, state public.order_status, tags text[], is_own boolean);
insert into public.t_word values
  (1, 'alpha', 'draft', '{a,b}', true), (2, 'gamma', 'cancelled', '{b}', true), (3, 'W "q", x', null, '{}', true);
insert into public.t_word select n, 'other ' || n, 'draft', '{}', false from generate_series(100, 999) as n;
analyze public.t_word;
alter table public.t_word enable row level security;
create policy own on public.t_word using (is_own);
grant select, update on public.t_word to authenticated;
create function public.words(most integer) returns setof public.t_word language sql stable as
$$ select * from public.t_word where id <= most $$;
create function public.echo(body json) returns json language sql stable as $$ select body -> 'x' $$;
grant execute on function public.words, public.echo to authenticated;`;

let rest: Rest;

beforeAll(async () => {
  rest = await startRest('borders', ROWS);
});

afterAll(() => rest.stop());

async function ask(
  path: string,
  { method = 'GET', body = '', more = {} as Record<string, string> } = {},
) {
  const type: Record<string, string> = body === '' ? {} : { 'content-type': 'application/json' };
  const answer = await rest.ask(path, { ...type, ...more }, method, body);
  const { status, headers, json } = answer;
  return {
    status,
    range: headers['content-range'],
    applied: headers['preference-applied'],
    json: json ?? answer.text,
  };
}

const encode = (query: string) =>
  query
    .split('&')
    .map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at), part.slice(at + 1)].map(encodeURIComponent).join('=');
    })
    .join('&');

test.each<[string, number[]]>([
  ['title=like(any).{*al*,*ga*}', [1, 2]],
  ['title=ilike(any).{AL*,GA*}', [1, 2]],
  ['title=ilike(all).{*A*,*L*}', [1]],
  ['title=not.like(any).{*al*,*ga*}', [3]],
  ['title=like(any).{%al%}', [1]],
  ['title=eq(any).{alpha,gamma}', [1, 2]],
  ['title=match(any).{^al,^ga}', [1, 2]],
  ['id=gt(all).{1,2}', [3]],
  ['state=eq(any).{cancelled}', [2]],
  ['or=(title.like(any).{*al*,*zz*},id.eq.3)', [1, 3]],
  ['title=in.("W \\"q\\", x",alpha)', [1, 3]],
  ['or=(title.eq."W \\"q\\", x",id.eq.1)', [1, 3]],
  ['limit=99999999999999999999', [1, 2, 3]],
  ['offset=99999999999', []],
])('%s finds %j', async (query, expected) => {
  const { status, json } = await ask(`t_word?select=id&order=id&${encode(query)}`);
  expect(status).toBe(200);
  expect((json as { id: number }[]).map((row) => row.id)).toEqual(expected);
});

const UNREADABLE = [
  'limit=abc',
  'limit=',
  'limit=1.5',
  'limit=1e3',
  'offset=abc',
  'offset=',
  'title=in.("W "q", x")',
  'title=not.in.("W "q", x")',
  'title=in.("back\\slash, x")',
  'title=in.("open)',
  'or=(title.in.("W "q", x"),id.eq.1)',
  'or=(title.eq."W "q", x",id.eq.1)',
];

test.each(UNREADABLE)('%s is refused and not read as something else', async (query) => {
  for (const method of ['GET', 'HEAD', 'DELETE', 'PATCH']) {
    const body = method === 'PATCH' ? '{"title":"changed"}' : '';
    const answer = await ask(`t_word?${encode(query)}`, { method, body });
    expect(answer.status, method).toBe(400);
    expect(answer.json, method).toMatchObject({ code: 'PGRST100' });
  }
  expect((await ask('t_word?title=eq.changed')).json).toEqual([]);
});

test('a number that cannot be read is refused beside anything else', async () => {
  for (const path of ['t_word?tags->0=is.null&limit=abc', 'rpc/words?most=3&limit=abc']) {
    expect(await ask(path), path).toMatchObject({ status: 400, json: { code: 'PGRST100' } });
  }
  const posted = await ask('rpc/words?offset=x', { method: 'POST', body: '{"most":3}' });
  expect(posted).toMatchObject({ status: 400, json: { code: 'PGRST100' } });
});

test.each(['limit=-1', 'offset=-1'])('%s cannot be satisfied', async (query) => {
  expect(await ask(`t_word?${query}`)).toMatchObject({ status: 416, json: { code: 'PGRST103' } });
});

test('a change takes a star of several patterns as a list does', async () => {
  const body = '{"title":"changed"}';
  const query = encode('title=like(any).{*al*}');
  expect((await ask(`t_word?${query}`, { method: 'PATCH', body })).status).toBe(204);
  expect((await ask('t_word?title=eq.changed&select=id')).json).toEqual([{ id: 1 }]);
  await ask('t_word?id=eq.1', { method: 'PATCH', body: '{"title":"alpha"}' });
});

test.each(['planned', 'estimated', 'exact'])(
  'count=%s counts what the caller sees and tells nothing about other rows',
  async (kind) => {
    const more = { prefer: `count=${kind}` };
    expect(await ask('t_word?select=id', { more })).toMatchObject({
      range: '0-2/3',
      applied: 'count=exact',
    });
    const lines = await ask('t_word?select=id', { more: { ...more, accept: 'text/csv' } });
    expect(lines).toMatchObject({ range: '0-2/3', applied: 'count=exact' });
  },
);

test('a plan, which has estimates of all rows in it, is not shown', async () => {
  for (const accept of ['application/vnd.pgrst.plan', 'application/vnd.pgrst.plan+json']) {
    const { status, json } = await ask('t_word?select=id', { more: { accept } });
    expect([status, JSON.stringify(json)], accept).toEqual([
      406,
      expect.not.stringMatching(/rows/i),
    ]);
  }
});

const nested = (depth: number) => `${'orders(order_items('.repeat(depth)}id${'))'.repeat(depth)}`;
const several = (times: number, condition: string) => Array(times).fill(condition).join(',');

test.each<[string, string, number, string]>([
  [
    'tables six deep',
    `select=${'order_items('.repeat(6)}id${')'.repeat(6)}`,
    400,
    'query_too_deep',
  ],
  ['tables 400 deep', `select=${nested(200)}`, 400, 'query_too_deep'],
  ['tables 4,000 deep', `select=${nested(2000)}`, 414, 'query_too_long'],
  ['brackets that never close', `select=${'a('.repeat(4000)}`, 400, 'query_too_deep'],
  ['21 tables', `select=${several(21, 'order_items(id)')}`, 400, 'query_too_much'],
  ['conditions 2,000 deep', `or=${'(and'.repeat(2000)}`, 400, 'query_too_deep'],
  ['depth hidden in quotes', `or=${'(a.eq.")",and'.repeat(800)}`, 400, 'query_too_deep'],
  ['600 patterns in one', `or=(${several(600, 'title.ilike.*a*')})`, 400, 'query_too_much'],
  [
    '600 patterns in a row',
    several(600, 'title=ilike.*a*').replaceAll(',', '&'),
    400,
    'query_too_much',
  ],
  ['600 patterns of an array', `title=ilike(any).{${several(600, '*a*')}}`, 400, 'query_too_much'],
  ['600 searches', `or=(${several(600, 'title.fts(english).a')})`, 400, 'query_too_deep'],
  ['a long list', `id=in.(${several(9000, '1')})`, 414, 'query_too_long'],
])('%s are more than one request may ask for', async (_, query, status, code) => {
  for (const [method, path] of [
    ['GET', `orders?${query}`],
    ['PATCH', `orders?${query}`],
    ['GET', `rpc/words?most=1&${query}`],
  ] as const) {
    const body = method === 'PATCH' ? '{"notes":"x"}' : '';
    const answer = await ask(path, { method, body });
    expect(answer, `${method} ${path.slice(0, 40)}`).toMatchObject({
      status,
      json: { code, message: 'The query asks for more than one request may.' },
    });
  }
});

test('what the portal and a long list of ids need is within the limits', async () => {
  const ids = several(300, '00000000-0000-7000-8000-000000000001');
  for (const query of [
    'select=*,order_items(*,products(*,product_categories(*)))',
    `select=id&id=in.(${ids})`,
    `select=id&or=(${several(40, 'number.ilike.*a*')})`,
  ]) {
    expect((await ask(`orders?${query}`)).status, query.slice(0, 60)).toBeLessThan(404);
  }
});

test('values nested without end are the caller’s mistake', async () => {
  const body = `{"body":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const { status } = await ask('rpc/echo', { method: 'POST', body });
  expect(status).toBe(400);
});
