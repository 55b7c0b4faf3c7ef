import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

let database: TestDatabase;
let admin: Session;

beforeAll(async () => {
  database = await cloneDatabase('registry_names');
  admin = await database.asAdmin();
});

afterAll(() => database.drop());

/** Has somebody begin something, until he is done with it or waits for somebody else. */
async function begun(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  void work.finally(() => (isDone = true));
  const waiting = () =>
    admin.one<{ count: number }>(
      `select count(*)::int from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
  await expect.poll(async () => isDone || (await waiting()).count > 0).toBe(true);
}

test.each([true, false])(
  'a person who is entered while his company is renamed is listed under the new name (renamed first: %s)',
  async (isRenamedFirst) => {
    const manager = await database.asUser('manager@acme.test');
    const owner = await database.asUser('owner@acme.test');
    const { id } = await owner.one<{ id: string }>(
      `select id from customers where status = 'active' order by code limit 1`,
    );
    const name = `Renamed ${String(isRenamedFirst)}`;
    const rename = () => owner.query(`update customers set name = $1 where id = $2`, [name, id]);
    const enter = () =>
      manager.query(`insert into contacts (customer_id, name) values ($1, $2)`, [id, name]);
    const [first, second] = isRenamedFirst
      ? ([owner, manager] as const)
      : ([manager, owner] as const);
    await first.query('begin');
    await (isRenamedFirst ? rename() : enter());
    await second.query('begin');
    const other = isRenamedFirst ? enter() : rename();
    await begun(other);
    await first.query('commit');
    await other;
    await second.query('commit');
    expect(
      await admin.query(
        `select distinct company_name from people_directory where entity_id = $1 and source = 'contacts'`,
        [id],
      ),
    ).toEqual([{ company_name: name }]);
    expect(
      await admin.query('select * from private.verify_registry($1)', ['people_directory']),
    ).toEqual([]);
  },
);
