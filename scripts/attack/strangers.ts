import { DoorIsOpen, mustBe, type Door } from './door.ts';
import type { Answer } from './target.ts';

/** Rows of every table that are asked for by their ids. */
const SAMPLE = 20;

const idsIn = ({ json }: Answer): string[] =>
  Array.isArray(json) ? json.map((row: { id?: unknown }) => String(row.id)) : [];

export const door: Door = {
  name: 'One company reads, changes and deletes nothing of another',
  async attempt(target) {
    const own = (await target.signIn('admin@acme.test')).accessToken;
    const stranger = (await target.signIn('admin@globex.test')).accessToken;
    const description = await target.sendAs(own, '/rest/v1/');
    const tables = Object.entries((description.json?.['definitions'] ?? {}) as Definitions)
      .filter(([, { properties }]) => properties && 'id' in properties && 'tenant_id' in properties)
      .map(([name]) => name);
    if (tables.length === 0) throw new DoorIsOpen('There is no table to look at');
    let count = 0;
    for (const table of tables) {
      const rows = await target.sendAs(own, `/rest/v1/${table}?select=id&limit=${SAMPLE}`);
      const ids = idsIn(rows).filter((id) => id !== 'null');
      if (ids.length === 0) continue;
      const path = `/rest/v1/${table}?id=in.(${ids.join(',')})`;
      const read = await target.sendAs(stranger, `${path}&select=id`);
      mustBe(`Reading ${table}`, read, 200, 401, 403);
      if (idsIn(read).length > 0) throw new DoorIsOpen(`${table} shows ${idsIn(read)[0]}`);
      const headers = { prefer: 'return=minimal' };
      const gone = await target.sendAs(stranger, path, { method: 'DELETE', headers });
      mustBe(`Deleting from ${table}`, gone, 200, 204, 401, 403, 404, 405);
      const left = await target.sendAs(own, `${path}&select=id`);
      if (idsIn(left).length !== ids.length) throw new DoorIsOpen(`${table} lost rows`);
      count += ids.length;
    }
    if (count === 0) throw new DoorIsOpen('There is no row to look at');
    return `${count} rows of ${tables.length} tables`;
  },
};

type Definitions = Record<string, { properties?: object }>;
