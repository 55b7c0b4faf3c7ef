/**
 * Works out anew, for every company, what is kept beside the ledgers, recomputes the audit chain, and
 * says what differs: `npm run verify`. Reads the running stack's database, or `DATABASE_URL`.
 *
 * Exit 0: nothing differs. Exit 1: something does, or it could not be looked at.
 */
import { connect } from '../supabase/stack/database.ts';
import { holder, readRunning } from '../supabase/stack/lock.ts';
import { stateHome } from '../supabase/stack/paths.ts';

const write = (text: string): void => void process.stdout.write(`${text}\n`);

async function databaseUrl(): Promise<string> {
  const url = process.env['DATABASE_URL'];
  if (url !== undefined) return url;
  const server = (await holder(stateHome)) === null ? null : await readRunning(stateHome);
  if (!server) throw new Error('Mzigo is not running; start it with npm start.');
  return server.databaseUrl;
}

interface Verified {
  slug: string;
  differences: string;
  is_audit_intact: boolean;
  examples: Record<string, unknown>[];
}

async function verify(): Promise<boolean> {
  const client = await connect(await databaseUrl());
  let isRight = true;
  try {
    const companies = await client.query<{ id: string; slug: string }>(
      'select id, slug from public.tenants order by slug',
    );
    for (const { id, slug } of companies.rows) {
      const { rows } = await client.query<Verified>('select (private.verify_company($1)).*', [id]);
      for (const { differences, is_audit_intact: isIntact, examples } of rows) {
        const isSound = Number(differences) === 0 && isIntact;
        isRight &&= isSound;
        const trail = isIntact ? 'the audit trail is whole' : 'the audit trail is BROKEN';
        write(`${isSound ? '✓' : '✗'} ${slug.padEnd(32)} ${differences} differ, ${trail}`);
        for (const example of examples) write(`    ${JSON.stringify(example)}`);
      }
    }
  } finally {
    await client.end();
  }
  return isRight;
}

try {
  process.exitCode = (await verify()) ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
