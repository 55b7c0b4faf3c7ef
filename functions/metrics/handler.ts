import { z } from 'zod';
import { isWorkerCall, refuseCaller } from '../_shared/caller.ts';
import type { Database } from '../_shared/database.ts';

const rowsSchema = z.array(
  z.object({
    name: z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/),
    labels: z.record(z.string(), z.unknown()).nullable(),
    value: z.number(),
  }),
);

export interface Dependencies {
  database: Database;
  secretKey: string;
}

/** The database's figures in the text format of Prometheus; scraped with the secret key. */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  if (!isWorkerCall(request, dependencies.secretKey)) return refuseCaller();
  const rows = rowsSchema.parse(await dependencies.database.rpc('metrics'));
  const families = new Map<string, string[]>();
  for (const { name, labels, value } of rows) {
    const type = `# TYPE ${name} ${name.endsWith('_total') ? 'counter' : 'gauge'}`;
    const lines = families.get(name) ?? [type];
    families.set(name, [...lines, `${name}${formatLabels(labels ?? {})} ${value}`]);
  }
  const lines = [...families.values()].flat();
  return new Response(`${lines.join('\n')}\n`, {
    headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
  });
}

function formatLabels(labels: Record<string, unknown>): string {
  const pairs = Object.entries(labels).map(([name, value]) => {
    const text = String(value)
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('"', '\\"');
    return `${name}="${text}"`;
  });
  return pairs.length > 0 ? `{${pairs.join(',')}}` : '';
}
