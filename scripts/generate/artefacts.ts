import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import type { Catalogue } from './catalogue.ts';
import { renderChoices } from './choices.ts';
import { renderContract } from './contract.ts';
import { renderDocuments } from './documents.ts';
import { renderErrors } from './errors.ts';
import { renderFigures } from './figures.ts';
import { renderLabels, renderRights } from './labels.ts';
import { renderPermissions } from './permissions.ts';
import { renderTypes } from './types.ts';
import { renderWorkflows } from './workflows.ts';
import { renderWritable } from './writable.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** Every generated file, by its path in the repository. */
const RENDERERS: Record<string, (catalogue: Catalogue) => string | Promise<string>> = {
  'contract.json': renderContract,
  'docs/errors.md': renderErrors,
  'docs/permissions.md': renderPermissions,
  'docs/workflows.md': renderWorkflows,
  'web/src/lib/choices.ts': renderChoices,
  'web/src/lib/database.types.ts': renderTypes,
  'web/src/lib/documents.ts': renderDocuments,
  'web/src/lib/figures.ts': renderFigures,
  'web/src/lib/labels.ts': renderLabels,
  'web/src/lib/rights.ts': renderRights,
  'web/src/lib/writable.ts': renderWritable,
};

export const GENERATED_FILES = Object.keys(RENDERERS);

/** What a generated file has to contain, formatted as the rest of the repository is. */
export async function render(path: string, catalogue: Catalogue): Promise<string> {
  const renderer = RENDERERS[path];
  if (renderer === undefined) throw new Error(`${path} is not generated.`);
  const file = join(ROOT, path);
  const options = await resolveConfig(file);
  return format(await renderer(catalogue), { ...options, filepath: file });
}

export async function isCurrent(path: string, catalogue: Catalogue): Promise<boolean> {
  const present = await readFile(join(ROOT, path), 'utf8').catch(() => null);
  return present === (await render(path, catalogue));
}

export async function write(path: string, catalogue: Catalogue): Promise<void> {
  await writeFile(join(ROOT, path), await render(path, catalogue));
}
