import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('registry_names');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

test('a payment that is entered while its customer is renamed is under the new name, whoever commits first', async () => {
  const finance = await database.asUser('finance@acme.test');
  const owner = await database.asUser('owner@acme.test');
  const { id } = await finance.one<{ id: string }>(
    `select id from customers where status = 'active' order by code limit 1`,
  );
  for (const [index, isRenamedFirst] of [true, false, true, false].entries()) {
    const name = `Renamed ${index}`;
    const rename = () => owner.query(`update customers set name = $1 where id = $2`, [name, id]);
    const pay = () =>
      finance.rpc('record_payment', { customer_id: id, method: 'cash', amount: 100 + index });
    const [first, second] = isRenamedFirst
      ? ([owner, finance] as const)
      : ([finance, owner] as const);
    await first.query('begin');
    await (isRenamedFirst ? rename() : pay());
    await second.query('begin');
    // The second waits for the first, or has done its part already; either way both are told the same.
    const other = isRenamedFirst ? pay() : rename();
    await first.query('commit');
    await other;
    await second.query('commit');
    expect(
      await admin.query('select * from private.verify_registry($1)', ['financial_ledger']),
    ).toEqual([]);
    expect(
      await admin.query(
        `select distinct counterparty_name from financial_ledger where counterparty_id = $1`,
        [id],
      ),
    ).toEqual([{ counterparty_name: name }]);
  }
});
