import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { PAGE } from './page.ts';

/** What a company sent, as it arrived here. */
export interface Sent {
  id: string;
  to: string;
  /** The text, or the template with what is filled in. */
  text: string;
  at: string;
  body: Record<string, unknown>;
}

/** What Meta answers instead of taking the next message. */
export interface Refusal {
  status: number;
  code: number;
  message: string;
}

export interface MetaOptions {
  /** The secret of the app, which signs what is told. */
  appSecret: string;
  /** The address of the function whatsapp-webhook. */
  webhook: string;
  phoneNumberId: string;
  /** The token that may use the number; without it any may. */
  accessToken?: string;
  port?: number;
  /** What is told of a message that was taken, in this order. */
  statuses?: readonly string[];
}

const HOST = '127.0.0.1';

/**
 * Plays Meta's WhatsApp Cloud API for one number: takes what a company sends, tells what became of it, and
 * tells what a customer writes, each body signed as Meta signs it. Its page is the customer's phone.
 */
export class Meta {
  readonly sent: Sent[] = [];
  /** Everything that was said, for the page. */
  readonly thread: { from: string; text: string; at: string }[] = [];
  /** What can be fetched, by its id. */
  readonly media = new Map<string, { bytes: Buffer; type: string }>();
  #refusals: Refusal[] = [];
  #server: Server | null = null;
  readonly #options: MetaOptions;

  constructor(options: MetaOptions) {
    this.#options = options;
  }

