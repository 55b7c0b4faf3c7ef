import { createRequire } from 'node:module';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

interface JsonLogic {
  apply(rule: unknown, data?: unknown): unknown;
  add_operation(name: string, code: (...args: never[]) => unknown): void;
}

/** Rule and data as JSON texts, because JavaScript could not write `1e400`; no data is undefined. */
type Case = readonly [rule: string, data?: string];

let database: TestDatabase;
let admin: Session;

beforeAll(async () => {
  vi.spyOn(console, 'log').mockImplementation(() => {});
  database = await cloneDatabase('json_logic');
  admin = await database.asAdmin();
  await admin.query(`
    create function pg_temp.answer(rule jsonb, data jsonb) returns jsonb
    language plpgsql as $$
    begin
      return jsonb_build_object('answer', private.json_logic(rule, data));
    exception
      when sqlstate 'PT422' then return '"refused"';
      when others then return to_jsonb(sqlstate || ' ' || sqlerrm);
    end
    $$`);
});

afterAll(async () => {
  vi.restoreAllMocks();
  await database.drop();
});

/** The package, in a copy of its own: operators added to it stay there. */
function loadPackage(): JsonLogic {
  const require = createRequire(import.meta.url);
  delete require.cache[require.resolve('json-logic-js')];
  return require('json-logic-js') as JsonLogic;
}

const pristine = loadPackage();

function answerOfPackage(logic: JsonLogic, [rule, data]: Case): unknown {
  try {
    const value = logic.apply(JSON.parse(rule), data === undefined ? undefined : JSON.parse(data));
    const answer = (JSON.stringify(value) as string | undefined) ?? 'null';
    return { answer: JSON.parse(answer, withoutLoneSurrogates) };
  } catch {
    return 'refused';
  }
}

function withoutLoneSurrogates(_key: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/\p{Surrogate}/gu, '\ufffd') : value;
}

/** The cases to which the database gives another answer than the package. */
async function differences(cases: readonly Case[], logic = pristine): Promise<unknown[]> {
  const rows = await admin.query<{ answer: unknown }>(
    `select pg_temp.answer(rule::jsonb, data::jsonb) as answer
     from unnest($1::text[], $2::text[]) with ordinality as example (rule, data, position)
     order by position`,
    [cases.map(([rule]) => rule), cases.map(([, data]) => data ?? null)],
  );
  return cases.flatMap(([rule, data], index) => {
    const expected = answerOfPackage(logic, [rule, data]);
    const actual = rows[index]?.answer;
    return isDeepStrictEqual(actual, expected) ? [] : [{ rule, data, expected, actual }];
  });
}

const operands = [
  ...['null', 'true', 'false', '0', '1', '-1', '2', '-2.5', '0.1', '1e21', '1e23', '1e-7'],
  ...['5e-324', '1.7976931348623157e308', '9007199254740993', '1e400', '-1e400', '1e-400'],
  ...['""', '" "', '"0"', '"1"', '"01"', '"-1"', '"-0"', '"1.50 crates"', '".5"', '"5."', '"1e3"'],
  ...['"1e400"', '"-1e-400"', '"0x1F"', '"0b101"', '"0o17"', '"-0x1F"', '"Infinity"', '"infinity"'],
  ...['"NaN"', '"null"', '"undefined"', '"true"', '"abc"', '"b"', '"\\u00a0\\ufeff7\\u2028"'],
  ...['"\\ue000"', '"\\ud83d\\ude00"', '[]', '[0]', '[1]', '["1"]', '[1,2]', '[null]', '[[]]'],
  ...['[[1],"b"]', '{}', '{"a":1,"b":2}', '{"and":[]}', '{"/":[0,0]}', '{"*":[0,-1]}'],
];

