import { expect, test } from 'vitest';
import { signIn } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { confirm, CRATE, state } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('an allocated order grows a little by itself, and a lot only with a new approval', async () => {
  const browser = visit();
  const company = await Company.open();
  const order = await company.allocated('Westlands Wholesalers', 20);

  const sales = await signIn(browser, 'sales@acme.test');
  const lines = sales.page.getByRole('table', { name: `Lines of ${String(order['number'])}` });
  const change = async (quantity: string) => {
    await sales.open(`/orders/${order.id}`);
    await sales.page.getByRole('link', { name: 'Change' }).click();
    await sales.page.getByLabel(`Quantity of ${CRATE}`).fill(quantity);
    await sales.button('Save the change').click();
    await sales.page.waitForURL(`**/orders/${order.id}`);
  };
  const cells = () => lines.locator('tbody td').allInnerTexts();

  // 5 % is the tolerance of this company: one crate more is reserved at once.
  await change('21');
  await state(sales, 'Allocated');
  expect(await cells()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^21\b/), '21']) as unknown,
  );

  // Half as much again goes back to the manager and gives its stock free.
  await change('30');
  await state(sales, 'Pending approval');
  expect(await cells()).toEqual(
    expect.arrayContaining([expect.stringMatching(/^30\b/), '0']) as unknown,
  );
  const manager = await signIn(browser, 'manager@acme.test');
  await manager.open(`/orders/${order.id}`);
  await confirm(manager, 'Approve');
  await state(manager, 'Approved');

  for (const person of [sales, manager]) expect(person.errors).toEqual([]);
});
