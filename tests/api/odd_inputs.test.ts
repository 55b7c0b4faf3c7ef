import { beforeAll, expect, test } from 'vitest';
import { Client, as, type Row } from './client.ts';

let sales: Client;
let manager: Client;
let customer: Row;
let depot: Row;
let product: Row;

beforeAll(async () => {
  sales = await as('sales@acme.test');
  manager = await as('manager@acme.test');
  customer = await sales.row('customers?name=eq.Karen Country Kiosk&select=*');
  depot = await sales.row('warehouses?code=eq.NBO&select=*');
  product = await sales.row('products?sku=eq.WAT-500&select=*');
});

const TEXTS: Record<string, string> = {
  SQL: `'; drop table orders; --`,
  template: '{{constructor.constructor("return 1")()}} ${7*7} <%= 7*7 %>',
  formula: '=HYPERLINK("http://x.test","y")',
  markup: '<script>alert(1)</script><img src=x onerror=alert(1)>',
  'right to left': 'مرحبا \u202eabc\u202c שלום',
  'zero width': 'a\u200bb\u200d\ufeffc',
  emoji: '👩‍👩‍👧‍👦 🇰🇪',
  percent: '%s %n %x \\ \\\\ \\u0000',
  'line ends': 'a\r\nb\tc\u2028d',
};

const order = (change: Record<string, unknown> = {}) => ({
  customer_id: customer.id,
  warehouse_id: depot.id,
  lines: [{ product_id: product.id, quantity: 1 }],
  ...change,
});

/** 4xx with an error body that says what, and no word about how it works inside. */
function expectRefusal(name: string, answer: { status: number; text: string; body: unknown }) {
  expect({ name, status: answer.status, text: answer.text }).toMatchObject({
    name,
    status: expect.toSatisfy((status: number) => status >= 400 && status < 500) as number,
  });
  expect(answer.body).toMatchObject({
    code: expect.any(String) as string,
    message: expect.any(String) as string,
  });
  expect(answer.text).not.toMatch(/PL\/pgSQL|stack|node_modules|\.ts:/);
}

test('text is stored to the letter', async () => {
  for (const [name, notes] of Object.entries(TEXTS)) {
    const created = await sales.command('create_order', order({ notes }));
    const stored = await sales.row(`orders?id=eq.${created.id}&select=*`);
    expect({ name, notes: stored['notes'] }).toEqual({ name, notes });
  }
  const long = 'ж'.repeat(4000);
  const created = await sales.command('create_order', order({ notes: long }));
  expect((await sales.row(`orders?id=eq.${created.id}&select=*`))['notes']).toBe(long);
});

test('text that cannot be stored is refused', async () => {
  const body = (notes: string) => JSON.stringify(order({ notes: '@@' })).replace('@@', notes);
  const bad: Record<string, string> = {
    NUL: body('a\\u0000b'),
    'a lone high surrogate': body('a\\ud800b'),
    'a lone low surrogate': body('a\\udc00b'),
    'ten thousand letters': body('x'.repeat(10_000)),
    'a raw control character': body('a\u0001b'),
  };
  for (const [name, text] of Object.entries(bad)) {
    expectRefusal(name, await sales.rpc('create_order', text));
  }
});

test('a number that is no quantity is refused', async () => {
  const bad = [
    '0',
    '-1',
    '1e308',
    '"NaN"',
    '"Infinity"',
    '9007199254740993',
    '1e-9',
    'true',
    'null',
  ];
  for (const quantity of [...bad, '"1 or 1=1"', '[]', '{}', '""']) {
    const text = JSON.stringify(order({ lines: [{ product_id: product.id, quantity: '@@' }] }));
    const answer = await sales.rpc('create_order', text.replace('"@@"', quantity));
    expectRefusal(quantity, answer);
    expect(answer.body).toMatchObject({ code: 'PT422', message: 'lines_invalid' });
  }
});

test('money that is none is refused', async () => {
  for (const amount of [
    '0',
    '-1',
    '1e308',
    '"NaN"',
    '"Infinity"',
    '"-Infinity"',
    '0.001',
    'null',
  ]) {
    const text = JSON.stringify({ customer_id: customer.id, method: 'cash', amount: '@@' });
    expectRefusal(amount, await sales.rpc('record_payment', text.replace('"@@"', amount)));
  }
  expectRefusal(
    'a method nobody knows',
    await sales.rpc('record_payment', { customer_id: customer.id, method: 'gold', amount: 1 }),
  );
});

test('a day that is none is refused', async () => {
  const days = ['2026-02-30', 'infinity', '-infinity', '0000-00-00', 'tomorrow-ish', '99999-01-01'];
  for (const requested_on of days) {
    expectRefusal(requested_on, await sales.rpc('create_order', order({ requested_on })));
  }
  for (const planned_start_at of ['infinity', '-infinity', '2026-02-30T00:00:00Z', 'now-ish']) {
    expectRefusal(
      planned_start_at,
      await manager.rpc('create_trip', {
        warehouse_id: depot.id,
        planned_start_at,
        planned_end_at: 'infinity',
      }),
    );
  }
});

test('an id that is none, nil or of something else is refused', async () => {
  const ids = ['', 'x', '1', '00000000-0000-0000-0000-000000000000', product.id, `${customer.id}'`];
  for (const customer_id of [...ids, null, 5, {}, []]) {
    const name = JSON.stringify(customer_id);
    expectRefusal(name, await sales.rpc('create_order', order({ customer_id })));
  }
  expectRefusal('no customer', await sales.rpc('create_order', { lines: [] }));
  expectRefusal('too much', await sales.rpc('create_order', order({ is_free: true })));
});

