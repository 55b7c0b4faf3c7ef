import { afterAll, beforeAll, expect, test } from 'vitest';
import { Meta } from '../../scripts/whatsapp/meta.ts';
import { signIn } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { dialogButton } from './_support/steps.ts';
import { useBrowser } from './_support/walk.ts';

const NUMBER = '106540352242933';
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

/** A number that gives conversations in turn, proved, and an answer that is used again. */
async function connected(company: Company) {
  meta.webhook = `${testStack().url}/functions/v1/whatsapp-webhook`;
  const owner = company.by('owner');
  const { body } = await owner.ask<{ id: string }[]>('/rest/v1/channels?select=id', {
    body: {
      name: 'Orders line',
      kind: 'whatsapp',
      phone_number_id: NUMBER,
      assigns_in_turn: true,
    },
    headers: { prefer: 'return=representation' },
  });
  await owner.command('set_channel_token', { channel_id: body[0]?.id, access_token: 'EAAG-token' });
  const number = async () => (await owner.row('channels?select=display_number'))['display_number'];
  await expect.poll(number, { timeout: 30_000 }).toBe('+254 700 000 000');
  const answer = { shortcut: 'hours', body: 'Habari {contact}, we open at eight. {agent}' };
  expect((await company.by('sales').ask('/rest/v1/canned_replies', { body: answer })).status).toBe(
    201,
  );
}

test('who is on duty is given a conversation on his phone, answers it in time, and a colleague sees that he does', async () => {
  const company = await Company.open();
  await connected(company);

  // What is promised is said once, by who manages the company.
  const owner = await signIn(visit(), 'owner@acme.test');
  await bringAxe(owner);
  await owner.open('/settings/hours');
  await owner.button('Add to Promises').click();
  await owner.page.getByLabel('Minutes until somebody has answered').fill('60');
  await owner.page.getByLabel('Minutes until it is done').fill('480');
  await dialogButton(owner, 'Save').click();
  await owner.page.getByText('Answered within 1 hour · done within 8 hours').waitFor();
  expect(await violationsOf(owner)).toEqual([]);

  // The answerer is at his phone.
  const sales = await signIn(visit(), 'sales@acme.test', { isPhone: true });
  await bringAxe(sales);
  await sales.open('/inbox?view=mine');
  await sales.page.getByText('Nothing is yours now').waitFor();
  await sales.page.getByRole('combobox', { name: 'Go on duty' }).selectOption('8');
  await sales.page.getByText(/^On duty until /).waitFor();
  await meta.write('254733000333', 'Habari, mnafungua saa ngapi?');
  const given = sales.page.getByRole('link', { name: /mnafungua saa ngapi/ });
  await given.waitFor();
  expect(await violationsOf(sales)).toEqual([]);
  await given.click();
  await sales.page.getByText(/^Due /).waitFor();

  // A colleague who opens it as well is told, and tells.
  const manager = await signIn(visit(), 'manager@acme.test');
  await manager.open(new URL(sales.page.url()).pathname);
  const [answerer, colleague] = await Promise.all(
    ['sales', 'manager'].map(async (person) => {
      const { body } = await company.by(person).rpc<{ user: { full_name: string } }>('my_session');
      return body.user.full_name;
    }),
  );
  await manager.page.getByText(`${answerer} has this open, too.`).waitFor();
  await sales.page.getByText(`${colleague} has this open, too.`).waitFor();

  // The answer is found by its short name; its names are filled in.
  const box = sales.page.getByRole('textbox', { name: 'Answer', exact: true });
  await box.fill('/ho');
  await manager.page.getByText(`${answerer} is writing an answer.`).waitFor();
  const offered = sales.page.getByRole('button', { name: /^\/hours/ });
  await offered.waitFor();
  expect(await violationsOf(sales)).toEqual([]);
  await offered.click();
  const said = `Habari Mama Njeri, we open at eight. ${answerer}`;
  await expect.poll(() => box.inputValue()).toBe(said);
  const due = await sales.page.getByText(/^Due /).innerText();
  await sales.button('Send').click();
  const thread = manager.page.getByRole('list', { name: 'Conversation' });
  await thread.getByText(said).waitFor();
  await expect.poll(() => meta.sent.map(({ text }) => text)).toEqual([said]);
  // What is owed next is that it is done, which is later.
  await expect.poll(() => sales.page.getByText(/^Due /).innerText()).not.toBe(due);

  // A note is for colleagues, and whoever it names is mailed.
  await sales.button('Note for colleagues').click();
  await sales.page.getByRole('textbox', { name: 'Note for colleagues' }).fill('Wants ten crates.');
  await sales.pick('Mention somebody', colleague ?? '');
  await sales.button('Save').click();
  await thread.getByText(/^Wants ten crates\. @/).waitFor();
  const mailed = async () =>
    (await company.by('owner').rows('messages?template=eq.comment.created&select=recipient')).map(
      (mail) => mail['recipient'],
    );
  await expect.poll(mailed).toEqual(['manager@acme.test']);
  expect(meta.sent).toHaveLength(1);

  // Done: nothing is owed any more, and his duty ends.
  await sales.button('Resolve').click();
  await sales.page.getByText('The conversation is resolved.').waitFor();
  await sales.page.getByText(/^Due /).waitFor({ state: 'detached' });
  await sales.page.getByRole('link', { name: 'Inbox', exact: true }).first().click();
  await sales.button('Go off duty').click();
  await sales.page.getByText('You are off duty.').waitFor();
  for (const person of [owner, sales, manager]) expect(person.errors).toEqual([]);
});
