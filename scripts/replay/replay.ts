import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { requireServer, type Server } from './client.ts';
import { setUpCompany, type Company } from './company.ts';
import { REASONS, rejectedAsCsv, type OrderFile, type Reason } from './file.ts';
import { carry, openBatches, planBatches, STAGES, type Batch } from './orders.ts';
import { openCompany } from './people.ts';
import { planCatalogue } from './prices.ts';
import { Progress } from './progress.ts';
import { prove, type Check } from './proof.ts';
import { planReturns, takeBack } from './returns.ts';
import { Troubles } from './troubles.ts';

export interface ReplayOptions {
  server: Server;
  orders: OrderFile;
  /** How many invoices to carry; null = all. */
  limit: number | null;
  clients: number;
  /** Short name of the company. */
  tenant: string;
  /** Where the rejected lines and the password of the company's people are written. */
  folder: string;
  isTerminal: boolean;
  write: (text: string) => void;
  shouldStop: () => boolean;
}

export interface Outcome {
  checks: Check[];
  /** What went wrong on the way and was asked for again; nothing if all went well. */
  retried: string;
  /** Orders that this run carried, earlier ones not counted. */
  carried: number;
  seconds: number;
}

async function reportRejected(options: ReplayOptions, leftOut: number): Promise<void> {
  const { orders, folder, write } = options;
  const file = join(folder, 'rejected.csv');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, rejectedAsCsv(orders.rejected));
  const counts = new Map<Reason, number>();
  for (const { reason } of orders.rejected) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const lines = orders.invoices.reduce((sum, invoice) => sum + invoice.lines.length, 0);
  write(`Read as ${orders.found}\n`);
  write(
    `${orders.lineCount} lines: ${lines} in ${orders.invoices.length} invoices can be ordered\n`,
  );
  const back = orders.returns.reduce((sum, invoice) => sum + invoice.lines.length, 0);
  write(`${back} in ${orders.returns.length} invoices give goods back\n`);
  write(`${orders.rejected.length} cannot be carried, each with its reason in ${file}\n`);
  for (const [reason, count] of [...counts].toSorted((a, b) => b[1] - a[1])) {
    write(`  ${String(count).padStart(6)}  ${reason.padEnd(22)} ${REASONS[reason]}\n`);
  }
  for (const note of orders.notes) write(`Look at this: ${note}\n`);
  if (leftOut > 0) write(`  ${String(leftOut).padStart(6)}  invoices left out by --invoices\n`);
}

/**
 * Carries the invoices of a file through the running stack, over HTTP and as its people, and compares
 * the result with the file. Goes on where an earlier run of the same company stopped.
 *
 * @throws {Stopped} when `shouldStop` says so, between two requests
 */
export async function replay(options: ReplayOptions): Promise<Outcome> {
  const { server, orders, write } = options;
  await requireServer(server);
  const wanted = orders.invoices.slice(0, options.limit ?? undefined);
  await reportRejected(options, orders.invoices.length - wanted.length);
  if (wanted.length === 0) {
    throw new Error('Nothing in the file can be carried, so no company was founded.');
  }
  const { invoices, returns } = planReturns(wanted, orders.returns);
  const catalogue = planCatalogue(invoices);
  const begin = performance.now();
  const say = (text: string) =>
    write(
      `  ${text.padEnd(60)} ${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s\n`,
    );

  const stateFile = join(options.folder, `${options.tenant}.json`);
  const run = { shouldStop: options.shouldStop, troubles: new Troubles() };
  const people = await openCompany(server, options.tenant, options.clients, stateFile, run);
  write(`Company ${options.tenant}\n`);
  say(`${Object.keys(people.as).length + people.drivers.length} people, invited and signed in`);
  const company = await setUpCompany(people, invoices, catalogue, say);

  const batches = planBatches(invoices, company.vans.length);
  const open = await openBatches(company, batches);
  const progress = new Progress(invoices.length, options.isTerminal, write);
  const isOpen = new Set(open);
  for (const batch of batches.filter((it) => !isOpen.has(it))) {
    for (const _ of batch.invoices) for (const stage of STAGES) progress.add(stage);
  }
  const start = performance.now();
  await carryAll(options, company, open, (batch) =>
    carry(company, batch, catalogue.orderLines, progress.add),
  );
  const seconds = (performance.now() - start) / 1000;
  progress.end();
  await takeBack(company, returns);
  say(`${returns.length} returns taken back and credited`);
  const checks = await prove(company, invoices, returns);
  const { troubles } = run;
  return {
    checks: [...checks, troubles.check()],
    retried: troubles.describe(),
    carried: open.reduce((sum, batch) => sum + batch.invoices.length, 0),
    seconds,
  };
}

/** Every client takes the trips of its vans in turn; the first failure stops them all. */
async function carryAll(
  options: ReplayOptions,
  company: Company,
  batches: Batch[],
  work: (batch: Batch) => Promise<void>,
): Promise<void> {
  const vans = company.vans.length;
  const clients = Math.min(options.clients, vans);
  let failure: unknown;
  await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const own = batches.filter((batch) => (batch.index % vans) % clients === client);
      for (const batch of own) {
        if (failure !== undefined) return;
        try {
          await work(batch);
        } catch (error) {
          failure ??= error;
        }
      }
    }),
  );
  if (failure !== undefined) throw failure;
}