test('a body that is no request is refused', async () => {
  const bodies: Record<string, string> = {
    nothing: ' ',
    'half a body': '{"customer_id": "',
    'a list': '[]',
    text: '"x"',
    number: '5',
    deep: `{"lines": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`,
    'no UTF-8': '{"notes": "\ud800"}',
  };
  for (const [name, text] of Object.entries(bodies)) {
    expectRefusal(name, await sales.rpc('create_order', text));
  }
  const huge = await sales.rpc('create_order', order({ notes: 'x'.repeat(3_000_000) }));
  expect(huge.status).toBe(413);
});

test('of two equal keys the last one counts, everywhere alike', async () => {
  const text = JSON.stringify(order({ notes: 'first' })).replace(
    '"notes":"first"',
    '"notes":"first","notes":"second"',
  );
  const { status, body } = await sales.rpc('create_order', text);
  expect(status).toBe(200);
  expect(body['notes']).toBe('second');
});

test('deep and many lines are named or refused, never lost', async () => {
  const deep = JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) as unknown;
  for (const lines of [deep, [deep], 'x', 5, null, [[]], Array(501).fill({ quantity: 1 })]) {
    const answer = await sales.rpc('create_order', order({ lines }));
    expectRefusal(JSON.stringify(lines).slice(0, 40), answer);
    expect(answer.body).toMatchObject({ message: 'lines_invalid' });
  }
});

test('places that are not on earth are refused', async () => {
  const place = { customer_id: customer.id, label: 'Shop', street: 'Road 1', city: 'Nairobi' };
  const positions: [unknown, unknown][] = [
    [91, 0],
    [0, 181],
    [36.8, -1234],
    ['NaN', 'NaN'],
    [1e308, 0],
    [1, null],
  ];
  for (const [latitude, longitude] of positions) {
    const answer = await sales.ask('/rest/v1/customer_addresses', {
      body: { ...place, latitude, longitude },
    });
    expectRefusal(`${String(latitude)}, ${String(longitude)}`, answer);
  }
});

test('a filter that is none is refused', async () => {
  const filters = [
    'id=eq.x',
    'id=in.(x)',
    'nothing=eq.1',
    'id=foo.1',
    'total=gt.NaNa',
    'order=nothing',
  ];
  for (const filter of [...filters, 'select=nothing', 'limit=-1', 'notes=eq.%00']) {
    expectRefusal(filter, await sales.ask(`/rest/v1/orders?${filter}`));
  }
  expectRefusal('a table nobody knows', await sales.ask('/rest/v1/secrets'));
  expectRefusal('a command nobody knows', await sales.rpc('drop_everything', {}));
});

test('a row that breaks a rule is refused in words, and another company’s id like an unknown one', async () => {
  const added = (row: Record<string, unknown>) => sales.ask('/rest/v1/customers', { body: row });
  expect(await added({ name: 'Duka', phone: '0712' })).toMatchObject({
    status: 422,
    body: {
      code: 'PT422',
      message: 'phone_is_e164',
      details: '{"phone": "0712"}',
      hint: 'This is not a phone number. Write it as it is dialled, like 0712 345 678, or with a plus sign and the country code, like +254712345678.',
    },
  });
  expect(await added({ phone: '+254712345678' })).toMatchObject({
    status: 422,
    body: { code: 'PT422', message: 'input_invalid', details: '{"name": "required"}' },
  });
  const stranger = await as('admin@globex.test');
  const theirs = (await stranger.row('territories?select=*')).id;
  const nothing = '00000000-0000-7000-8000-000000000000';
  const answers = [];
  for (const territory_id of [theirs, nothing]) {
    const { status, text } = await added({ name: 'Duka', territory_id });
    answers.push({ status, text: text.replaceAll(territory_id, '<id>') });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toMatchObject({ status: 404 });
  const changed = await sales.ask(`/rest/v1/customers?id=eq.${customer.id}`, {
    method: 'PATCH',
    body: { email: 'nobody' },
  });
  expect(changed).toMatchObject({ status: 422, body: { message: 'email_is_an_address' } });
});

test('a value that cannot be read is refused with the code that the list of errors has', async () => {
  const bad: [Record<string, unknown>, string][] = [
    [{ credit_limit: 'plenty' }, '22P02'],
    [{ credit_limit: 1e30 }, '22003'],
    [{ territory_id: 'Nairobi' }, '22P02'],
    [{ payment_terms_days: 99999999999 }, '22003'],
    [{ notes: 'a\u0000b' }, '22P05'],
  ];
  for (const [values, code] of bad) {
    const answer = await sales.ask('/rest/v1/customers', { body: { name: 'Duka', ...values } });
    expect({ values, ...answer }).toMatchObject({ values, status: 400, body: { code } });
  }
  const days: [string, string][] = [
    ['2026-02-30', '22008'],
    ['some day', '22007'],
  ];
  for (const [valid_from, code] of days) {
    const answer = await manager.ask('/rest/v1/price_lists', { body: { name: 'x', valid_from } });
    expect({ valid_from, ...answer }).toMatchObject({ status: 400, body: { code } });
  }
  const place = await sales.ask('/rest/v1/customer_addresses', {
    body: { customer_id: customer.id, label: 'x', street: 'x', city: 'x', kind: 'castle' },
  });
  expect(place).toMatchObject({ status: 400, body: { code: '22P02' } });
  const ordered = await sales.rpc('create_order', order({ notes: 'a\u0000b' }));
  expect(ordered).toMatchObject({ status: 400, body: { code: '22P05' } });
});
