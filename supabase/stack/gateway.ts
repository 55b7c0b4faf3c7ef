import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Api } from './api.ts';
import type { Config } from './config.ts';
import { takeConnections, takePort } from './doorway.ts';
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
import { keeperPid } from './keeper.ts';
import { answeringWith } from './last_resort.ts';
import type { Budgets } from './payers.ts';
import type { Portal } from './portal.ts';
import type { Realtime } from './realtime.ts';
import { isProof } from './proofs.ts';
import { isRouted, proofKind, readRoute, type Family, type Route } from './routes.ts';
import type { Secrets } from './secrets.ts';
import { steadily, type Standing } from './steady.ts';
import { tokenProblem, verifyToken } from './tokens.ts';
import { answerAsRequest, isRealtime, outliveSockets } from './upgrades.ts';

/** What the one port leads to. Parts are added as they come up; until then it says it is starting. */
export interface Parts extends Standing {
  api: Api;
  functions: Functions;
  realtime: Realtime;
  portal: Portal;
  secrets: Secrets;
  config: Config;
  budgets: Budgets;
}

const KILOBYTE = 1024;
const LIMITS: Record<Family, number> = {
  // Comes over a socket only.
  realtime: 0,
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

/** What is refused now and may be answered in a second. */
const MAY_PASS = new Set([429, 503]);

/** Types that a browser may show by itself; anything else is a download. */
const SHOWN_INLINE = /^(image\/(png|jpeg|webp|gif)|application\/pdf|text\/plain)\b/;

export class Gateway {
  readonly server: Server;
  #parts: Parts | null = null;
  #portal: Portal | null = null;
  #origins = new Set<string>();

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
    if (keeperPid() === null) return takePort(this.server, port, host);
    // The keeper has the port. Node watches over slow callers of a server that listens only, so it does
    // listen, where nobody asks.
    await takePort(this.server, 0, '127.0.0.1');
    takeConnections(this.server);
  }

  open(parts: Parts, origins: string[]): void {
    this.#origins = new Set(origins);
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
      if (response.headersSent || response.destroyed) {
        // Also when the caller has hung up, which is no fault of ours.
        response.destroy();
      } else if (error instanceof Refusal) {
        if (error.status === 413) response.setHeader('connection', 'close');
        if (MAY_PASS.has(error.status)) response.setHeader('retry-after', '1');
        sendRefusal(response, error);
      } else {
        const path = (request.url ?? '').split('?')[0];
        process.stderr.write(`${request.method} ${path} ${describe(error)}\n`);
        sendRefusal(
          response,
          new Refusal(500, 'internal_error', 'Something went wrong.', 'Try again.'),
        );
      }
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const route = readRoute(request.url ?? '');
    const { family, path } = route;
    const parts = this.#parts;
    if (path === '/health') return sendJson(response, 200, { status: 'ok', pid: process.pid });
    if (this.#portal) return this.#portal.handle(request, response, path);
    if (!parts) {
      throw new Refusal(503, 'starting', 'Mzigo is still starting.', 'Try again in a few seconds.');
    }
    if (path === '/ready') {
      await parts.ping();
      return sendJson(response, 200, { status: 'ready' });
    }
    if (family === null) return parts.portal.handle(request, response, path);

    this.#allowOrigin(request, response);
    response.setHeader('cache-control', 'no-store');
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    if (!isRouted(route, request.method ?? '')) {
      throw new Refusal(404, 'not_found', 'There is nothing at this address.');
    }
    const problem =
      family === 'functions' ? null : tokenProblem(keysOf(request), parts.secrets.jwtSecret);
    if (problem !== null) return refuseToken(response, route, problem);
    setAddress(request, parts.secrets);
    const body = await readBody(request, LIMITS[family]);
    const leave = await parts.budgets.enter(request, family);
    if (!leave) {
      throw new Refusal(
        429,
        'too_many_requests',
        'Your company has more requests under way than can be answered now.',
        'Wait a few seconds and try again.',
      );
    }
    try {
      if (family === 'functions') await this.#callFunction(parts, request, response, route, body);
      else if (family === 'auth') await this.#authenticate(parts, request, response, route, body);
      else await this.#ask(parts, request, response, route, body);
    } finally {
      leave();
    }
  }

  /** REST or storage answers. */
  async #ask(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    { family, path, search }: Route,
    body: Buffer,
  ): Promise<void> {
    const { method = 'GET', headers } = request;
    const url = path + search;
    if (family === 'rest') {
      const rest = await steadily(parts, () => parts.api.rest({ method, url, headers, body }));
      return sendText(response, rest.status, rest.headers, rest.body);
    }
    const answer = await steadily(parts, () => parts.api.fetch(toWebRequest(request, url, body)));
    guardDownload(response, answer);
    await sendWebResponse(response, answer);
  }

  #allowOrigin(request: IncomingMessage, response: ServerResponse): void {
    const { origin } = request.headers;
    response.setHeader('vary', 'origin');
    if (origin === undefined || !this.#origins.has(origin)) return;
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader(
      'access-control-expose-headers',
      'content-range, content-location, content-profile, location, preference-applied, retry-after',
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
    route: Route,
    body: Buffer,
  ): Promise<void> {
    const kind = proofKind(route);
    if (kind && !isProof(kind, body)) {
      const msg = 'Send a JSON object with e-mail and password, or with the refresh token.';
      return sendJson(response, 400, { code: 400, error_code: 'validation_failed', msg });
    }
    const ask = () => parts.api.fetch(toWebRequest(request, route.path + route.search, body));
    const answer = await steadily(parts, async () => {
      if (kind === null) return ask();
      const proof = await parts.api.proofs.begin(kind, addressOf(request));
      if (proof.wait > 0) return tooManyProofs(proof.wait);
      const found = await ask();
      if (found.ok) await proof.held();
      return found;
    });
    await sendWebResponse(response, answer);
  }

  async #callFunction(
    parts: Parts,
    request: IncomingMessage,
    response: ServerResponse,
    { segments, path, search }: Route,
    body: Buffer,
  ): Promise<void> {
    const name = segments[0] ?? '';
    if (!parts.functions.names.has(name)) {
      throw new Refusal(404, 'function_unknown', `There is no function called ${name}.`);
    }
    if (parts.config.functions[name]?.verify_jwt) requireToken(request, parts.secrets);
    const answer = await parts.functions
      .fetch(
        path.slice('/functions/v1/'.length) + search,
        toWebRequest(request, path + search, body),
      )
      .catch(() => {
        throw new Refusal(503, 'function_unavailable', 'The function is starting.', 'Try again.');
      });
    await sendWebResponse(response, answer);
  }
}

