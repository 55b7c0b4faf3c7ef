import { createHmac, randomInt } from 'node:crypto';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { WebSocket } from 'ws';

/** The published password of every demo account. */
const PASSWORD = 'mzigo-demo-2026';

export interface Sent {
  method?: string;
  headers?: Record<string, string>;
  /** Sent as JSON. */
  body?: unknown;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** Null when the answer is no JSON. */
  json: Record<string, unknown> | null;
}

export interface Account {
  accessToken: string;
  refreshToken: string;
}

/** What comes down a socket: two references, the topic, the event and what it says. */
type Frame = [
  unknown,
  unknown,
  string,
  string,
  { status?: string; response?: { reason?: string } },
];

export interface Listening {
  /** `ok`, or why not. */
  answer: string;
  /** Resolves when the server ends it. */
  ended: Promise<void>;
  stop(): void;
}

export interface Address {
  /** Where the stack is, for example `http://127.0.0.1:4321`. */
  url: string;
  publishableKey: string;
  /** What access tokens are signed with: some doors have to hold even then. */
  jwtSecret: string;
  /** The state folder of the stack, which names its processes. */
  home: string;
}

/** How long an answer may take. */
const PATIENCE_MS = 30_000;

/** The stack as an attacker sees it who writes every byte of a request himself. */
export class Target {
  readonly url: string;
  readonly publishableKey: string;
  readonly jwtSecret: string;
  readonly home: string;
  readonly #host: string;
  readonly #port: number;
  readonly #from: { localAddress?: string };
  readonly #agent: Agent;

  constructor({ url, publishableKey, jwtSecret, home }: Address) {
    const { hostname, port } = new URL(url);
    this.url = url;
    this.publishableKey = publishableKey;
    this.jwtSecret = jwtSecret;
    this.home = home;
    this.#host = hostname === 'localhost' ? '127.0.0.1' : hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(port || 80);
    this.#from = this.#host === '::1' ? {} : anywhere();
    this.#agent = new Agent({ keepAlive: true, ...this.#from });
  }

  /**
   * The same stack from another network address, so that what one door has closed is not closed for the
   * next one, nor for people at work. Only Linux has more than one address on the loopback.
   */
  elsewhere(): Target {
    return new Target(this);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** One request with the publishable key; the path is sent as it is, without being tidied up. */
  send(path: string, { method = 'GET', headers = {}, body }: Sent = {}): Promise<Answer> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const content = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(text ?? '')),
    };
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: this.#host,
          port: this.#port,
          agent: this.#agent,
          method,
          path,
          timeout: PATIENCE_MS,
          headers: {
            apikey: this.publishableKey,
            ...(text === undefined ? {} : content),
            ...headers,
          },
        },
        (answer) => {
          const chunks: Buffer[] = [];
          answer.on('data', (chunk: Buffer) => chunks.push(chunk));
          answer.on('error', reject);
          answer.on('end', () => {
            const read = Buffer.concat(chunks).toString();
            const { statusCode: status = 0, headers } = answer;
            resolve({ status, headers, text: read, json: parse(read) });
          });
        },
      );
      sent.on('timeout', () => sent.destroy(new Error(`${path} was not answered in time`)));
      sent.on('error', reject);
      sent.end(text);
    });
  }

  /** A request as somebody who is signed in. */
  sendAs(accessToken: string, path: string, sent: Sent = {}): Promise<Answer> {
    const headers = { ...sent.headers, authorization: `Bearer ${accessToken}` };
    return this.send(path, { ...sent, headers });
  }

  /** @param path the way to the sign-in service, which may be spelt oddly */
  tryPassword(
    email: string,
    password: string,
    path = '/auth/v1/token?grant_type=password',
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    return this.send(path, { method: 'POST', headers, body: { email, password } });
  }

  /** Signs a demo account in. */
  async signIn(email: string): Promise<Account> {
    const { status, json, text } = await this.tryPassword(email, PASSWORD);
    if (status === 200) {
      return {
        accessToken: String(json?.['access_token']),
        refreshToken: String(json?.['refresh_token']),
      };
    }
    const { error_code: code } = json ?? {};
    throw new Error(
      code === 'invalid_credentials'
        ? `${email} cannot sign in; attack a stack with the demo companies (npm start -- --fresh), and one account at a time.`
        : `${email} cannot sign in: ${text.slice(0, 160)}`,
    );
  }

  /** The id of the company that somebody works for. */
  async companyOf(accessToken: string): Promise<string> {
    const asked = { method: 'POST', body: {} };
    const { json } = await this.sendAs(accessToken, '/rest/v1/rpc/my_session', asked);
    return String((json?.['tenant'] as { id?: string } | null | undefined)?.id);
  }

  /** The right password of a demo account, in case it has been closed. */
  tryRightPassword(email: string, path?: string, headers?: Record<string, string>) {
    return this.tryPassword(email, PASSWORD, path, headers);
  }

  /** A signed access token that says what it likes. */
  forge(claims: object, header: object = { alg: 'HS256', typ: 'JWT' }, key = this.jwtSecret) {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
  }

  /** Asks to hear what is said on a topic, and goes on listening. */
  async listen(topic: string, accessToken: string, isPrivate = true): Promise<Listening> {
    const host = this.#host.includes(':') ? `[${this.#host}]` : this.#host;
    const query = `apikey=${this.publishableKey}&vsn=2.0.0`;
    const url = `ws://${host}:${this.#port}/realtime/v1/websocket?${query}`;
    const socket = new WebSocket(url, { ...this.#from, handshakeTimeout: PATIENCE_MS });
    let end = () => {};
    const ended = new Promise<void>((resolve) => (end = resolve));
    const answer = await new Promise<string>((resolve) => {
      socket.once('open', () => {
        const payload = { config: { private: isPrivate }, access_token: accessToken };
        socket.send(JSON.stringify(['1', '1', `realtime:${topic}`, 'phx_join', payload]));
      });
      socket.on('message', (data: Buffer) => {
        const [, , , event, { status, response }] = JSON.parse(data.toString()) as Frame;
        if (event === 'phx_close') end();
        resolve(status === 'ok' ? 'ok' : String(response?.reason));
      });
      socket.once('error', ({ message }) => resolve(message));
      socket.once('close', () => {
        resolve('closed');
        end();
      });
    });
    return { answer, ended, stop: () => socket.terminate() };
  }

  /** @returns `ok` when a topic may be heard, or why not */
  async join(topic: string, accessToken: string, isPrivate = true): Promise<string> {
    const { answer, stop } = await this.listen(topic, accessToken, isPrivate);
    stop();
    return answer;
  }

  /** Sends bytes as they are and answers what came back until one side closed. */
  sendRaw(bytes: string, { isReset = false } = {}): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect({ host: this.#host, port: this.#port, ...this.#from });
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString('latin1')));
      socket.on('error', () => {});
      socket.once('close', () => resolve(answer));
      socket.setTimeout(5000, () => socket.destroy());
      socket.write(bytes, 'latin1', () => {
        if (isReset) socket.resetAndDestroy();
      });
    });
  }
}

/** An address of the loopback that nobody else uses. */
function anywhere(): { localAddress?: string } {
  if (process.platform !== 'linux') return {};
  const part = () => randomInt(1, 255);
  return { localAddress: `127.${part()}.${part()}.${part()}` };
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown> | null;
  } catch {
    return null;
  }
}