const data = JSON.stringify({
  total: 1250.5,
  zero: 0,
  blank: '',
  nothing: null,
  status: 'approved',
  emoji: 'a😀b',
  number_text: '42',
  '': { '': 'empty names' },
  tags: ['cold', 'fragile'],
  lines: [
    { sku: 'COLA', quantity: 3, price: 12.5 },
    { sku: 'GAS13', quantity: 0, price: 1900 },
    { sku: 'ICE', quantity: 7 },
  ],
  matrix: [
    [1, 2],
    [3, 4],
  ],
  customer: { name: 'Wanjiku', address: { city: 'Nairobi' }, length: 5 },
  rule: { var: 'status' },
  '1': { '5': 'one and a half' },
});

const withData = (rules: readonly string[]): Case[] => rules.map((rule) => [rule, data] as const);

test.each(['==', '===', '!=', '!==', '<', '<=', '>', '>=', '-', '/', '%', '+', '*'])(
  'two operands of every kind: %s',
  async (operator) => {
    const cases = operands.flatMap((a) =>
      operands.map((b): Case => [`{"${operator}":[${a},${b}]}`]),
    );
    expect(await differences(cases)).toEqual([]);
  },
);

test.each(['max', 'min', 'in', 'cat', 'merge', 'and', 'or', 'if', 'missing', 'substr'])(
  'two operands of many kinds: %s',
  async (operator) => {
    const some = operands.filter((_, index) => index % 2 === 0);
    const cases = some.flatMap((a) => operands.map((b): Case => [`{"${operator}":[${a},${b}]}`]));
    expect(await differences(cases)).toEqual([]);
  },
);

test.each([
  ...['!', '!!', '-', '+', '*', '/', '%', '==', '===', '<', '<=', '>', '>=', 'max', 'min', 'cat'],
  ...['in', 'substr', 'merge', 'log', 'if', '?:', 'and', 'or', 'var', 'missing', 'missing_some'],
  ...['map', 'filter', 'reduce', 'all', 'none', 'some'],
])('no operand, one, and one without its list: %s', async (operator) => {
  const cases = operands.flatMap((a): Case[] => [
    [`{"${operator}":[${a}]}`, data],
    [`{"${operator}":${a}}`, data],
    [`{"${operator}":[${a}]}`],
  ]);
  expect(await differences([...cases, [`{"${operator}":[]}`, data]])).toEqual([]);
});

test('between takes three operands, and the third one undefined is no third one', async () => {
  const few = [
    'null',
    '0',
    '1',
    '2',
    '"1"',
    '"10"',
    '"9"',
    '"b"',
    '[]',
    '{"and":[]}',
    '{"/":[0,0]}',
  ];
  const cases = ['<', '<=', '>', '>='].flatMap((operator) =>
    few.flatMap((a) =>
      few.flatMap((b) => few.map((c): Case => [`{"${operator}":[${a},${b},${c}]}`])),
    ),
  );
  expect(await differences(cases)).toEqual([]);
});

test('substr counts in UTF-16 code units and from both ends', async () => {
  const texts = ['"jsonlogic"', '"a😀b"', '""', '12345', 'null', '[1,2,3]'];
  const bounds = ['0', '1', '2', '4', '100', '-1', '-3', '-100', '1.9', '-1.9', '"2"', '"-2"'];
  const odd = ['null', 'true', '"x"', '[]', '[-2]', '{"and":[]}', '{"/":[1,0]}', '{"/":[-1,0]}'];
  const all = [...bounds, ...odd];
  const cases = texts.flatMap((text) =>
    all.flatMap((start) => all.map((end): Case => [`{"substr":[${text},${start},${end}]}`])),
  );
  expect(await differences(cases)).toEqual([]);
});

