import { importForms, IMPORTS, listImports } from '#lib/imports/imports.ts';
import { readList } from '#lib/platform/list.ts';
import { load as reading } from '#lib/platform/read.ts';

export function load({ url, depends }) {
  depends('entity:import');
  const list = readList(url, IMPORTS);
  return reading(async () => {
    const [imports, forms] = await Promise.all([listImports(list), importForms()]);
    return { imports, forms };
  });
}
