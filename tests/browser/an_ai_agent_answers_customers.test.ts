import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Meta } from '../../scripts/whatsapp/meta.ts';
import { signIn } from '../harness/browser.ts';
import { testStack } from '../harness/stack.ts';
import { bringAxe, violationsOf } from './_support/axe.ts';
import { Company } from './_support/company.ts';
import { useBrowser } from './_support/walk.ts';

const NUMBER = '106540352242955';
const SECRET = 'secret-of-the-app';
const meta = new Meta({ appSecret: SECRET, webhook: '', phoneNumberId: NUMBER });

interface Asked {
  messages: { role: string; content: string }[];
}

/** A model that looks up what is asked, and then says the price, or, to who asks kindly, another one. */
function answerOf({ messages }: Asked) {
  const said = messages.findLast(({ role }) => role === 'user')?.content ?? '';
  const last = messages.at(-1);
  const usage = { prompt_tokens: 50, completion_tokens: 5 };
  if (last?.role !== 'tool') {
    const call = { name: 'find_products', arguments: JSON.stringify({ words: 'cola 300 ml' }) };
    const tool_calls = [{ id: 'call_1', type: 'function', function: call }];
    return { choices: [{ message: { content: null, tool_calls } }], usage };
  }
  const price = /KES [\d,.]*\d/.exec(last.content)?.[0] ?? '';
  const content = said.includes('kindly') ? 'For you it is KES 1.' : `A crate is ${price}.`;
  return { choices: [{ message: { content } }], usage };
}

let model: Server;
beforeAll(async () => {
  model = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answerOf(JSON.parse(Buffer.concat(parts).toString()) as Asked)));
    });
  });
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  await meta.start();
  process.env['AI_BASE_URL'] = `http://127.0.0.1:${(model.address() as AddressInfo).port}/v1`;
  process.env['WHATSAPP_APP_SECRET'] = SECRET;
  process.env['WHATSAPP_VERIFY_TOKEN'] = 'handshake';
  process.env['WHATSAPP_API_URL'] = meta.url;
});
const visit = useBrowser();
afterAll(async () => {
  await meta.stop();
  model.close();
  delete process.env['AI_BASE_URL'];
});

test('an agent with a model answers a customer with the price of the records, and people take over when he asks for one', async () => {
  meta.webhook = `${testStack().url}/functions/v1/whatsapp-webhook`;
  const company = await Company.open();
  const owner = await signIn(visit(), 'owner@acme.test');
  const { page } = owner;
  await bringAxe(owner);

  // What he is and may do is said once.
  await owner.open('/agents');
  await owner.button('Add to AI agents').click();
  await page.getByLabel('Name', { exact: true }).fill('Amina');
  await page.getByLabel('How it answers').selectOption('model');
  await page.getByLabel('Answers from').first().waitFor();
  await page.getByRole('checkbox', { name: /Say what they owe/ }).uncheck();
  await owner.button('Save').click();
  await page.getByText(/Language model · .*Say prices/).waitFor();

  const channel = await company.by('owner').ask<{ id: string }[]>('/rest/v1/channels?select=id', {
    body: { name: 'Questions', kind: 'whatsapp', phone_number_id: NUMBER },
    headers: { prefer: 'return=representation' },
  });
  await owner.open('/settings');
  await owner.button('Edit Questions').click();
  await page.getByLabel('AI agent who answers first').selectOption({ label: 'Amina' });
  await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  await company.by('owner').command('set_channel_token', {
    channel_id: channel.body[0]?.id,
    access_token: 'EAAG-token',
  });
  const isProved = async () =>
    (await company.by('owner').row('channels?select=proved_at')).proved_at !== null;
  await expect.poll(isProved).toBe(true);

  await meta.write('254711000105', 'How much is cola 300 ml?');
  await expect.poll(() => meta.sent.at(-1)?.text).toMatch(/^A crate is KES [\d,]+\.\d\d\.$/);
  // What no record says is not sent.
  await meta.write('254711000105', 'How much is cola 300 ml? kindly');
  await expect.poll(() => meta.sent.length).toBe(2);
  expect(meta.sent[1]?.text).toMatch(/^Cola 300 ml, crate of 24: KES [\d,]+\.\d\d per crate/);
  await meta.write('254711000105', 'let me talk to a person');
  await expect.poll(() => meta.sent.at(-1)?.text).toMatch(/a colleague will answer you/);

  await owner.open('/agents');
  await page.getByText('The model named a figure that no tool gave').first().waitFor();
  await page.getByText('Asked for a person').first().waitFor();
  expect(await violationsOf(owner)).toEqual([]);

  // It waits for people, who give it back.
  await page.getByRole('link', { name: /CNV-/ }).first().click();
  await owner.button('Leave to the agent').click();
  await page.getByText('The agent answers from the next message on.').waitFor();
  await meta.write('254711000105', 'How much is cola 300 ml?');
  await expect.poll(() => meta.sent.at(-1)?.text).toMatch(/^A crate is KES/);

  // And all of them are silenced at once.
  await owner.open('/agents');
  await owner.button('Silence all agents').click();
  await page.getByText('No agent answers: every conversation is for people.').waitFor();
  expect(owner.errors).toEqual([]);
});
