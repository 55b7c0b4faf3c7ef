import { expect, test } from 'vitest';
import { signIn, visitor } from '../harness/browser.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const visit = useBrowser();

test('a driver who agrees is seen on the live board, by the customer as a time, and later as a way', async () => {
  const company = await Company.open();
  const order = await company.allocated('Java Corner Cafe', 2);
  const trip = await company.started([order], 'KDA 101A', 1);
  const positions = () =>
    company.by('manager').rows(`vehicle_positions?trip_id=eq.${trip.id}&select=id,latitude`);

  const office = await signIn(visit(), 'dispatcher@acme.test');
  await office.open('/trips');
  await office.page.getByRole('link', { name: 'Live board' }).click();
  const van = office.page.getByRole('region', { name: 'KDA 101A' });
  await van.getByText('Its phone does not tell where it is').waitFor();

  const driver = await signIn(visit(), 'driver@acme.test', { isPhone: true });
  await driver.context.grantPermissions(['geolocation']);
  await driver.context.setGeolocation({ latitude: -1.3002, longitude: 36.8312, accuracy: 9 });
  await driver.open('/drive');
  await driver.page.getByText(/your phone tells the office where the van is/).waitFor();
  expect(await positions()).toEqual([]);
  await driver.button('Share where I am').click();
  await driver.page.getByText(/^Told last at/).waitFor();
  expect((await positions()).map((row) => Number(row['latitude']))).toEqual([-1.3002]);

  // The board looks again by itself.
  await van.getByText(/^Seen/).waitFor();
  await van.getByText(/^about /).waitFor();
  const { body } = await company.by('sales').rpc<{ token: string }>('share_order', {
    order_id: order.id,
  });
  const buyer = await visitor(visit(), { isPhone: true });
  await buyer.open(`/track#token=${body.token}`);
  await buyer.page.getByText('You are the next stop.').waitFor();
  await buyer.page.getByText('Expected', { exact: true }).waitFor();

  await driver.button('Stop sharing where I am').click();
  await driver.button('Share where I am').waitFor();

  await office.open(`/trips/${trip.id}`);
  await office.button('Show the way').click();
  const slider = office.page.getByRole('slider', { name: 'Moment' });
  await slider.waitFor();
  await office.page.getByText(/Seen at .* ± 9 m/).waitFor();
  await slider.press('Home');
  await office
    .button(/^Show .* on the map$/)
    .first()
    .click();
  await office.page.getByRole('region', { name: 'Map of the way of the trip' }).waitFor();
  for (const person of [office, driver, buyer]) expect(person.errors).toEqual([]);
});