test('var follows dotted paths through objects, arrays and texts, and falls back', async () => {
  const paths = [
    ...['""', 'null', '"total"', '"nothing"', '"nothing.x"', '"blank"', '"zero"', '"unknown"'],
    ...['"customer.address.city"', '"customer.address.street"', '"customer.length"', '"rule"'],
    ...['"lines.0.sku"', '"lines.1"', '"lines.3"', '"lines.-1"', '"lines.01"', '"lines.1.0"'],
    ...['"lines.length"', '"tags"', '"tags.length"', '"tags.0.length"', '"tags.0.0"', '"tags.0.9"'],
    ...['"emoji.length"', '"emoji.1"', '"emoji.3"', '"emoji.4"', '"status.1.0.0"', '"matrix.1.0"'],
    ...['"."', '".."', '"total."', '"total.x"', '".total"', '1', '1.5', 'true', '["status"]', '[]'],
    ...['["lines","0"]', '[[]]', '{}', '{"cat":["sta","tus"]}', '{"var":"rule.var"}', '-1', '1e21'],
  ];
  const fallbacks = ['', ',7', ',null', ',""', ',{"var":"status"}', ',{"and":[]}'];
  const rules = paths.flatMap((path) => fallbacks.map((extra) => `{"var":[${path}${extra}]}`));
  const lists: Case[] = ['[10,20,30]', '"text"', '5', 'null', 'true'].flatMap((whole) =>
    ['0', '1', '"1"', '"2"', '"length"', '""', '"x.y"'].map(
      (path) => [`{"var":${path}}`, whole] as const,
    ),
  );
  const nowhere: Case[] = paths.map((path) => [`{"var":[${path},1]}`] as const);
  expect(await differences([...withData(rules), ...lists, ...nowhere])).toEqual([]);
});

test('missing and missing_some name the keys without a value', async () => {
  const keys = [
    ...['"total"', '"zero"', '"blank"', '"nothing"', '"unknown"', '"customer.address.city"', '1'],
    ...['null', '""', '["unknown","total"]', '[]', '[["unknown","a fallback"]]', '{"var":"rule"}'],
    ...['{"merge":["unknown",{"if":[true,"blank","zero"]}]}', '{"var":"tags"}', '{"x":1,"y":2}'],
  ];
  const lists = [
    ...[
      '["unknown"]',
      '["unknown","total"]',
      '["unknown","blank","total","status"]',
      '[]',
      '"tags"',
    ],
    ...['null', '5', 'true', '{}', '{"length":9,"x":1}', '{"var":"tags"}', '{"var":"rule"}', '""'],
  ];
  const counts = ['0', '1', '2', '3', '"1"', '"x"', 'null', '[]', '-1', '{"and":[]}'];
  const rules = [
    ...keys.flatMap((a) => keys.map((b) => `{"missing":[${a},${b}]}`)),
    ...keys.map((a) => `{"missing":${a}}`),
    ...lists.flatMap((list) => counts.map((count) => `{"missing_some":[${count},${list}]}`)),
  ];
  const nowhere: Case[] = [['{"missing":["a",""]}'], ['{"missing":["a"]}', '5']];
  expect(await differences([...withData(rules), ...nowhere])).toEqual([]);
});

test('if, and, or answer with values and evaluate only as far as needed', async () => {
  const some = [
    '0',
    '1',
    '""',
    '"0"',
    '[]',
    '[0]',
    '{}',
    'null',
    '{"var":"status"}',
    '{"bogus":1}',
  ];
  const rules = ['if', '?:', 'and', 'or'].flatMap((operator) =>
    some.flatMap((a) =>
      some.flatMap((b) =>
        some.flatMap((c) => [
          `{"${operator}":[${a},${b},${c}]}`,
          `{"${operator}":[${a},"yes",${b},"maybe",${c}]}`,
          `{"${operator}":[${a},"yes",${b},${c}]}`,
        ]),
      ),
    ),
  );
  expect(await differences(withData(rules))).toEqual([]);
});

