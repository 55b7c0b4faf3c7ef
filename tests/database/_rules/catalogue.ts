import { afterAll, beforeAll } from 'vitest';
import { cloneDatabase, type Session, type TestDatabase } from '../../harness/database.ts';

/** Our own schemas, as an SQL list of regnamespace. */
export const OURS = `('public'::regnamespace, 'private'::regnamespace, 'analytics'::regnamespace)`;
export const EXPOSED = `('public'::regnamespace, 'analytics'::regnamespace)`;

/** Roles that requests over HTTP take. */
export const API_ROLES = `('anon', 'authenticated', 'service_role')`;

export interface Catalogue {
  /** The first column of every row: what breaks the rule. */
  offenders(text: string): Promise<string[]>;
  admin(): Session;
}

/** A database with all migrations and policies for the rules of one file. */
export function openCatalogue(): Catalogue {
  let database: TestDatabase;
  let admin: Session;
  beforeAll(async () => {
    database = await cloneDatabase('rules');
    admin = await database.asAdmin();
  });
  afterAll(() => database.drop());
  return {
    admin: () => admin,
    offenders: async (text) =>
      (await admin.query(text)).map((row) => String(Object.values(row)[0])).sort(),
  };
}