  get url(): string {
    const address = this.#server?.address() as AddressInfo | null;
    return `http://${HOST}:${address?.port ?? 0}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => {
        response.writeHead(500).end(String(error));
      });
    });
    this.#server = server;
    await new Promise<void>((resolve) =>
      server.listen(this.#options.port ?? 0, HOST, () => resolve()),
    );
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  /** The address of the webhook, where it is known only after this was started. */
  set webhook(address: string) {
    this.#options.webhook = address;
  }

  /** The next message that a company sends is answered with this. */
  refuse(refusal: Refusal): void {
    this.#refusals.push(refusal);
  }

  /** A customer writes a text, or sends a message of another type. @returns its id */
  async write(
    from: string,
    message: string | (Record<string, unknown> & { type: string }),
    name = 'Mama Njeri',
    id = `wamid.${randomUUID()}`,
  ): Promise<string> {
    const content =
      typeof message === 'string' ? { type: 'text', text: { body: message } } : message;
    const text = typeof message === 'string' ? message : `(${message.type})`;
    this.thread.push({ from, text, at: new Date().toISOString() });
    await this.tell({
      contacts: [{ wa_id: from, profile: { name } }],
      messages: [{ from, id, timestamp: seconds(), ...content }],
    });
    return id;
  }

  /** A customer sends a picture, a paper or a recording. @returns the id of the message */
  async sendFile(
    from: string,
    type: 'image' | 'document' | 'audio' | 'video',
    file: { bytes: Buffer; type: string; caption?: string; filename?: string },
  ): Promise<string> {
    const id = String(1000 + this.media.size);
    const { bytes, type: mime_type, ...rest } = file;
    this.media.set(id, { bytes, type: mime_type });
    return this.write(from, { type, [type]: { id, mime_type, ...rest } });
  }

  /** Tells something of the number, signed. @returns the HTTP status of the answer */
  async tell(value: Record<string, unknown>): Promise<number> {
    const { phoneNumberId, webhook, appSecret } = this.#options;
    const metadata = { display_phone_number: phoneNumberId, phone_number_id: phoneNumberId };
    const change = {
      field: 'messages',
      value: { messaging_product: 'whatsapp', metadata, ...value },
    };
    const text = JSON.stringify({
      object: 'whatsapp_business_account',
      entry: [{ id: '1', changes: [change] }],
    });
    const signature = createHmac('sha256', appSecret).update(text).digest('hex');
    const response = await fetch(webhook, {
      method: 'POST',
      body: text,
      headers: {
        'content-type': 'application/json',
        'x-hub-signature-256': `sha256=${signature}`,
      },
      signal: AbortSignal.timeout(10_000),
    });
    await response.body?.cancel();
    return response.status;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', this.url).pathname;
    if (request.method === 'GET' && path === '/') {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
    } else if (request.method === 'GET' && path === '/thread') {
      json(response, 200, this.thread);
    } else if (request.method === 'POST' && path === '/write') {
      const { from, text } = (await bodyOf(request)) as { from: string; text: string };
      await this.write(from, text);
      json(response, 200, {});
    } else if (request.method === 'GET' && path.startsWith('/media/')) {
      this.#hand(path.split('/').at(-1) ?? '', request, response);
    } else if (request.method === 'POST' && /^\/v\d+\.\d+\/\d+\/media$/.test(path)) {
      await this.#keep(request, response);
    } else if (request.method === 'GET' && /^\/v\d+\.\d+\/\d+$/.test(path)) {
      this.#show(path.split('/').at(-1) ?? '', request, response);
    } else if (request.method === 'POST' && /^\/v\d+\.\d+\/\d+\/messages$/.test(path)) {
      this.#take(await bodyOf(request), response);
    } else {
      json(response, 404, { error: { code: 100, message: 'Unknown path' } });
    }
  }

  #isWelcome(request: IncomingMessage): boolean {
    const { accessToken } = this.#options;
    return accessToken === undefined || request.headers.authorization === `Bearer ${accessToken}`;
  }

  /** A file that a customer sent, to whoever may use the number. */
  #hand(id: string, request: IncomingMessage, response: ServerResponse): void {
    const file = this.media.get(id);
    if (!this.#isWelcome(request) || !file) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-type': file.type }).end(file.bytes);
  }

  /** Keeps a file that a company is about to send. */
  async #keep(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = { 'content-type': request.headers['content-type'] ?? '' };
    const form = await new Response(Readable.toWeb(request) as ReadableStream, {
      headers,
    }).formData();
    const file = form.get('file') as File;
    const id = String(1000 + this.media.size);
    this.media.set(id, { bytes: Buffer.from(await file.arrayBuffer()), type: file.type });
    json(response, 200, { id });
  }

  /** What a number or a file is, to whoever may use it. */
  #show(id: string, request: IncomingMessage, response: ServerResponse): void {
    const { phoneNumberId } = this.#options;
    const file = this.media.get(id);
    if (!this.#isWelcome(request)) {
      json(response, 401, { error: { code: 190, message: 'Invalid OAuth access token' } });
    } else if (file) {
      const url = `${this.url}/media/${id}`;
      json(response, 200, { id, url, mime_type: file.type, file_size: file.bytes.length });
    } else if (id !== phoneNumberId) {
      json(response, 400, { error: { code: 100, message: 'Object does not exist' } });
    } else {
      json(response, 200, { id, display_phone_number: '+254 700 000 000' });
    }
  }

  #take(body: Record<string, unknown>, response: ServerResponse): void {
    const refusal = this.#refusals.shift();
    if (refusal) {
      const { status, code, message } = refusal;
      return json(response, status, { error: { code, message } });
    }
    const id = `wamid.${randomUUID()}`;
    const to = String(body['to'] ?? body['recipient']);
    const sent = { id, to, text: textOf(body), at: new Date().toISOString(), body };
    this.sent.push(sent);
    this.thread.push({ from: 'company', text: sent.text, at: sent.at });
    json(response, 200, { messaging_product: 'whatsapp', messages: [{ id }] });
    void this.#follow(sent);
  }

  async #follow({ id, to, body }: Sent): Promise<void> {
    for (const status of this.#options.statuses ?? ['sent', 'delivered', 'read']) {
      const callback = body['biz_opaque_callback_data'];
      await this.tell({
        statuses: [
          {
            id,
            status,
            timestamp: seconds(),
            recipient_id: to,
            biz_opaque_callback_data: callback,
          },
        ],
      }).catch(() => undefined);
    }
  }
}

const seconds = () => String(Math.floor(Date.now() / 1000));

function textOf(body: Record<string, unknown>): string {
  const text = body['text'] as { body?: string } | undefined;
  if (text?.body !== undefined) return text.body;
  return JSON.stringify(body['template'] ?? body['type']);
}

function json(response: ServerResponse, status: number, answer: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString('utf8')) as Record<string, unknown>;
}
