import { expect, test } from 'vitest';
import { signIn, type Person } from '../harness/browser.ts';
import { as } from '../api/client.ts';
import { Company } from './_support/company.ts';
import { confirm, CRATE, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

const found = (person: Person, product: string) =>
  person.page.getByLabel(`Found of ${product}, good`);

async function scan(person: Person, code: string, answer: string | RegExp): Promise<void> {
  const field = person.page.getByLabel('Scan a product');
  await field.fill(code);
  await field.press('Enter');
  await person.page.getByRole('status').getByText(answer).waitFor();
}

test('a place is counted blind, by scanning, and only what differs is counted again and posted', async () => {
  const company = await Company.open();
  const warehouse = company.by('warehouse');
  const water = await company.by('sales').row('products?sku=eq.WAT-500&select=id,name');
  const [code, pallet] = await Promise.all(
    ['is.null', 'not.is.null'].map((pack) =>
      company
        .by('sales')
        .row(
          `product_barcodes?product_id=eq.${company.cola.id}&pack_id=${pack}&select=code&limit=1`,
        ),
    ),
  );
  const counter = await (
    await as('warehouse@acme.test')
  ).rpc<{ user: { id: string } }>('my_session');
  const count = await warehouse.command('create_stock_count', {
    warehouse_id: company.depot.id,
    counter_ids: [counter.body.user.id],
    product_ids: [company.cola.id, water.id],
  });
  const books = async () =>
    (
      await warehouse.row(
        `inventory?warehouse_id=eq.${company.depot.id}&product_id=eq.${company.cola.id}&condition=eq.good&select=on_hand`,
      )
    )['on_hand'] as number;
  const before = await books();

  const phone = await signIn(visit(), 'warehouse@acme.test', { isPhone: true });
  await phone.open(`/stock/counts/${count.id}`);
  await phone.button('Start counting').click();
  await state(phone, 'Counting');
  await scan(phone, String(code?.['code']), `1 more of ${CRATE}`);
  await scan(phone, String(pallet?.['code']), `60 more of ${CRATE}`);
  await scan(phone, 'col-300', `1 more of ${CRATE}`);
  expect(await found(phone, CRATE).inputValue()).toBe('62');
  await scan(phone, '5901234123457', '5901234123457 is not on this sheet');
  // Nothing there is a figure of its own.
  await found(phone, String(water['name'])).fill('0');
  await phone.button('Record 2 lines').click();
  await phone.page.getByText('2 lines were recorded').waitFor();
  await confirm(phone, 'Finish counting');
  await state(phone, 'Counted');

  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(`/stock/counts/${count.id}`);
  await manager.page.getByRole('checkbox', { name: new RegExp(String(water['name'])) }).check();
  await manager.button(/counted again/).click();
  await state(manager, 'Recounting');
  await phone.page.reload();
  await found(phone, String(water['name'])).fill('3');
  await phone.button('Record 1 line').click();
  await confirm(phone, 'Finish counting');
  await state(phone, 'Counted');
  await manager.page.reload();
  await manager.button('Approve').click();
  await state(manager, 'Approved');
  await manager.button('Post to stock').click();
  await state(manager, 'Posted');
  expect(before).not.toBe(62);
  expect(await books()).toBe(62);
});
