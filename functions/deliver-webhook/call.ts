import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublic } from './address.ts';

/** What the other side answered. */
export interface Answer {
  status: number;
  /** The beginning of its text. */
  text: string;
}

/** Why there is no answer; the key of the delivery's error. */
export class CallFailure extends Error {
  override name = 'CallFailure';
  readonly key: 'webhook_address_private' | 'webhook_timeout' | 'webhook_unreachable';

  constructor(key: CallFailure['key'], message: string) {
    super(message);
    this.key = key;
  }
}

export type Call = (url: string, headers: Record<string, string>, body: string) => Promise<Answer>;

export interface CallOptions {
  /** Hosts of the operator's own net that may be called all the same, also without TLS. */
  privateHosts: string[];
  timeoutMs?: number;
  lookup?: typeof resolve;
}

const TIMEOUT_MS = 10_000;
const KEPT_BYTES = 2000;

/**
 * Calls addresses that strangers chose. A name is looked up once, by the connection itself, and each address
 * that it gave is judged there: no second answer of a name server can lead elsewhere. A redirect is an
 * answer like any other and is not followed.
 */
export function makeCall({ privateHosts, timeoutMs, lookup = resolve }: CallOptions): Call {
  return (url, headers, body) => {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const isOwn = privateHosts.includes(host);
    if (!isOwn && target.protocol !== 'https:') return refused(`${url} is not encrypted`);
    if (!isOwn && isIP(host) !== 0 && !isPublic(host))
      return refused(`${host} is a private address`);
    const lookedUp: LookupFunction = (name, options, done) =>
      lookup(name, { ...options, all: true }, (error, addresses) => {
        const hidden = isOwn ? undefined : addresses?.find(({ address }) => !isPublic(address));
        const problem =
          error ??
          (hidden && new CallFailure('webhook_address_private', `${name} is ${hidden.address}`));
        if (problem) return done(problem, []);
        done(null, addresses);
      });
    return new Promise((answer, fail) => {
      const send = target.protocol === 'https:' ? requestHttps : requestHttp;
      const request = send(
        target,
        {
          method: 'POST',
          headers: { ...headers, 'content-length': String(new TextEncoder().encode(body).length) },
          lookup: lookedUp,
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (part: string) => {
            if (text.length < KEPT_BYTES) text += part;
            else response.destroy();
          });
          response.on('close', () => {
            clearTimeout(timer);
            answer({ status: response.statusCode ?? 0, text: text.slice(0, KEPT_BYTES) });
          });
        },
      );
      const timer = setTimeout(
        () => request.destroy(new CallFailure('webhook_timeout', 'It did not answer in time')),
        timeoutMs ?? TIMEOUT_MS,
      );
      request.on('error', (error: Error) => {
        clearTimeout(timer);
        fail(
          error instanceof CallFailure
            ? error
            : new CallFailure('webhook_unreachable', error.message),
        );
      });
      request.end(body);
    });
  };
}

function refused(why: string): Promise<never> {
  return Promise.reject(new CallFailure('webhook_address_private', why));
}
