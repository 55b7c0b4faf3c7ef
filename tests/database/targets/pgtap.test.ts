import { testPgTapFiles } from '../../harness/pgtap.ts';

await testPgTapFiles(import.meta.dirname);