test('map, filter, reduce, all, none and some work on lists in their own scope', async () => {
  const lists = ['{"var":"lines"}', '{"var":"tags"}', '{"var":"matrix"}', '[]', '[0,1,"",null,[]]'];
  const noLists = ['null', '"text"', '5', '{}', '{"var":"customer"}', '{"var":"unknown"}'];
  const inner = [
    ...['{"var":""}', '{"var":"quantity"}', '{">":[{"var":"quantity"},0]}', 'true', 'false', '[]'],
    ...['{"var":"status"}', '{"var":"0"}', '{"some":[{"var":""},{">":[{"var":""},3]}]}', 'null'],
    ...['{"==":[{"var":"sku"},"ICE"]}', '{"+":[{"var":"current"},{"var":"accumulator"}]}'],
    ...['{"cat":[{"var":"accumulator"},"-",{"var":"current"}]}', '[{"var":""}]', '{"bogus":1}'],
    ...['{"+":[{"*":[{"var":"current.price"},{"var":"current.quantity"}]},{"var":"accumulator"}]}'],
    ...[
      '{"/":[1,{"var":""}]}',
      '{"and":[]}',
      '{"merge":[{"var":"accumulator"},{"var":"current"}]}',
    ],
  ];
  const rules = [...lists, ...noLists].flatMap((list) => [
    ...['map', 'filter', 'all', 'none', 'some', 'reduce'].flatMap((operator) =>
      inner.map((logic) => `{"${operator}":[${list},${logic}]}`),
    ),
    ...inner.flatMap((logic) =>
      ['0', 'null', '""', '[]', '{"var":"total"}', '{"and":[]}'].map(
        (initial) => `{"reduce":[${list},${logic},${initial}]}`,
      ),
    ),
  ]);
  expect(await differences(withData(rules))).toEqual([]);
});

test('Infinity, NaN, minus zero and undefined stay themselves until the answer', async () => {
  const rules = [
    ...['{">":[{"/":[1,0]},1e308]}', '{"/":[1,{"-":[0]}]}', '{"<":[{"/":[1,{"-":0}]},0]}'],
    ...['{"cat":[{"/":[1,0]}," ",{"/":[0,0]}," ",{"-":0}," ",{"and":[]}]}', '[{"/":[0,0]}]'],
    ...[
      '{"==":[{"/":[0,0]},{"/":[0,0]}]}',
      '{"===":[{"and":[]},null]}',
      '{"==":[{"and":[]},null]}',
    ],
    ...['{"in":[{"and":[]},[{"and":[]}]]}', '{"in":[{"/":[0,0]},[{"/":[0,0]}]]}', '[{"and":[]}]'],
    ...['{"in":[null,[{"and":[]},{"/":[0,0]}]]}', '{"in":[0,[{"-":0}]]}', '{"!":{"/":[0,0]}}'],
    ...[
      '{"reduce":[[1,2],{"var":""},{"and":[]}]}',
      '{"+":[{"-":0},{"-":0}]}',
      '{"-":[{"and":[]}]}',
    ],
    ...[
      '{"*":[1e308,10,0]}',
      '{"*":[1e-300,1e-300]}',
      '{"+":[1.7e308,1.7e308]}',
      '{"*":[{"-":0},1]}',
    ],
    ...['{"/":[5e-324,2]}', '{"/":[1e-10,5e-324]}', '{"%":[5.5,0.1]}', '{"%":[1e308,5e-324]}'],
    ...[
      '{"%":[1e300,7]}',
      '{"%":[3e-320,2e-323]}',
      '{"%":[-4,2]}',
      '{"cat":{"/":[1,{"%":[-4,2]}]}}',
    ],
    ...[
      '{"max":[{"-":0},0]}',
      '{"/":[1,{"max":[{"-":0},0]}]}',
      '{"cat":{"/":[1,{"min":[0,{"-":0}]}]}}',
    ],
    ...['{"cat":[1e-400,-1e-400,1e-401,1e309,1e999,-1e999]}', '{"===":[1e-401,1e-400]}', '1e-401'],
    ...['[1e-400,-1e-400,1e-401,1e999,{"a":1e-401,"b":1e999}]', '{"var":["x",1e-401]}', '1e999'],
    ...['{"!!":1e-401}', '{"!!":1e999}', '{"===":[2.4703282292062327e-324,0]}', '-1e999', '1e-400'],
    ...['{"+":["1e99999999999999999999",0]}', '{"+":["0.0000001e-99999999999999",1]}'],
  ];
  const sent: Case[] = ['1e-400', '-1e-400', '1e-401', '1e999', '[1e-401,{"a":1e-401}]'].flatMap(
    (whole) => [
      ['{"var":""}', whole],
      ['{"===":[{"var":""},0]}', whole],
      ['{"/":[1,{"var":""}]}', whole],
    ],
  );
  expect(await differences([...withData(rules), ...sent])).toEqual([]);
});

