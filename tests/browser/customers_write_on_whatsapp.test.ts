import { afterAll, beforeAll, expect, test } from 'vitest';
import { Meta } from '../../scripts/whatsapp/meta.ts';
import { signIn } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const NUMBER = '106540352242922';
const SECRET = 'secret-of-the-app';
const meta = new Meta({ appSecret: SECRET, webhook: '', phoneNumberId: NUMBER });

// The stack of this file is started with these, so they come before it.
beforeAll(async () => {
  await meta.start();
  process.env['WHATSAPP_APP_SECRET'] = SECRET;
  process.env['WHATSAPP_VERIFY_TOKEN'] = 'handshake';
  process.env['WHATSAPP_API_URL'] = meta.url;
});
const visit = useBrowser();
afterAll(() => meta.stop());

test('a customer writes on WhatsApp, is answered in the inbox, and an order begins beside what he wrote', async () => {
  const browser = visit();
  meta.webhook = `${testStack().url}/functions/v1/whatsapp-webhook`;
  const company = await Company.open();
  const owner = company.by('owner');
  const channel = await owner.ask<{ id: string }[]>('/rest/v1/channels?select=id', {
    body: { name: 'Orders line', kind: 'whatsapp', phone_number_id: NUMBER },
    headers: { prefer: 'return=representation' },
  });
  expect(channel.status).toBe(201);
  await owner.command('set_channel_token', {
    channel_id: channel.body[0]?.id,
    access_token: 'EAAG-token',
  });
  // Nothing comes in before Meta has shown the number to that token.
  const number = async () =>
    (
      await owner.ask<{ display_number: string | null }[]>(
        '/rest/v1/channels?select=display_number',
      )
    ).body[0]?.display_number;
  await expect.poll(number, { timeout: 20_000 }).toBe('+254 700 000 000');
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/inbox');
  await meta.write('254733000111', 'Habari, naomba kreti mbili za cola');

  // It is there by itself, and read by whoever opens it.
  await sales.page.getByText('1 unread').waitFor();
  await sales.page.getByRole('link', { name: /Mama Njeri/ }).click();
  const thread = sales.page.getByRole('list', { name: 'Conversation' });
  await thread.getByText('Habari, naomba kreti mbili za cola').waitFor();
  await sales.page.getByText('1 unread').waitFor({ state: 'detached' });

  // By keys: r answers, and WhatsApp tells that it was read.
  await sales.page.keyboard.press('r');
  await sales.page.keyboard.type('Karibu! Tunaleta kesho.');
  await sales.button('Send').click();
  await thread.getByText(/· Read ·/).waitFor();
  expect(meta.sent.map(({ to, text }) => ({ to, text }))).toEqual([
    { to: '254733000111', text: 'Karibu! Tunaleta kesho.' },
  ]);

  // After a slash the answers that are used again are offered; Enter takes one.
  const answers = await company.by('sales').ask('/rest/v1/canned_replies', {
    body: { shortcut: 'thanks', body: 'Asante {contact}, from {agent}.' },
  });
  expect(answers.status).toBe(201);
  await sales.page.reload();
  const box = sales.page.getByRole('textbox', { name: 'Answer', exact: true });
  await box.fill('/th');
  await sales.page.getByRole('button', { name: /^\/thanks/ }).waitFor();
  await box.press('Enter');
  await expect.poll(() => box.inputValue()).toMatch(/^Asante Mama Njeri, from .+\.$/);
  await box.fill('');

  // A note stays among colleagues.
  await sales.page.keyboard.press('Escape');
  await sales.button('Note for colleagues').click();
  await sales.page.getByLabel('Note for colleagues', { exact: true }).last().fill('Pays cash');
  await sales.button('Save').first().click();
  await thread.getByText('Pays cash').waitFor();
  expect(meta.sent).toHaveLength(1);

  // Whose this person is, and an order for that customer.
  await sales.pick('Customer', 'Kilimani Mini Mart');
  await sales.page.getByRole('link', { name: 'New order' }).waitFor();

  // A colleague who did not see the answer is told of it.
  const before = await signIn(browser, 'manager@acme.test');
  await bringAxe(before);
  await before.open(new URL(sales.page.url()).pathname);
  await before.page.getByRole('list', { name: 'Conversation' }).getByText('Pays cash').waitFor();
  expect(await violationsOf(before)).toEqual([]);

  await sales.button('Resolve').click();
  await sales.page.getByText('The conversation is resolved.').waitFor();
  await sales.page.getByRole('link', { name: 'New order' }).click();
  await sales.page.waitForURL(/\/orders\/new\?.*customer=/);
  const buyer = sales.page.getByRole('combobox', { name: 'Customer' });
  await expect.poll(() => buyer.inputValue()).toContain('Kilimani Mini Mart');
  for (const person of [sales, before]) expect(person.errors).toEqual([]);
});

