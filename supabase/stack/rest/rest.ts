import type { IncomingHttpHeaders } from 'node:http';
import type { Secrets } from '../secrets.ts';
import { TokenMemory } from '../tokens.ts';
import { callAnswer, pageAnswer, refusalAnswer, writeAnswer, type RestAnswer } from './answers.ts';
import { isObject, readBody, type Body } from './body.ts';
import {
  callerStatement,
  callText,
  chooseRoutine,
  shapedCall,
  type Caller,
  type CallText,
} from './call.ts';
import { callerOf } from './caller.ts';
import { readCatalogue, type Catalogue, type Relation } from './catalogue.ts';
import { Connections } from './connections.ts';
import { readForm, NO_BODY, type Form } from './form.ts';
import { refuseExcess } from './limits.ts';
import { listStatement } from './list.ts';
import { badBody, noRelation } from './mistakes.ts';
import { readPreferences, type Preferences } from './preferences.ts';
import { readQuery } from './query.ts';
import { readRange } from './range.ts';
import { Refused } from './refusals.ts';
import { runTransaction, type Row, type Statement } from './transaction.ts';
import { writeStatement, type WriteMethod } from './write.ts';

/**
 * REST as PostgREST has it: lists and changes of tables (`/rest/v1/<table>`), calls of functions
 * (`/rest/v1/rpc/<name>`). Each request is one round trip to the database.
 */
export interface Rest {
  answer(request: RestRequest): Promise<RestAnswer>;
  /** The statement that PostgREST runs in the caller's name before every request, if there is one. */
  preRequest(): string | null;
  /** Looks again at what tables and functions there are. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

export interface RestRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

export interface RestOptions {
  /** As `authenticator`. */
  databaseUrl: string;
  secrets: Secrets;
  /** Those that can be asked for; the first one when none is. */
  schemas: string[];
  maxRows: number;
}

/** Lists that take their time leave the commands alone: each has connections of its own. */
const CONNECTIONS = { reads: 6, commands: 8 };

/** A request that has been understood so far. */
interface Asked {
  request: RestRequest;
  caller: Caller;
  schema: string;
  catalogue: Catalogue;
  /** Of the table or function. */
  name: string;
  search: string;
  query: URLSearchParams;
  preferences: Preferences;
  form: Form;
  isRead: boolean;
  isHead: boolean;
}

