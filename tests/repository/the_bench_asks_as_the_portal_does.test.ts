import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../../supabase/stack/paths.ts';

const text = (...path: string[]) => readFileSync(join(repositoryRoot, ...path), 'utf8');

test('the list that the bench measures is the one that the portal asks for', () => {
  const portal = /const IN_LIST = '([^']+)'/.exec(text('web', 'src', 'lib', 'orders', 'orders.ts'));
  expect(text('tests', 'bench', 'http.ts')).toContain(`orders?select=${portal?.[1]}&`);
});