test('what Meta refuses for good is told in the thread, and can be sent again', async () => {
  const browser = visit();
  await meta.write('254733000222', 'Hello');
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/inbox?view=all');
  meta.refuse({ status: 400, code: 131026, message: 'Message undeliverable' });
  await sales.page.getByRole('link', { name: /Hello/ }).click();
  await sales.page.getByLabel('Answer', { exact: true }).last().fill('Hello, too');
  await sales.button('Send').click();
  await sales.page.getByText('131026: Message undeliverable').waitFor();
  await sales.button('Send it again').click();
  const thread = sales.page.getByRole('list', { name: 'Conversation' });
  await thread.getByText(/· Read ·/).waitFor();
  expect(sales.errors).toEqual([]);
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

test('a picture that a customer sends is seen in the thread, and a paper goes back', async () => {
  const browser = visit();
  await meta.sendFile('254733000222', 'image', {
    bytes: PNG,
    type: 'image/png',
    caption: 'My shop',
  });
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/inbox?view=all');
  await sales.page.getByRole('link', { name: /My shop/ }).click();
  await sales.page.getByRole('img', { name: 'My shop' }).waitFor();
  const paper = Buffer.from('%PDF-1.4 invoice');
  await sales.page.getByLabel('Add a file').setInputFiles({
    name: 'Invoice.pdf',
    mimeType: 'application/pdf',
    buffer: paper,
  });
  await sales.page.getByLabel('Answer', { exact: true }).last().fill('As asked');
  await sales.button('Send').click();
  await sales.page.getByRole('button', { name: 'Open Invoice.pdf' }).waitFor();
  await expect
    .poll(() => meta.sent.at(-1)?.body['document'], { timeout: 20_000 })
    .toMatchObject({ filename: 'Invoice.pdf', caption: 'As asked' });
  const { id } = meta.sent.at(-1)?.body['document'] as { id: string };
  expect(meta.media.get(id)?.bytes.toString()).toBe(paper.toString());
  expect(sales.errors).toEqual([]);
});

test('what customers are told, and in which words, is chosen on one page', async () => {
  const browser = visit();
  const owner = await signIn(browser, 'owner@acme.test');
  await owner.open('/settings');
  await owner.page.getByRole('link', { name: 'Messages to customers' }).click();
  await owner.page.getByLabel('An order comes next').selectOption('Told by SMS');
  await owner.page.getByText('The choice is saved.').waitFor();
  await owner.button('Write own words').click();
  await owner.page.getByLabel('Text').fill('Karibu {customer}, {number} ni yako.');
  await owner.page.getByText('Karibu Mama Njeri Shop, ORD-000123 ni yako.').waitFor();
  await owner.button('Save').click();
  await owner.page.getByText('The text is saved.').waitFor();
  await owner.button('Add a template').click();
  await owner.page.getByLabel('Name at WhatsApp').fill('order_ready');
  await owner.page.getByLabel('Tells of').selectOption('An order is on its way');
  await owner.page.getByLabel('Text').fill('Hi {contact}');
  await owner.button('Save').click();
  await owner.page.getByText('The text has a name in braces that is not known.').first().waitFor();
  await owner.page.getByLabel('Text').fill('Hi {customer}');
  await owner.button('Save').click();
  await owner.page.getByText('order_ready, en (Pending)').waitFor();
  expect(owner.errors).toEqual([]);
});

test('a known customer orders by writing: he is told what it costs, says yes, and the clerk sees what was understood', async () => {
  const browser = visit();
  const owner = await signIn(browser, 'owner@acme.test');
  await owner.open('/settings');
  await owner.button('Edit Orders line').click();
  await owner.page.getByLabel('Takes orders by message').check();
  await owner.button('Save').click();
  await owner.page.getByText('The number is saved.').waitFor();

  const told = (pattern: RegExp) =>
    expect
      .poll(() => meta.sent.map(({ text }) => text))
      .toContainEqual(expect.stringMatching(pattern));
  await meta.write('254733000111', 'Habari, naomba kreti mbili za cola kesho');
  await told(/2 crate Cola 300 ml[^]*Answer YES to order/);
  const sales = await signIn(browser, 'sales@acme.test');
  await sales.open('/inbox?view=all');
  await sales.page.getByRole('link', { name: /we understood/ }).click();
  await sales.page.getByRole('heading', { name: 'What was understood' }).waitFor();
  await sales.page.getByText('“naomba kreti mbili za cola”').waitFor();
  await sales.page.getByText('Waiting for a yes').waitFor();
  await meta.write('254733000111', 'Ndiyo');
  await told(/Your order ORD-\S+ of KES/);
  await sales.page.getByText('Ordered', { exact: true }).waitFor();
  await sales.page.getByRole('link', { name: /^ORD-/ }).last().click();
  await sales.page.waitForURL(/\/orders\/[0-9a-f-]{36}/);
  for (const person of [owner, sales]) expect(person.errors).toEqual([]);
});
