import { statementSources } from '#lib/billing/statements.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load() {
  return reading(async () => ({ sources: await statementSources() }));
}
