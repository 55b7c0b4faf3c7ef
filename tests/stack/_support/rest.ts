import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApi, type Api } from '../../../supabase/stack/api.ts';
import { cloneDatabase, type TestDatabase } from '../../harness/database.ts';
import { openSession, SECRETS, tokenFor } from './tokens.ts';

export type Headers = Record<string, string>;

/** The API on a database of its own, asked as somebody who is signed in. */
export interface Rest {
  database: TestDatabase;
  api: Api;
  /** The answer, with its JSON read. */
  ask(path: string, headers?: Headers, method?: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  json: unknown;
  text: string | null;
}

/** @param script makes the tables of the test, as the superuser */
export async function startRest(name: string, script: string): Promise<Rest> {
  const database = await cloneDatabase(name);
  const admin = await database.asAdmin();
  await admin.query(script);
  const folder = await mkdtemp(join(tmpdir(), 'mzigo-rest-'));
  const api = await startApi({
    databaseUrl: (role) => database.urlFor(role),
    secrets: SECRETS,
    storageFolder: folder,
  });
  const person = '00000000-0000-7000-8000-000000000001';
  await openSession(admin, person);
  const token = tokenFor(person);
  return {
    database,
    api,
    ask: async (path, headers = {}, method = 'GET', body) => {
      const text = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body);
      const answer = await api.rest({
        method,
        url: `/rest/v1/${path}`,
        headers: { apikey: SECRETS.publishableKey, authorization: `Bearer ${token}`, ...headers },
        body: Buffer.from(text),
      });
      const isJson = answer.headers['content-type']?.includes('json') && answer.body !== null;
      const json: unknown = isJson ? JSON.parse(answer.body ?? '') : null;
      return { status: answer.status, headers: answer.headers, json, text: answer.body };
    },
    stop: async () => {
      await api.close();
      await database.drop();
      await rm(folder, { recursive: true });
    },
  };
}
