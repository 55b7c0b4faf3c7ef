import { importForms } from '#lib/imports/imports.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url }) {
  const wanted = url.searchParams.get('into');
  return reading(async () => ({ forms: await importForms(), wanted }));
}