test('numbers are written as JavaScript writes them', async () => {
  const written = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.integer({ min: -400, max: 400 }).map((power) => 2 ** power),
    fc.integer({ min: -30, max: 30 }).map((power) => Number(`1e${power}`)),
    fc.integer({ min: -30, max: 30 }).map((power) => Number(`123456789e${power}`)),
    fc.maxSafeInteger(),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 200, maxLength: 200 }), async (numbers) => {
      const cases = numbers.map((number): Case => [`{"cat":[${JSON.stringify(number)}]}`]);
      expect(await differences(cases)).toEqual([]);
    }),
    { numRuns: 5 },
  );
});

test('a literal is itself: objects with no key or several are not rules', async () => {
  const rules = [
    ...['{}', '{"a":1,"b":{"bogus":[]}}', '[1,{"var":"total"},{"x":1,"y":2}]', '"var"', 'null'],
    ...['[[{"var":"status"}]]', 'true', '12345678901234567890', '{"log":"silent"}', '[]'],
  ];
  expect(await differences(withData(rules))).toEqual([]);
});

test('operators that are none are refused where they are reached', async () => {
  const rules = [
    ...[
      '{"bogus":1}',
      '{"":1}',
      '{"a.b":1}',
      '{"VAR":"x"}',
      '{"+":[{"bogus":1}]}',
      '[{"bogus":1}]',
    ],
    ...['{"toString":1}', '{"hasOwnProperty":1}', '{"if":[true,1,{"bogus":1}]}', '{"var.x":1}'],
    ...['{"missing":[[{"bogus":1}]]}', '{"missing_some":[1,[{"bogus":1}]]}'],
  ];
  expect(await differences(withData(rules))).toEqual([]);
});

/**
 * The one difference that generated rules would meet: jsonb has no identity, so two arrays or
 * objects are never the same, not even when both were read from one place.
 */
function withoutIdentity(logic: JsonLogic): JsonLogic {
  const copy = (value: unknown) => structuredClone(value);
  // eslint-disable-next-line eqeqeq
  logic.add_operation('==', (a: unknown, b: unknown) => a == copy(b));
  // eslint-disable-next-line eqeqeq
  logic.add_operation('!=', (a: unknown, b: unknown) => a != copy(b));
  logic.add_operation('===', (a: unknown, b: unknown) => a === copy(b));
  logic.add_operation('!==', (a: unknown, b: unknown) => a !== copy(b));
  logic.add_operation('in', (a: unknown, b: unknown) => {
    if (typeof b === 'string') return b !== '' && b.includes(String(a));
    return Array.isArray(b) && b.indexOf(copy(a)) !== -1;
  });
  return logic;
}

const scalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, 1, -1, '', '0', '1', ' 12 ', '3 crates', 'a', 'abc', '-2'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -5, max: 20 }),
  fc.stringMatching(/^[ -~äöß€]{0,6}$/),
);
const name = fc.constantFrom('a', 'b', 'c', '0', '1', 'length', '');
const document = fc.letrec<{ value: unknown; object: unknown; array: unknown }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, tie('object'), tie('array')),
  object: fc.dictionary(name, tie('value'), { maxKeys: 6 }),
  array: fc.array(tie('value'), { maxLength: 4 }),
}));
const variable = fc.oneof(
  fc.constantFrom('', 'current', 'accumulator', 'current.a', 'a.0.b', 'b.a', 'a.length'),
  fc.array(name, { maxLength: 3 }).map((names) => names.join('.')),
);
const operator = fc.constantFrom(
  ...['missing', 'missing_some', 'if', '?:', '==', '===', '!=', '!==', '!', '!!', 'or', 'and', '>'],
  ...['>=', '<', '<=', 'max', 'min', '+', '-', '*', '/', '%', 'map', 'reduce', 'filter', 'all'],
  ...['none', 'some', 'merge', 'in', 'cat', 'substr', 'log', 'var', 'bogus'],
);
const rule = fc.letrec<{ rule: unknown; operation: unknown }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 4, depthSize: 'xlarge' },
    { weight: 3, arbitrary: scalar },
    { weight: 3, arbitrary: variable.map((path) => ({ var: path })) },
    { weight: 1, arbitrary: fc.array(tie('rule'), { maxLength: 3 }) },
    { weight: 6, arbitrary: tie('operation') },
  ),
  operation: fc.oneof(
    fc
      .tuple(operator, fc.array(tie('rule'), { maxLength: 4 }))
      .map(([key, operands]) => ({ [key]: operands })),
    fc.tuple(operator, tie('rule')).map(([key, operand]) => ({ [key]: operand })),
  ),
})).operation;

test('generated rules over generated data', async () => {
  const logic = withoutIdentity(loadPackage());
  const example = fc
    .tuple(rule, fc.oneof(document.object, document.value))
    .map(([a, b]): Case => [JSON.stringify(a), JSON.stringify(b)]);
  await fc.assert(
    fc.asyncProperty(
      fc.array(example, { minLength: 1, maxLength: 200, size: 'max' }),
      async (cases) => {
        expect(await differences(cases, logic)).toEqual([]);
      },
    ),
    { numRuns: 20 },
  );
});

test('a problem is named wherever a rule holds an unknown operator', async () => {
  const rules = fc.array(rule, { minLength: 1, maxLength: 100, size: 'max' });
  await fc.assert(
    fc.asyncProperty(rules, async (several) => {
      const texts = several.map((value) => JSON.stringify(value));
      const rows = await admin.query<{ problem: string | null }>(
        `select private.json_logic_problem(rule::jsonb) as problem
         from unnest($1::text[]) with ordinality as example (rule, position)
         order by position`,
        [texts],
      );
      const named = texts.map((text) =>
        text.includes('{"bogus":') ? 'rule_operator_unknown' : null,
      );
      const found = rows.map(({ problem }) =>
        problem === 'rule_arguments_invalid' ? null : problem,
      );
      expect(found).toEqual(named);
    }),
    { numRuns: 10 },
  );
});

test('two arrays are never equal, also where the package sees one array twice', async () => {
  const sameTwice: Case = ['{"===":[{"var":"tags"},{"var":"tags"}]}', data];
  expect(await differences([sameTwice])).toMatchObject([
    { expected: { answer: true }, actual: { answer: false } },
  ]);
  expect(await differences(withData(['{"==":[{"var":"tags"},["cold","fragile"]]}']))).toEqual([]);
});

test('the built-in properties of JavaScript are not data', async () => {
  const rows = await admin.query(
    `select private.json_logic(jsonb_build_object('var', name), '{"a": []}') as answer
     from unnest(array['constructor', '__proto__', 'toString', 'a.map', 'a.constructor']) as name`,
  );
  expect(rows).toEqual(Array.from({ length: 5 }, () => ({ answer: null })));
});

const nested = (operators: number) => `${'{"!":['.repeat(operators)}true${']}'.repeat(operators)}`;

