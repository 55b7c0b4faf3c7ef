/**
 * Runs every layer of tests in one go and closes with one line that adds them up. Arguments are
 * handed on: `npm test -- --project database orders` runs part of it.
 */
import { spawn } from 'node:child_process';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const results = join(root, '.mzigo', 'test-results.json');

interface Results {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  success: boolean;
}

await mkdir(join(root, '.mzigo'), { recursive: true });
await rm(results, { force: true });

const vitest = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
const exitCode = await new Promise<number>((resolve) => {
  vitest.on('close', (code) => resolve(code ?? 1));
});

const text = await readFile(results, 'utf8').catch(() => null);
if (text === null) {
  console.error('The test runner ended before it wrote its results.');
  process.exit(exitCode === 0 ? 1 : exitCode);
}
const totals = JSON.parse(text) as Results;
const failed = Math.max(totals.numFailedTests, totals.success && exitCode === 0 ? 0 : 1);
console.log(
  `${totals.numPassedTests} passed, ${failed} failed, ${totals.numPendingTests + totals.numTodoTests} skipped`,
);
process.exit(failed > 0 ? 1 : 0);
