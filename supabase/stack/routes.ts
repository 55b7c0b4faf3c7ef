import { Refusal } from './http.ts';
import type { ProofKind } from './proofs.ts';

/** The parts of the API behind the one port; what is none of them is a page of the portal. */
export type Family = 'rest' | 'auth' | 'storage' | 'functions' | 'realtime';
const FAMILIES: readonly string[] = ['rest', 'auth', 'storage', 'functions', 'realtime'];

/** Where a request leads, in the one spelling that everything behind the gateway gets to see. */
export interface Route {
  /** Null for the portal. */
  family: Family | null;
  /** What follows `/<family>/v1`, decoded: `['object', 'proofs', 'a b.png']`. */
  segments: string[];
  /** The whole path; of the API encoded anew, of the portal as it came. */
  path: string;
  /** The query with its question mark, or empty. */
  search: string;
}

const notAnAddress = () => new Refusal(400, 'address_invalid', 'This is not an address.');
const notFound = () => new Refusal(404, 'not_found', 'There is nothing at this address.');

/** C0 controls, DEL and what would be a step or a separator once it is decoded. */

const NEVER_IN_A_SEGMENT = /[\u0000-\u001f\u007f/\\]/;

/**
 * Reads the address of a request. The path of the API is decoded once, here and nowhere else: whoever
 * writes a letter of it in another way gets the same route, or none.
 *
 * @throws {Refusal} 400 for what is no address, 404 for an address that only looks like the API's
 */
export function readRoute(target: string): Route {
  const [, path = '', search = ''] = /^(\/[^?#]*)(\?[^#]*)?$/.exec(target) ?? [];
  if (path === '') throw notAnAddress();
  const raw = path.slice(1).split('/');
  const segments = raw.map(decode);
  const [first, version, ...rest] = segments;
  if (!FAMILIES.includes(first ?? '') || version !== 'v1') {
    // What reads like the API's address is not answered by the portal either.
    const [looseFirst, looseVersion] = segments
      .flatMap((segment) => segment?.toLowerCase().split(/[/\\]/) ?? [])
      .filter((segment) => segment !== '' && segment !== '.');
    if (FAMILIES.includes(looseFirst ?? '') && looseVersion === 'v1') throw notFound();
    return { family: null, segments: [], path, search };
  }
  // Readers of a query do not agree on what they cannot decode, and PostgreSQL reads no NUL anywhere.
  if (decode(search)?.includes('\0') ?? true) throw notAnAddress();
  // One slash at the end is common: /rest/v1/
  if (rest.at(-1) === '') rest.pop();
  const known = rest.map((segment) => {
    if (segment === null || segment === '' || segment === '.' || segment === '..') throw notFound();
    if (NEVER_IN_A_SEGMENT.test(segment)) throw notFound();
    return segment;
  });
  return {
    family: first as Family,
    segments: known,
    path: [`/${first}/v1`, ...known.map(encodeURIComponent)].join('/'),
    search,
  };
}

/** Null when it cannot be decoded. */
function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}

/** What is to be had in the API, by method; everything else is not found. */
const READ = ['GET', 'HEAD'];
const NAME = /^\w+$/;

const SIGN_IN = ['password', 'refresh_token'];
const SIGN_OUT = ['local', 'global', 'others'];

/** True when the API has this route for this method. */
export function isRouted({ family, segments, search }: Route, method: string): boolean {
  const [first, second] = segments;
  switch (family) {
    case 'rest': {
      if (segments.length === 0) return READ.includes(method);
      if (first === 'rpc' && segments.length === 2) {
        return NAME.test(second ?? '') && [...READ, 'POST'].includes(method);
      }
      const isTable = segments.length === 1 && NAME.test(first ?? '');
      return isTable && [...READ, 'POST', 'PATCH', 'PUT', 'DELETE'].includes(method);
    }
    case 'auth': {
      if (segments.length !== 1) return false;
      const query = new URLSearchParams(search);
      const only = (name: string, values: string[]) =>
        query.size === 1 && values.includes(query.get(name) ?? '');
      if (first === 'token') return method === 'POST' && only('grant_type', SIGN_IN);
      if (first === 'logout') {
        return method === 'POST' && (query.size === 0 || only('scope', SIGN_OUT));
      }
      return first === 'user' && READ.includes(method) && query.size === 0;
    }
    case 'storage':
      return first === 'object' && [...READ, 'POST', 'PUT', 'DELETE'].includes(method);
    case 'functions':
      return [...READ, 'POST'].includes(method) && NAME.test((first ?? '').replaceAll('-', '_'));
    case 'realtime':
      // Pages listen over a WebSocket, which does not come this way.
      return false;
    case null:
      return true;
  }
}

/** How somebody wants to prove who he is, null when the request is about something else. */
export function proofKind({ family, segments, search }: Route): ProofKind | null {
  if (family !== 'auth' || segments[0] !== 'token') return null;
  return new URLSearchParams(search).get('grant_type') === 'password' ? 'password' : 'refresh';
}
