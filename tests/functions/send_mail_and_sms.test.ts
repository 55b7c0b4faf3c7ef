import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { africasTalking } from '../../functions/send-message/africas_talking.ts';
import { smtp } from '../../functions/send-message/smtp.ts';

const MESSAGE = {
  id: '0190a000-0000-7000-8000-000000000001',
  channel: 'email' as const,
  recipient: 'buyer@shop.test',
  subject: 'Oda yako',
  body: 'Iko njiani.',
  kind: 'text',
  content: null,
  media: null,
  reply_to: null,
  sender: null,
};

let server: Server | null = null;
const sockets = new Set<Socket>();
afterEach(() => {
  for (const socket of sockets) socket.destroy();
  server?.close();
});

/** A mail server that answers each command as told; null: the line goes dead. @returns its address */
async function mailServer(answers: Record<string, string | null>, mails: string[] = []) {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    let mail: string[] | null = null;
    let pending = '';
    const say = (step: string, usual: string) => {
      const answer = step in answers ? answers[step] : usual;
      if (answer === null) socket.destroy();
      else socket.write(`${answer}\r\n`);
    };
    say('hello', '220 mail.test');
    socket.setEncoding('utf8').on('data', (part: string) => {
      pending += part;
      const lines = pending.split('\r\n');
      pending = lines.pop() ?? '';
      for (const line of lines) {
        if (mail !== null) {
          if (line !== '.') mail.push(line);
          else {
            mails.push(mail.join('\n'));
            mail = null;
            say('end', '250 taken');
          }
        } else if (line === 'DATA') {
          mail = [];
          say('DATA', '354 go on');
        } else if (line.startsWith('RCPT')) say('RCPT', '250 ok');
        else socket.write('250 ok\r\n');
      }
    });
  });
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done));
  return `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const from = 'Acme <orders@acme.test>';

test('a mail goes through a mail server, its id is our id', async () => {
  const mails: string[] = [];
  const url = await mailServer({}, mails);
  const delivery = await smtp({ url, from }).send(MESSAGE);
  expect(delivery).toEqual({
    status: 'sent',
    provider: 'smtp',
    reference: `<${MESSAGE.id}@acme.test>`,
  });
  expect(mails[0]).toContain(`Message-ID: <${MESSAGE.id}@acme.test>`);
  expect(mails[0]).toContain('To: buyer@shop.test');
  expect(mails[0]).toContain('Iko njiani.');
});

test.each([
  ['PermanentFailure', { RCPT: '550 no such mailbox' }],
  ['Error', { RCPT: '450 later' }],
  ['Error', { hello: null }],
  ['Uncertain', { end: null }],
  ['PermanentFailure', { end: '554 refused' }],
])('of a mail server a %s is %j', async (name, answers) => {
  const url = await mailServer(answers);
  await expect(smtp({ url, from }).send(MESSAGE)).rejects.toMatchObject({ name });
});

const SMS = { ...MESSAGE, channel: 'sms' as const, recipient: '+254711000111' };
function provider(answer: unknown, status = 200) {
  const asked: { url: string; init: RequestInit }[] = [];
  const send = ((url: string, init: RequestInit) => {
    asked.push({ url, init });
    return Promise.resolve(Response.json(answer, { status }));
  }) as typeof fetch;
  const settings = { url: 'https://sms.test', username: 'acme', apiKey: 'key', sender: 'ACME' };
  return { sms: africasTalking(settings, send), asked };
}
const told = (statusCode: number) => ({
  SMSMessageData: { Recipients: [{ statusCode, messageId: 'ATXid_1' }] },
});

test('a text message goes to the number, with the name of the company', async () => {
  const { sms, asked } = provider(told(101));
  expect(await sms.send(SMS)).toEqual({
    status: 'sent',
    provider: 'africas_talking',
    reference: 'ATXid_1',
  });
  expect(asked[0]?.url).toBe('https://sms.test/version1/messaging');
  const form = new URLSearchParams(String(asked[0]?.init.body));
  expect(Object.fromEntries(form)).toEqual({
    username: 'acme',
    to: '+254711000111',
    message: 'Iko njiani.',
    from: 'ACME',
  });
});

test.each([
  ['PermanentFailure', told(403), 200],
  ['PermanentFailure', { SMSMessageData: { Recipients: [] } }, 200],
  ['PermanentFailure', {}, 401],
  ['Error', told(405), 200],
  ['Error', told(500), 200],
  ['Error', {}, 429],
  ['Uncertain', {}, 502],
])('of text messages a %s is %j (%i)', async (name, answer, status) => {
  const { sms } = provider(answer, status);
  await expect(sms.send(SMS)).rejects.toMatchObject({ name });
});

test('when there is no answer nobody knows whether a text message left', async () => {
  const send = () => Promise.reject(new DOMException('late', 'TimeoutError'));
  const settings = { url: 'https://sms.test', username: 'a', apiKey: 'k', sender: null };
  await expect(africasTalking(settings, send).send(SMS)).rejects.toMatchObject({
    name: 'Uncertain',
  });
});
