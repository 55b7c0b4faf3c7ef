import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;

beforeAll(async () => {
  database = await cloneDatabase('empties_once');
  races = await Races.open(database);
});

afterAll(() => database.drop());

test('of two write-offs of more than a customer holds together one is approved', async () => {
  const customer = await races.made(`tests.customer('Kilimani Mini Mart')`);
  await races.number(
    `(select count(*) from private.move_containers(tests.tenant('acme'), 'outside', tests.tenant('acme'), 'customer', '${customer}', 'product', tests.product('EMP-CRATE24'),
      jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'quantity', 3, 'unit_deposit', 400)), now()))`,
  );
  const asked = () =>
    races.made(
      `(select w.id from tests.sign_in('warehouse@acme.test'), public.write_off_containers('${customer}', tests.product('EMP-CRATE24'), 2, 'Gone') w)`,
    );
  const approve = (id: string, person: string): Attempt => [
    person,
    'approve_container_write_off',
    { container_write_off_id: id },
  ];
  const [one, other] = [await asked(), await asked()];
  expect(
    await races.at('customers', customer, [approve(one, 'manager'), approve(other, 'admin')]),
  ).toEqual({ ok: 1, containers_not_held: 1 });
  expect(
    await races.number(
      `(select quantity::integer from container_balances where holder = 'customer' and holder_id = '${customer}')`,
    ),
  ).toBe(1);
});

test('a write-off is approved and reversed once', async () => {
  const customer = await races.made(`tests.customer('Gikomba Traders')`);
  await races.number(
    `(select count(*) from private.move_containers(tests.tenant('acme'), 'outside', tests.tenant('acme'), 'customer', '${customer}', 'product', tests.product('EMP-CRATE24'),
      jsonb_build_array(jsonb_build_object('product_id', tests.product('EMP-CRATE24'), 'quantity', 9, 'unit_deposit', 400)), now()))`,
  );
  const id = await races.made(
    `(select w.id from tests.sign_in('warehouse@acme.test'), public.write_off_containers('${customer}', tests.product('EMP-CRATE24'), 2, 'Gone') w)`,
  );
  const every = (command: string, more: Record<string, unknown> = {}): Attempt[] =>
    ['manager', 'admin', 'owner'].map((person) => [
      person,
      command,
      { container_write_off_id: id, ...more },
    ]);
  expect(await races.at('customers', customer, every('approve_container_write_off'))).toEqual({
    ok: 1,
    container_write_off_transition_illegal: 2,
  });
  expect(
    await races.at(
      'customers',
      customer,
      every('reverse_container_write_off', { reason: 'Found' }),
    ),
  ).toEqual({ ok: 1, container_write_off_transition_illegal: 2 });
  expect(
    await races.number(
      `(select quantity::integer from container_balances where holder = 'customer' and holder_id = '${customer}')`,
    ),
  ).toBe(9);
});
