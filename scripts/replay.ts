/** Carries the invoices of a CSV file through the running stack; see docs/replay.md. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { holder, readRunning } from '../supabase/stack/lock.ts';
import { stateHome } from '../supabase/stack/paths.ts';
import { readArguments } from './replay/arguments.ts';
import { Stopped } from './replay/errors.ts';
import { readOrders } from './replay/file.ts';
import { replay } from './replay/replay.ts';

const write = (text: string): void => void process.stdout.write(text);

async function run(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const bytes = await readFile(options.file).catch(() => {
    throw new Error(`${options.file} cannot be read.`);
  });
  const orders = await readOrders(bytes, options);
  const server = (await holder(stateHome)) === null ? null : await readRunning(stateHome);
  if (!server) throw new Error('Mzigo is not running; start it with npm start.');

  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  let isStopping = false;
  process.on('SIGINT', () => {
    if (isStopping) process.exit(130);
    isStopping = true;
  });
  const { checks, retried, carried, seconds } = await replay({
    server,
    orders,
    limit: options.invoices,
    clients: options.clients,
    tenant: options.tenant ?? `replay-${hash}-${options.invoices ?? 'all'}`,
    folder: join(stateHome, 'replay'),
    isTerminal: process.stdout.isTTY,
    write,
    shouldStop: () => isStopping,
  });
  write('Compared with the file, as the auditor reads it over HTTP:\n');
  for (const { name, expected, actual, isRight } of checks) {
    const result = isRight ? actual || 'none' : `${actual} instead of ${expected || 'none'}`;
    write(`  ${isRight ? '✓' : '✗'} ${name.padEnd(52)} ${result}\n`);
  }
  if (retried !== '') write(`Asked again after: ${retried}\n`);
  if (carried > 0) {
    write(
      `${carried} orders from draft to paid in ${seconds.toFixed(1)} s, ${(carried / seconds).toFixed(2)} orders per second\n`,
    );
  }
  const wrong = checks.filter((check) => !check.isRight).length;
  if (wrong > 0) write(`${wrong} of ${checks.length} comparisons failed.\n`);
  return wrong > 0 ? 1 : 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  if (error instanceof Stopped) {
    write('\nStopped; the same command goes on from here.\n');
    process.exitCode = 130;
  } else {
    process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
