import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryRoot } from '../../supabase/stack/paths.ts';
import { DoorIsOpen, mustBe, type Door } from './door.ts';
import type { Answer } from './target.ts';

/** Rows of every table that are asked for by their ids. */
const SAMPLE = 20;

interface Contract {
  schemas: { public: { tables: Record<string, { columns: object }> } };
}

async function tablesOfCompanies(): Promise<string[]> {
  const text = await readFile(join(repositoryRoot, 'contract.json'), 'utf8');
  const { tables } = (JSON.parse(text) as Contract).schemas.public;
  return Object.entries(tables)
    .filter(([, { columns }]) => 'id' in columns && 'tenant_id' in columns)
    .map(([name]) => name);
}

const idsIn = ({ json }: Answer): string[] =>
  Array.isArray(json) ? json.map((row: { id?: unknown }) => String(row.id)) : [];

export const door: Door = {
  name: 'One company reads and deletes nothing of another',
  async attempt(target) {
    const own = (await target.signIn('owner@acme.test')).accessToken;
    const stranger = (await target.signIn('owner@globex.test')).accessToken;
    const tables = await tablesOfCompanies();
    let count = 0;
    for (const table of tables) {
      const rows = await target.sendAs(own, `/rest/v1/${table}?select=id&limit=${SAMPLE}`);
      const ids = idsIn(rows);
      if (ids.length === 0) continue;
      const path = `/rest/v1/${table}?id=in.(${ids.join(',')})`;
      const read = await target.sendAs(stranger, `${path}&select=id`);
      mustBe(`Reading ${table}`, read, 200, 401, 403);
      if (idsIn(read).length > 0) throw new DoorIsOpen(`${table} shows ${idsIn(read)[0]}`);
      const gone = await target.sendAs(stranger, path, { method: 'DELETE' });
      if (gone.status >= 500) mustBe(`Deleting from ${table}`, gone, 403);
      const left = await target.sendAs(own, `${path}&select=id`);
      if (idsIn(left).length !== ids.length) throw new DoorIsOpen(`${table} lost rows`);
      count += ids.length;
    }
    if (count === 0) throw new DoorIsOpen('The company has no rows that could be looked at');
    return `${count} rows of ${tables.length} tables`;
  },
};
