import { join } from 'node:path';
import type { CompilerOptions } from '@inlang/paraglide-js';

/** How `messages/*.json` become functions: for the build, the checks and the tests alike. */
export const words: CompilerOptions = {
  project: join(import.meta.dirname, 'project.inlang'),
  outdir: join(import.meta.dirname, 'src', 'lib', 'paraglide'),
  // One module per sentence: a page loads those that it says.
  outputStructure: 'message-modules',
  // `lib/words.ts` says which language it is.
  strategy: ['baseLocale'],
  emitReadme: false,
};