function tooManyProofs(seconds: number): Response {
  const msg = `Too many failed sign-ins; try again in ${seconds} seconds.`;
  const body = { code: 429, error_code: 'over_request_rate_limit', msg };
  return Response.json(body, { status: 429, headers: { 'retry-after': String(seconds) } });
}

/** Both headers as one value each; a header that was sent twice is none that we know. */
function keysOf({ headers }: IncomingMessage) {
  const { authorization, apikey } = headers;
  return {
    ...(authorization === undefined ? {} : { authorization }),
    ...(typeof apikey === 'string' ? { apikey } : {}),
  };
}

function addressOf(request: IncomingMessage): string {
  return request.socket.remoteAddress ?? '';
}

/**
 * Where the request comes from, for those behind the gateway. Only our own functions, which have the
 * secret key, may speak for somebody else.
 */
function setAddress(request: IncomingMessage, secrets: Secrets): void {
  if (request.headers['apikey'] === secrets.secretKey) return;
  delete request.headers['cf-connecting-ip'];
  request.headers['x-forwarded-for'] = addressOf(request);
}

/** A token that is not sound is refused here, for every family in its own words. */
function refuseToken(response: ServerResponse, { family }: Route, problem: string): void {
  response.setHeader('www-authenticate', 'Bearer');
  if (family === 'auth') {
    sendJson(response, 401, { code: 401, error_code: 'bad_jwt', msg: problem });
  } else if (family === 'storage') {
    sendJson(response, 401, { statusCode: '401', error: 'Unauthorized', message: problem });
  } else {
    const hint = 'Sign in again.';
    sendJson(response, 401, { code: 'PGRST301', message: problem, details: null, hint });
  }
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