async function refusal(text: string): Promise<Record<string, unknown>> {
  const error: unknown = await admin
    .query('select private.json_logic($1::jsonb, null)', [text])
    .catch((reason: unknown) => reason);
  const { code, message, detail, hint } = error as Record<string, string>;
  return { code, message, detail: JSON.parse(detail ?? 'null') as unknown, hint };
}

test('a refusal names its key, the operator and the next step', async () => {
  expect(await refusal('{"!":{"bogus":1}}')).toEqual({
    code: 'PT422',
    message: 'rule_operator_unknown',
    detail: { operator: 'bogus' },
    hint: expect.stringMatching(/^Use one of these operators: var missing .* log$/),
  });
  expect(await refusal(nested(65))).toEqual({
    code: 'PT422',
    message: 'rule_too_deep',
    detail: { limit: 64 },
    hint: expect.stringContaining('flatter'),
  });
  expect(await refusal('{"*":[]}')).toEqual({
    code: 'PT422',
    message: 'rule_arguments_invalid',
    detail: { operator: '*' },
    hint: 'Give * at least one factor.',
  });
});

test('a rule may nest 64 operators', async () => {
  const deepLists = `${'['.repeat(64)}1${']'.repeat(64)}`;
  const deepScopes = `${'{"map":[[1],'.repeat(64)}{"+":1}${']}'.repeat(64)}`;
  expect(await differences([[nested(64)], [deepLists]])).toEqual([]);
  expect(await refusal(deepScopes)).toMatchObject({ message: 'rule_too_deep' });
});

test('deep data exhausts nothing', async () => {
  const deep = `${'['.repeat(3000)}1e-400${']'.repeat(3000)}`;
  expect(await differences([['{"cat":[{"var":""},"!"]}', deep]])).toEqual([]);
});

test.each([
  ['{"and":[{"var":"x"},{"in":["a",["a"]]}]}', null],
  ['{"a":1,"b":{"bogus":1}}', null],
  ['null', null],
  ['{"missing_some":[1,{"var":"keys"}]}', null],
  ['{"if":[true,1,{"bogus":1}]}', 'rule_operator_unknown'],
  ['[{"map":[[],{"bogus":1}]}]', 'rule_operator_unknown'],
  ['{"or":[true,{"*":[]}]}', 'rule_arguments_invalid'],
  ['{"missing_some":[1]}', 'rule_arguments_invalid'],
  [nested(64), null],
  [nested(65), 'rule_too_deep'],
  [`{"bogus":${nested(65)}}`, 'rule_too_deep'],
])('the problem of a rule before it is saved: %s', async (text, problem) => {
  const row = await admin.one('select private.json_logic_problem($1::jsonb) as problem', [text]);
  expect(row).toEqual({ problem });
});

test('every operator that counts as known can be evaluated', async () => {
  const rows = await admin.query<{ operator: string }>(
    'select unnest(private.json_logic_operators()) as operator',
  );
  const cases = rows.map(({ operator }): Case => [`{"${operator}":[1,["a"]]}`, data]);
  expect(await differences(cases)).toEqual([]);
  expect(cases.map((example) => answerOfPackage(pristine, example))).not.toContain('refused');
});

test('the answer does not depend on how the caller prints floating-point numbers', async () => {
  await admin.query('set extra_float_digits = -15');
  expect(await differences([['{"+":[0.1,0.2]}'], ['{"cat":[{"/":[1,3]}]}']])).toEqual([]);
  await admin.query('reset extra_float_digits');
});

test('nobody but its owner may execute the evaluator', async () => {
  const rows = await admin.query(
    `select p.proname
     from pg_proc as p
     cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as grants
     where p.pronamespace = 'private'::regnamespace
       and (p.proname ~ 'json_logic' or p.proname = 'is_truthy')
       and grants.grantee <> p.proowner`,
  );
  expect(rows).toEqual([]);
});
