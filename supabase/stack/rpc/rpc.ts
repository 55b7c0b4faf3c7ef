import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../secrets.ts';
import { TokenMemory } from '../tokens.ts';
import { pageAnswer, refusalAnswer, SINGLE_TYPE, valueAnswer, type RpcAnswer } from './answers.ts';
import { callText, callerStatement, chooseRoutine, type Caller, type CallText } from './call.ts';
import { readCatalogue, type Catalogue } from './catalogue.ts';
import { Connections } from './connections.ts';
import { countingExactly } from './counts.ts';
import { refuseExcess } from './limits.ts';
import { listStatement } from './list.ts';
import { refuseMisread } from './query.ts';
import { readRange } from './range.ts';
import { runTransaction, type Row, type Statement } from './transaction.ts';

/**
 * The hot ways into the database, calls of commands (`POST /rest/v1/rpc/<name>`) and plain lists (`GET
 * /rest/v1/<table>`), each in one round trip and with PostgREST's answers. Whatever it is not made for
 * it leaves to the engine behind it.
 */
export interface Rpc {
  /** The answer, or null when the engine has to give it. */
  answer(request: RpcRequest): Promise<RpcAnswer | null>;
  /** How long a role's statements may take; null when nothing was said about it. */
  timeoutOf(role: string): string | null;
  /** Looks again at what functions there are. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface RpcRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface RpcOptions {
  /** As `authenticator`. */
  databaseUrl: string;
  secrets: Secrets;
  schema: string;
  maxRows: number;
}

/** Lists that take their time leave the commands alone: each has connections of its own. */
const CONNECTIONS = { reads: 6, commands: 8 };

/** What a caller may prefer without a change in the answer. */
const PREFERENCES = /^return=\w+$/;

export async function startRpc(options: RpcOptions): Promise<Rpc> {
  const { secrets, schema, maxRows } = options;
  const reads = new Connections(options.databaseUrl, CONNECTIONS.reads);
  const commands = new Connections(options.databaseUrl, CONNECTIONS.commands);
  const tokens = new TokenMemory(secrets.jwtSecret);
  let catalogue: Catalogue = {
    routines: new Map(),
    relations: new Map(),
    foreignKeys: [],
    junctions: new Set(),
    timeouts: new Map(),
  };
  const texts = new Map<string, CallText>();
  const reload = async () => {
    catalogue = await commands.use((client) => readCatalogue(client, schema));
    texts.clear();
  };
  await reload();
  const timeoutOf = (role: string) => catalogue.timeouts.get(role) ?? null;

  /** Who calls, by the same rules as the engine; null when it has to refuse or think about it. */
  function callerOf(headers: IncomingHttpHeaders): Caller | null {
    const { apikey, authorization = '' } = headers;
    const isSecret = apikey === secrets.secretKey;
    if (!isSecret && apikey !== secrets.publishableKey) return null;
    if (isSecret && /mozilla/i.test(headers['user-agent'] ?? '')) return null;
    const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
    if (authorization !== '' && token === undefined) return null;
    if (token === undefined || token === apikey || token.startsWith('sb_')) {
      const role = isSecret ? 'service_role' : 'anon';
      return { role, claims: JSON.stringify({ role }) };
    }
    const trusted = tokens.verify(token);
    return trusted && { role: trusted.claims.role, claims: trusted.text };
  }

  async function run(
    caller: Caller,
    { method, headers }: RpcRequest,
    target: { path: string; isReadOnly: boolean; statement: Statement },
  ): Promise<Row> {
    const { path, isReadOnly, statement } = target;
    const timeout = timeoutOf(caller.role);
    const sent = JSON.stringify(headers);
    const acting = callerStatement(caller, timeout, isReadOnly, method, path, sent);
    const connections = method === 'POST' ? commands : reads;
    const row = await connections.use((client) => runTransaction(client, [acting, statement]));
    return row ?? [];
  }

  async function call(request: RpcRequest, caller: Caller, name: string) {
    const candidates = catalogue.routines.get(name);
    if (!candidates || !isPlain(request.headers, schema)) return null;
    const json = request.body.length === 0 ? '{}' : request.body.toString('utf8');
    const given = namesIn(json);
    const routine = given && chooseRoutine(candidates, given);
    if (!given || !routine) return null;
    const shape = [name, ...given.toSorted()].join(' ');
    let text = texts.get(shape);
    if (!text) texts.set(shape, (text = callText(schema, routine, given, maxRows)));
    const statement = { ...text, values: [json] };
    const target = { path: `/rpc/${name}`, isReadOnly: !routine.isVolatile, statement };
    return valueAnswer(await run(caller, request, target), routine.isVoid);
  }

  async function list(request: RpcRequest, caller: Caller, name: string, query: URLSearchParams) {
    const { accept, prefer, range, ...headers } = request.headers;
    const isSingle = accept?.split(';')[0] === SINGLE_TYPE;
    const isCounted = countingExactly(String(prefer)) === 'count=exact';
    const rest = { ...headers, ...(isSingle ? {} : { accept }), ...(isCounted ? {} : { prefer }) };
    if (!isPlain(rest, schema)) return null;
    const isHead = request.method === 'HEAD';
    const found = listStatement(catalogue, schema, name, query, {
      isCounted,
      body: isHead ? 'none' : isSingle ? 'row' : 'rows',
      range: readRange(isHead ? undefined : range),
      maxRows,
    });
    if (!found) return null;
    const { statement, offset } = found;
    const row = await run(caller, request, { path: `/${name}`, isReadOnly: true, statement });
    return pageAnswer(row, { name, query, offset, isSingle });
  }

  async function answer(request: RpcRequest): Promise<RpcAnswer | null> {
    const { method, url, headers } = request;
    const [, path = '', search = ''] = /^\/rest\/v1\/([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
    const [, rpc, name = ''] = /^(rpc\/)?(\w+)$/.exec(path) ?? [];
    const isCall = method === 'POST' && rpc !== undefined && search === '';
    const isRead = method === 'GET' || method === 'HEAD';
    const isList = isRead && rpc === undefined && name !== '';
    const caller = isCall || isList ? callerOf(headers) : null;
    const query = new URLSearchParams(search);
    try {
      refuseExcess(search, query);
      const answer =
        caller &&
        (await (isCall ? call(request, caller, name) : list(request, caller, name, query)));
      // From here on the engine reads the query.
      if (answer === null) refuseMisread(query, !path.startsWith('rpc/'));
      return answer;
    } catch (error) {
      return refusalAnswer(error, caller?.role !== 'anon');
    }
  }

  return {
    answer,
    timeoutOf,
    reload,
    close: async () => void (await Promise.all([reads.close(), commands.close()])),
  };
}

/** True when the request asks for nothing but JSON in the plain form. */
function isPlain(headers: IncomingHttpHeaders, schema: string): boolean {
  const { accept = '*/*', prefer, range } = headers;
  const type = headers['content-type'];
  const profile = headers['content-profile'] ?? headers['accept-profile'];
  return (
    range === undefined &&
    (type === undefined || /^application\/json(; ?charset=utf-8)?$/i.test(type)) &&
    (profile === undefined || profile === schema) &&
    /^(\*\/\*|application\/json)(,|$)/.test(accept) &&
    (prefer === undefined ||
      [prefer].flat().every((list) => list.split(/, */).every((it) => PREFERENCES.test(it))))
  );
}

/** The keys of a JSON object, null when it is something else. */
function namesIn(json: string): string[] | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
    return Object.keys(value);
  } catch {
    return null;
  }
}