export async function startRest(options: RestOptions): Promise<Rest> {
  const { secrets, schemas, maxRows } = options;
  const reads = new Connections(options.databaseUrl, CONNECTIONS.reads);
  const commands = new Connections(options.databaseUrl, CONNECTIONS.commands);
  const tokens = new TokenMemory(secrets.jwtSecret);
  const catalogues = new Map<string, Catalogue>();
  const texts = new Map<string, CallText>();
  const reload = async () => {
    await commands.use(async (client) => {
      for (const schema of schemas) catalogues.set(schema, await readCatalogue(client, schema));
    });
    texts.clear();
  };
  await reload();

  async function run(asked: Asked, path: string, isReadOnly: boolean, statement: Statement) {
    const { caller, catalogue, request, isRead, preferences } = asked;
    const acting = callerStatement(caller, {
      timeout: catalogue.timeouts.get(caller.role) ?? null,
      timezone: preferences.timezone,
      isReadOnly,
      method: request.method,
      path,
      headers: JSON.stringify(request.headers),
    });
    const connections = isRead ? reads : commands;
    const { preRequest } = catalogue;
    const before = preRequest === null ? [] : [{ name: 'before', text: preRequest, values: [] }];
    const statements = [acting, ...before, statement];
    const row = await connections.use((client) => runTransaction(client, statements));
    return row ?? ([] as Row);
  }

  async function call(asked: Asked): Promise<RestAnswer> {
    const { request, schema, catalogue, name, search, preferences, isRead, isHead, form } = asked;
    const { range } = request.headers;
    const isPlain =
      search === '' &&
      form.shape === 'rows' &&
      !form.isStripped &&
      preferences.count === null &&
      preferences['max-affected'] === null &&
      range === undefined;
    const query = isPlain ? null : readQuery(asked.query, isRead);
    const args = isRead ? fromQuery(query?.args ?? {}) : argumentsOf(request);
    const given = Object.keys(args.value as object);
    const candidates = catalogue.routines.get(name) ?? [];
    const routine = chooseRoutine(schema, name, candidates, given);
    const isReadOnly = isRead || !routine.isVolatile;
    const facts = { ...asked, isVoid: routine.isVoid };
    if (query === null) {
      const shape = [schema, name, ...given.toSorted()].join(' ');
      let text = texts.get(shape);
      if (!text) texts.set(shape, (text = callText(schema, routine, given, maxRows)));
      const row = await run(asked, `/rpc/${name}`, isReadOnly, { ...text, values: [args.json] });
      return callAnswer(row, { ...facts, offset: 0 });
    }
    const { statement, offset } = shapedCall({
      ...asked,
      routine,
      query,
      json: args.json,
      given,
      isText: isRead,
      range: readRange(isHead ? undefined : range),
      maxRows,
    });
    return callAnswer(await run(asked, `/rpc/${name}`, isReadOnly, statement), {
      ...facts,
      offset,
    });
  }

  async function list(asked: Asked, relation: Relation): Promise<RestAnswer> {
    const { request, schema, catalogue, name, query, preferences, form, isHead } = asked;
    const { statement, offset } = listStatement(catalogue, schema, relation, query, {
      isCounted: preferences.count !== null,
      form: isHead ? NO_BODY : form,
      range: readRange(isHead ? undefined : request.headers.range),
      maxRows,
    });
    const row = await run(asked, `/${name}`, true, statement);
    return pageAnswer(row, { ...asked, offset });
  }

  async function write(asked: Asked, relation: Relation, method: WriteMethod) {
    const { request, name, query } = asked;
    const body =
      method === 'DELETE' ? null : readBody(request.body, request.headers['content-type']);
    const row = await run(
      asked,
      `/${name}`,
      false,
      writeStatement({ ...asked, relation, method, body, maxRows }),
    );
    const hasKey = relation.key.length > 0 || query.has('on_conflict');
    return writeAnswer(row, { ...asked, method, hasKey });
  }

  function understand(request: RestRequest, caller: Caller, name: string, search: string): Asked {
    const { method, headers } = request;
    const isRead = method === 'GET' || method === 'HEAD';
    const query = new URLSearchParams(search);
    refuseExcess(search, query);
    const profile = headers[isRead ? 'accept-profile' : 'content-profile'];
    const schema = profile === undefined ? (schemas[0] ?? '') : String(profile);
    const catalogue = catalogues.get(schema);
    if (!catalogue) throw noSchema(schema, schemas);
    return {
      request,
      caller,
      schema,
      catalogue,
      name,
      search,
      query,
      preferences: readPreferences(headers.prefer),
      form: readForm(headers.accept),
      isRead,
      isHead: method === 'HEAD',
    };
  }

  async function answer(request: RestRequest): Promise<RestAnswer> {
    const { method, url, headers } = request;
    const [, path = '', search = ''] = /^\/rest\/v1\/?([^?]*)(?:\?(.*))?$/s.exec(url) ?? [];
    const [, rpc, name = ''] = /^(rpc\/)?([^/%]+)$/.exec(path) ?? [];
    let caller: Caller | null = null;
    try {
      caller = callerOf(headers, secrets, tokens);
      if (path === '') throw notThere('PGRST126', 'Root endpoint metadata is disabled');
      if (name === '') throw notThere('PGRST125', 'Invalid path specified in request URL');
      const asked = understand(request, caller, name, search);
      if (rpc !== undefined) {
        if (asked.isRead || method === 'POST') return await call(asked);
        throw wrongMethod('PGRST101', `Cannot use the ${method} method on RPC`);
      }
      const relation = asked.catalogue.relations.get(name);
      if (!relation) throw noRelation(asked.schema, name);
      if (asked.isRead) return await list(asked, relation);
      if (isWrite(method)) return await write(asked, relation, method);
      throw wrongMethod('PGRST117', `Unsupported HTTP method: ${method}`);
    } catch (error) {
      return refusalAnswer(error, caller !== null && caller.role !== 'anon');
    }
  }

  return {
    answer,
    preRequest: () => catalogues.get(schemas[0] ?? '')?.preRequest ?? null,
    reload,
    close: async () => void (await Promise.all([reads.close(), commands.close()])),
  };
}

const isWrite = (method: string): method is WriteMethod =>
  ['POST', 'PATCH', 'PUT', 'DELETE'].includes(method);

const fromQuery = (args: Record<string, string>): Body => ({
  json: JSON.stringify(args),
  value: args,
});

function argumentsOf({ body, headers }: RestRequest): Body {
  if (body.length === 0) return { json: '{}', value: {} };
  const read = readBody(body, headers['content-type']);
  if (!isObject(read.value)) throw badBody();
  return read;
}

function noSchema(schema: string, schemas: string[]): Refused {
  const hint = `Only the following schemas are exposed: ${schemas.join(', ')}`;
  const message = `Invalid schema: ${schema}`;
  return new Refused(406, { code: 'PGRST106', details: null, hint, message });
}

function notThere(code: string, message: string): Refused {
  return new Refused(404, { code, details: null, hint: null, message });
}

function wrongMethod(code: string, message: string): Refused {
  return new Refused(405, { code, details: null, hint: null, message });
}
