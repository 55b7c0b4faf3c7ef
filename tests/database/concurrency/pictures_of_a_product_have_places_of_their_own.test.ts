import { afterAll, beforeAll, expect, test } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';
import { Races, type Attempt } from './race.ts';

let database: TestDatabase;
let races: Races;
let admin: Session;
let product: string;
let company: string;

beforeAll(async () => {
  database = await cloneDatabase('pictures_at_once');
  races = await Races.open(database);
  admin = await database.asUser('admin@acme.test');
  product = await races.made(`tests.product('COL-300')`);
  company = await races.made(`tests.tenant('acme')`);
});

afterAll(() => database.drop());

const thumbnail = 'data:image/jpeg;base64,/9j/4AAQ';

async function stored(name: string): Promise<Attempt> {
  const path = `${company}/${name}`;
  await admin.query(
    `insert into storage.objects (bucket_id, name, owner_id, metadata) values ('product-images', $1, auth.uid()::text, '{}')`,
    [path],
  );
  return ['admin', 'add_product_image', { product_id: product, path, thumbnail }];
}

test('pictures that are added at once stand behind each other, and the eleventh is refused', async () => {
  const attempts: Attempt[] = [];
  for (let each = 1; each <= 12; each++) attempts.push(await stored(`at_once_${each}`));
  expect(await races.at('products', product, attempts)).toEqual({
    ok: 10,
    product_images_are_full: 2,
  });
  expect(
    await races.number(
      `(select count(distinct place) from product_images where place between 1 and 10)`,
    ),
  ).toBe(10);
});
