import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLibrary, type Library } from './_support/library.ts';

/** What each operator finds of the books 1 to 4, and for which of them the question has no answer. */
const OPERATORS: [filter: string, found: number[], unknown: number[]][] = [
  ['pages=eq.300', [2], [4]],
  ['pages=neq.300', [1, 3], [4]],
  ['pages=gt.100', [2, 3], [4]],
  ['pages=gte.250', [2, 3], [4]],
  ['pages=lt.250', [1], [4]],
  ['pages=lte.250', [1, 3], [4]],
  ['price=eq.9.5', [1], [3]],
  ['title=like.Al*', [1], [4]],
  ['title=ilike.al*', [1, 3], [4]],
  ['title=match.^A', [1], [4]],
  ['title=imatch.^a', [1, 3], [4]],
  ['state=isdistinct.new', [2, 3, 4], []],
  ['pages=in.(100,250)', [1, 3], [4]],
  ['title=in.("Beta, or two",x)', [2], [4]],
  ['pages=is.null', [4], []],
  ['pages=is.not_null', [1, 2, 3], []],
  ['is_lent=is.true', [1, 4], []],
  ['is_lent=is.false', [2], []],
  ['is_lent=is.unknown', [3], []],
  ['tags=cs.{red}', [1, 2], [4]],
  ['tags=cd.{red,blue}', [2, 3], [4]],
  ['tags=ov.{old,blue}', [1], [4]],
  ['span=sl.[6,7)', [1], [4]],
  ['span=sr.[0,5)', [2, 3], [4]],
  ['span=nxr.[1,9)', [1, 2], [4]],
  ['span=nxl.[5,8)', [2, 3], [4]],
  ['span=adj.[9,10)', [2, 3], [4]],
  ['span=cs.[2,3)', [1], [4]],
  ['doc=fts.cat', [1, 2], [4]],
  ['doc=fts(english).cats', [1, 2], [4]],
  ['doc=plfts(english).cat sat', [2], [4]],
  ['doc=phfts(english).fat cats', [1], [4]],
  ['doc=wfts(english).cat -sat', [1], [4]],
  ['title=fts(simple).alpha', [1], [4]],
  ['title=like(any).{Al*,Be*}', [1, 2], [4]],
  ['title=ilike(all).{al*,*bet}', [3], [4]],
  ['pages=gt(all).{100,200}', [2, 3], [4]],
  ['pages=eq(any).{100,300}', [1, 2], [4]],
  ['title=match(any).{^A,^B}', [1, 2], [4]],
  ['extra->>lang=eq.en', [1], [3, 4]],
  ['extra->by->>name=like.B*', [2], [3, 4]],
  ['extra->parts->>0=eq.1', [1], [2, 3, 4]],
  ['extra->parts=eq.[]', [2], [3, 4]],
  ['extra=cs.{"lang":"fr"}', [2], [4]],
  ['loud=eq.ALPHA', [1], [4]],
];

let library: Library;

beforeAll(async () => {
  library = await openLibrary('operators');
});
afterAll(() => library.stop());

const ALL = [1, 2, 3, 4];

/** `a=eq.1` as it is written within `or=(…)`. */
function within(filter: string, isNegated = false): string {
  const at = filter.indexOf('=');
  const value = filter.slice(at + 1);
  const [, operator = '', rest = ''] = /^([a-z]+(?:\([a-z]+\))?\.)(.*)$/s.exec(value) ?? [];
  const isList = operator === 'in.' || /^\{[^{}"]*\}$/.test(rest);
  const safe = isList ? rest : `"${rest.replaceAll(/["\\]/g, '\\$&')}"`;
  const quoted = operator === 'is.' ? rest : safe;
  return `${filter.slice(0, at)}.${isNegated ? 'not.' : ''}${operator}${quoted}`;
}

const GRID = OPERATORS.flatMap(([filter, found, unknown]): [string, number[]][] => {
  const others = ALL.filter((id) => !found.includes(id) && !unknown.includes(id));
  const at = filter.indexOf('=');
  return [
    [filter, found],
    [`${filter.slice(0, at)}=not.${filter.slice(at + 1)}`, others],
    [`or=(${within(filter)},id.eq.0)`, found],
    [`or=(${within(filter, true)})`, others],
    [`and=(${within(filter)},id.gt.0)`, found],
    [`not.and=(${within(filter)},id.gt.0)`, others],
  ];
});

test.each(GRID)('%s finds %j', async (filter, found) => {
  const { status, json, text } = await library.ask({ ask: `t_book?select=id&order=id&${filter}` });
  expect(status, text ?? '').toBe(200);
  expect((json as { id: number }[]).map((row) => row.id)).toEqual(found);
});

test.each(OPERATORS)('%s is asked of related rows, too', async (filter, found) => {
  const shelved = found.filter((id) => id !== 4);
  const [key = '', ...value] = filter.split('=');
  const ask = `t_shelf?select=t_book!inner(id)&t_book.${key}=${value.join('=')}&t_book.order=id`;
  const { status, json, text } = await library.ask({ ask });
  expect(status, text ?? '').toBe(200);
  const ids = (json as { t_book: { id: number }[] }[]).flatMap((row) => row.t_book);
  expect(ids.map((row) => row.id).toSorted()).toEqual(shelved);
});
