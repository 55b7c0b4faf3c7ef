import { afterAll, beforeAll, expect, test } from 'vitest';
import fc from 'fast-check';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('rules');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

/** JSON texts, because JavaScript could not write all of these numbers. */
const VALUES = [
  ...['null', 'true', 'false', '{}', '[]', '{"a": 1}', '[1]', '[5]', '["a"]'],
  ...['0', '1', '-1', '5', '5.0', '4.999', '5.001', '4.9999', '0.1', '0.30000000000000004', '-0.0'],
  ...[
    '999999999999.999',
    '1e12',
    '9007199254740993',
    '9007199254740992',
    '1e300',
    '1e400',
    '-1e400',
    '1e-400',
  ],
  ...[
    '""',
    '"0"',
    '"5"',
    '"5.0"',
    '" 5 "',
    '"a"',
    '"A"',
    '"a\\"b"',
    '"true"',
    '"null"',
    '"é"',
    '"\\\\"',
    '"\\u0001"',
  ],
];
const LITERALS = VALUES.filter((value) => !/^[[{]/.test(value));
const X = '{"var": "x"}';

/** Every operator that is compiled, over a member, a literal and another member. */
const RULES = [
  'true',
  'false',
  X,
  '{"var": ["x"]}',
  '{"var": "x.a"}',
  '{"var": "x.0"}',
  '{"var": "x.length"}',
  `{"!": ${X}}`,
  `{"!": [${X}]}`,
  `{"!!": [${X}]}`,
  `{"in": [${X}, ["a", "", "5", "a\\"b", "\\\\"]]}`,
  `{"and": [${X}, {"!": {"var": "y"}}]}`,
  `{"or": [{"==": [${X}, "a"]}, {"<": [{"var": "y"}, 5]}]}`,
  `{"and": [{"<": [${X}, 5]}, {"or": [{"!=": [{"var": "y"}, "a"]}, {"!": {">=": [${X}, 0]}}]}]}`,
  ...['<', '<=', '>', '>=', '==', '===', '!=', '!=='].map(
    (op) => `{"${op}": [${X}, {"var": "y"}]}`,
  ),
  ...['<', '>=', '==', '!=='].flatMap((op) =>
    LITERALS.map((literal) => `{"${op}": [${X}, ${literal}]}`),
  ),
  ...['<=', '!='].flatMap((op) =>
    ['5', '"5"', 'null'].map((literal) => `{"${op}": [${literal}, ${X}]}`),
  ),
  ...['<', '<='].flatMap((op) => [
    `{"${op}": [0, ${X}, 5]}`,
    `{"${op}": [-1, ${X}, {"var": "y"}]}`,
  ]),
];

const ASKED = `
  select r.rule::text as rule, d.data::text as data, jsonb_path_match(d.data, private.compile_rule(r.rule), silent => true) as compiled,
    private.is_truthy(private.json_logic(r.rule, d.data)) as meant
  from unnest($1::jsonb[]) r (rule), unnest($2::jsonb[]) d (data)`;

/** What the compiled form says otherwise than the interpreter. */
async function differences(rules: string[], data: string[]): Promise<Record<string, unknown>[]> {
  return admin.query(`select * from (${ASKED}) a where a.compiled <> a.meant`, [rules, data]);
}

test('over odd values a compiled rule says what the interpreter says, or nothing', async () => {
  const data = [
    '{}',
    '{"y": 5}',
    ...VALUES.map((value, n) => `{"x": ${value}, "y": ${VALUES[(n * 7) % VALUES.length]}}`),
    ...['5', '"a"', 'null', '9007199254740992'].map((value) => `{"x": ${value}, "y": ${value}}`),
    '{"x": 9007199254740993, "y": 9007199254740992}',
  ];
  expect(await differences(RULES, data)).toEqual([]);
});

test('over whatever people think of as well', async () => {
  const value = fc.constantFrom(...VALUES);
  const variable = fc
    .constantFrom('x', 'y', 'x.a', 'z', 'x"y', "x'y", 'x\\', '$', 'x y', '0')
    .map((name) => `{"var": ${JSON.stringify(name)}}`);
  const rule = fc.letrec<{ rule: string }>((tie) => ({
    rule: fc.oneof(
      { maxDepth: 4 },
      fc.oneof(fc.constantFrom(...LITERALS), variable),
      fc
        .tuple(
          fc.constantFrom(
            '<',
            '<=',
            '>',
            '>=',
            '==',
            '===',
            '!=',
            '!==',
            '!',
            '!!',
            'and',
            'or',
            'in',
            'if',
            '+',
            'cat',
          ),
          fc.array(tie('rule'), { maxLength: 3 }),
        )
        .map(([op, operands]) => `{"${op}": [${operands.join()}]}`),
    ),
  })).rule;
  const datum = fc
    .tuple(value, value, value)
    .map(
      ([x, y, z]) =>
        `{"x": ${x}, "y": ${y}, "x\\"y": ${z}, "x'y": ${x}, "x\\\\": ${y}, "$": ${z}, "x y": ${x}, "0": ${y}}`,
    );
  await fc.assert(
    fc.asyncProperty(
      fc.array(rule, { minLength: 60, maxLength: 60 }),
      fc.array(datum, { minLength: 6, maxLength: 6 }),
      async (rules, data) => {
        expect(await differences(rules, data)).toEqual([]);
      },
    ),
    { numRuns: 15 },
  );
});

test('what companies write is answered by the compiled form', async () => {
  const order = {
    total: 4999.99,
    channel: 'phone',
    is_on_hold: false,
    notes: null,
    lines: 3,
  };
  const rules = [
    'true',
    '{"<": [{"var": "order.total"}, 10000]}',
    '{">=": [{"var": "customer.credit_limit"}, {"var": "order.total"}]}',
    '{"and": [{"<=": [0, {"var": "order.total"}, 5000]}, {"in": [{"var": "order.channel"}, ["phone", "portal"]]}]}',
    '{"or": [{"!": {"var": "order.is_on_hold"}}, {"==": [{"var": "customer.customer_type"}, "wholesale"]}]}',
    '{"===": [{"var": "order.notes"}, null]}',
  ];
  const answers = await admin.query(ASKED, [
    rules,
    [JSON.stringify({ order, customer: { customer_type: 'retail', credit_limit: 5000 } })],
  ]);
  expect(answers.map(({ compiled, meant }) => [compiled, meant])).toEqual(
    rules.map(() => [true, true]),
  );
});

test('a name or a text in a rule stays a name or a text', async () => {
  const names = [
    'x" == true || "a" == "a',
    '"] || 1 == 1',
    '$.secret',
    '*',
    'x") || ("1',
    '\\" || 1 == 1',
  ];
  const rules = names.flatMap((name) => [
    `{"==": [{"var": ${JSON.stringify(name)}}, "no"]}`,
    `{"==": [{"var": "x"}, ${JSON.stringify(name)}]}`,
    `{"in": [{"var": "x"}, [${JSON.stringify(name)}]]}`,
  ]);
  const answers = await admin.query<{ rule: string; compiled: boolean | null; meant: boolean }>(
    ASKED,
    [rules, ['{"x": "yes", "secret": "no"}']],
  );
  expect(answers.filter(({ compiled, meant }) => compiled === true || meant)).toEqual([]);
});
