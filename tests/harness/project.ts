import pg from 'pg';
import { bootstrap, connect } from '../../supabase/stack/database.ts';
import type { TestServer } from './server.ts';

/** A database as a new Supabase project has it, empty; its address for `postgres`. */
export async function newProject(server: TestServer, name: string): Promise<string> {
  const admin = await connect(`${server.url}/postgres`);
  await admin.query(`create database ${pg.escapeIdentifier(name)}`);
  await admin.end();
  const url = new URL(`${server.url}/${name}`);
  await bootstrap(url.href, url.password);
  url.username = 'postgres';
  return url.href;
}
