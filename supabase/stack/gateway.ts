import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Api } from './api.ts';
import { SignInAttempts } from './attempts.ts';
import type { Config } from './config.ts';
import { StackError, errorCode } from './errors.ts';
import type { Functions } from './functions.ts';
import {
  Refusal,
  readBody,
  sendJson,
  sendRefusal,
  sendText,
  sendWebResponse,
  toWebRequest,
} from './http.ts';
import { answeringWith } from './last_resort.ts';
import type { Budgets } from './payers.ts';
import type { Portal } from './portal.ts';
import type { Realtime } from './realtime.ts';
import type { Secrets } from './secrets.ts';
import { verifyToken } from './tokens.ts';
import { answerAsRequest, isRealtime, outliveSockets } from './upgrades.ts';

/** What the one port leads to. Parts are added as they come up; until then it says it is starting. */
export interface Parts {
  api: Api;
  functions: Functions;
  realtime: Realtime;
  portal: Portal;
  secrets: Secrets;
  config: Config;
  budgets: Budgets;
  /** Resolves when the database answers. */
  ping(): Promise<void>;
}

const KILOBYTE = 1024;
const LIMITS = {
  rest: 2048 * KILOBYTE,
  auth: 64 * KILOBYTE,
  functions: 4096 * KILOBYTE,
  storage: 10 * 1024 * KILOBYTE + 64 * KILOBYTE,
};

const SECURITY_HEADERS: Record<string, string> = {
  'content-security-policy': "frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), geolocation=(self), microphone=(), payment=(), usb=()',
};

/** Accounts are not made or mailed from here: invitations and resets are the functions' work. */
const CLOSED_AUTH = /^\/auth\/v1\/(signup|otp|magiclink|recover|resend|sso|authorize|callback)\b/;

/** Types that a browser may show by itself; anything else is a download. */
const SHOWN_INLINE = /^(image\/(png|jpeg|webp|gif)|application\/pdf|text\/plain)\b/;

export class Gateway {
  readonly server: Server;
  #parts: Parts | null = null;
  #portal: Portal | null = null;
  #origins = new Set<string>();
  #attempts: SignInAttempts | null = null;

