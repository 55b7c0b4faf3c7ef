import { join } from 'node:path';
import { type CompilerOptions, paraglideVitePlugin } from '@inlang/paraglide-js';

const shared = {
  project: join(import.meta.dirname, 'project.inlang'),
  // `lib/first_words.ts` says which language it is.
  strategy: ['baseLocale'],
  emitReadme: false,
} satisfies Partial<CompilerOptions>;

const into = (folder: string) => join(import.meta.dirname, 'src', 'lib', folder);

/** One module per sentence, in both languages: the pages before the sign-in load those that they say. */
const firstWords = () =>
  paraglideVitePlugin({ ...shared, outdir: into('paraglide'), outputStructure: 'message-modules' });

/** One module per language: everybody else, and every test, loads that of his own. */
export const catalogues = () =>
  paraglideVitePlugin({ ...shared, outdir: into('catalogues'), outputStructure: 'locale-modules' });

/** How `messages/*.json` become functions. */
export const words = () => [firstWords(), catalogues()];
