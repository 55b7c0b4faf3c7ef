import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';
import { listStatements, STATEMENTS } from '#lib/targets/commissions.ts';

export function load({ url, depends }) {
  depends('entity:commission_statement');
  const list = readList(url, STATEMENTS);
  return reading(async () => ({ statements: await listStatements(list) }));
}