  constructor() {
    this.server = createServer({ requestTimeout: 60_000, headersTimeout: 15_000 });
    outliveSockets(this.server);
    this.server.on(
      'request',
      (request, response) => void answeringWith(response, () => this.#answer(request, response)),
    );
    this.server.on('upgrade', (request, socket, head) => {
      if (!this.#parts || !isRealtime(request)) answerAsRequest(this.server, request, socket, head);
      else this.#parts.realtime.upgrade(request, socket, head);
    });
  }

  /** Takes the port, so that a busy one is known before anything else is started. */
  async listen(port: number, host: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', (error) => {
        const isBusy = errorCode(error) === 'EADDRINUSE';
        reject(isBusy ? busy(port) : errorCode(error) === 'EACCES' ? forbidden(port) : error);
      });
      this.server.listen(port, host, resolve);
    });
  }

  open(parts: Parts, origins: string[]): void {
    this.#origins = new Set(origins);
    this.#attempts = new SignInAttempts(parts.config);
    this.#parts = parts;
  }

  /** Only the portal: the API is on a hosted project. */
  openPortal(portal: Portal): void {
    this.#portal = portal;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.server.closeIdleConnections();
    setTimeout(() => this.server.closeAllConnections(), 2000).unref();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    try {
      await this.#route(request, response);
    } catch (error) {
      if (response.headersSent) {
        response.destroy();
      } else if (error instanceof Refusal) {
        if (error.status === 413) response.setHeader('connection', 'close');
        sendRefusal(response, error);
      } else {
        process.stderr.write(`${request.method} ${pathOf(request)} ${describe(error)}\n`);
        sendRefusal(
          response,
          new Refusal(500, 'internal_error', 'Something went wrong.', 'Try again.'),
        );
      }
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request);
    const parts = this.#parts;
    if (path === '/health') return sendJson(response, 200, { status: 'ok', pid: process.pid });
    if (this.#portal) return this.#portal.handle(request, response, path);
    if (!parts) {
      response.setHeader('retry-after', '2');
      throw new Refusal(503, 'starting', 'Mzigo is still starting.', 'Try again in a few seconds.');
    }
    if (path === '/ready') {
      await parts.ping();
      return sendJson(response, 200, { status: 'ready' });
    }
    const [, family = '', version = ''] = path.split('/');
    const isApi = version === 'v1' && ['rest', 'auth', 'storage', 'functions'].includes(family);
    if (!isApi) return parts.portal.handle(request, response, path);

    this.#allowOrigin(request, response);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    if (family === 'functions') return this.#callFunction(parts, request, response, path);
    if (family === 'auth') return this.#authenticate(parts, request, response, path);
    const body = await readBody(request, family === 'rest' ? LIMITS.rest : LIMITS.storage);
    const leave = await parts.budgets.enter(request);
    if (!leave) {
      response.setHeader('retry-after', '2');
      throw new Refusal(
        429,
        'too_many_requests',
        'Your company has more requests under way than can be answered now.',
        'Wait a few seconds and try again.',
      );
    }
    try {
      await this.#ask(parts, request, response, body);
    } finally {
      leave();
    }
  }

  /** The database answers, by the quick way or by the engine. */
  async #ask(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    body: Buffer,
  ): Promise<void> {
    const isRest = pathOf(request).startsWith('/rest/');
    const { method = 'GET', url = '/', headers } = request;
    const quick = isRest ? await parts.api.call({ method, url, headers, body }) : null;
    if (quick) return sendText(response, quick.status, quick.headers, quick.body);
    const answer = await parts.api.fetch(toWebRequest(request, baseOf(request), body));
    if (!isRest) guardDownload(response, answer);
    await sendWebResponse(response, answer);
  }

  #allowOrigin(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin === undefined || !this.#origins.has(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader(
      'access-control-expose-headers',
      'content-range, content-location, preference-applied, retry-after',
    );
    if (request.method !== 'OPTIONS') return;
    response.setHeader('access-control-allow-methods', 'GET, POST, PATCH, PUT, DELETE, HEAD');
    response.setHeader(
      'access-control-allow-headers',
      'authorization, apikey, content-type, prefer, range, range-unit, accept, accept-profile, content-profile, cache-control, x-client-info, x-upsert, x-region, x-supabase-api-version',
    );
    response.setHeader('access-control-max-age', '3600');
  }

  async #authenticate(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    if (CLOSED_AUTH.test(path)) {
      sendJson(response, 422, {
        code: 422,
        error_code: 'signup_disabled',
        msg: 'Accounts are made by invitation, and passwords are reset through the portal.',
      });
      return;
    }
    const body = await readBody(request, LIMITS.auth);
    const isPassword =
      path === '/auth/v1/token' && (request.url ?? '').includes('grant_type=password');
    const address = request.socket.remoteAddress ?? '';
    const wait = isPassword ? (this.#attempts?.wait(address) ?? 0) : 0;
    if (wait > 0) {
      response.setHeader('retry-after', String(wait));
      sendJson(response, 429, {
        code: 429,
        error_code: 'over_request_rate_limit',
        msg: `Too many failed sign-ins; try again in ${wait} seconds.`,
      });
      return;
    }
    const answer = await parts.api.fetch(toWebRequest(request, baseOf(request), body));
    if (isPassword && !answer.ok) this.#attempts?.failed(address);
    await sendWebResponse(response, answer);
  }

  async #callFunction(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    const name = path.split('/')[3] ?? '';
    if (!parts.functions.names.has(name)) {
      throw new Refusal(404, 'function_unknown', `There is no function called ${name}.`);
    }
    if (parts.config.functions[name]?.verify_jwt) requireToken(request, parts.secrets);
    const body = await readBody(request, LIMITS.functions);
    const forwarded = (request.url ?? '').slice('/functions/v1/'.length);
    const answer = await parts.functions
      .fetch(forwarded, toWebRequest(request, baseOf(request), body))
      .catch(() => {
        throw new Refusal(503, 'function_unavailable', 'The function is starting.', 'Try again.');
      });
    await sendWebResponse(response, answer);
  }
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?')[0] ?? '/';
}

/** The address the caller used; the engine builds links from it. */
function baseOf(request: IncomingMessage): string {
  const host = request.headers.host ?? '';
  return /^[\w.:[\]-]+$/.test(host) ? `http://${host}` : 'http://localhost';
}

function requireToken(request: IncomingMessage, secrets: Secrets): void {
  const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
  const verdict = verifyToken(token, secrets.jwtSecret);
  if ('claims' in verdict && verdict.claims.role === 'authenticated') return;
  throw new Refusal(401, 'token_invalid', 'Sign in to call this function.', 'Sign in again.');
}

function guardDownload(response: ServerResponse, answer: Response): void {
  const type = answer.headers.get('content-type') ?? '';
  response.setHeader('content-security-policy', "sandbox; default-src 'none'");
  if (SHOWN_INLINE.test(type) || /^application\/json/.test(type)) return;
  if (!answer.headers.has('content-disposition')) {
    response.setHeader('content-disposition', 'attachment');
  }
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function busy(port: number): StackError {
  return new StackError(
    `Port ${port} is taken by another program; stop that, or choose another one: PORT=${port + 1} npm start`,
  );
}

function forbidden(port: number): StackError {
  return new StackError(`Port ${port} may not be used by this account; choose one above 1024.`);
}
