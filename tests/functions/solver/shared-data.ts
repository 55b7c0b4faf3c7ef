/**
 * The published instances live beside the repository, in ../shared/data/vrp (another place can be
 * named by SOLVER_INSTANCES). Tests that need them fail with this sentence where they are absent.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { VroomInput } from '../../../solver/mod.ts';

export interface Instance {
  name: string;
  kind: string;
  n: number;
  bks: number;
}

const repository = new URL('../../../', import.meta.url).pathname;

export const directory =
  process.env['SOLVER_INSTANCES'] ?? join(repository, '..', 'shared', 'data', 'vrp');

export function instances(): Instance[] {
  const index = join(directory, 'index.json');
  if (!existsSync(index)) {
    throw new Error(
      `The published instances are absent: no ${index}. Put them there or name their directory ` +
        'in SOLVER_INSTANCES.',
    );
  }
  return JSON.parse(readFileSync(index, 'utf8')) as Instance[];
}

export function readInstance(name: string): VroomInput {
  return JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')) as VroomInput;
}
