/**
 * Measures placing, the whole life of an order and lists, through SQL and over HTTP, beside a
 * hand-written minimum: `npm run bench [-- --seconds 5] [--only sql|http] [--write]`.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { repositoryRoot, stateHome } from '../../supabase/stack/paths.ts';
import { readCompany, type Company } from './company.ts';
import { live, place, placeReserved } from './flows.ts';
import { listOverHttp, openHttp } from './http.ts';
import { measure, type Operation } from './measure.ts';
import { describeProfile, profile, startProfiling, type Profile } from './profile.ts';
import { asMarkdown, describeMachine, headline, line, type Report, type Result } from './report.ts';
import { addHistory, addSameRows, startBenchServer } from './server.ts';
import {
  checkSameRows,
  list,
  listAtCeiling,
  liveAtCeiling,
  openSql,
  placeAtCeiling,
  placeAtOnce,
  placeSameRows,
  type SqlWay,
} from './sql.ts';
import { startBenchStack, untilQueuesAreEmpty } from './stack.ts';

const CLIENTS = [1, 8, 32];
const FEW = 10_000;
const MANY = 100_000;
/** A whole life takes so long that a few seconds would see hardly any end. */
const LONG = 4;

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const seconds = Number(options.seconds);
if (!(seconds > 0 && seconds <= 600)) throw new Error('--seconds takes a number from 1 to 600.');
if (options.only !== undefined && !['sql', 'http'].includes(options.only)) {
  throw new Error('--only takes sql or http.');
}

const results: Result[] = [];
const say = (text: string): void => void process.stdout.write(`${text}\n`);

interface Contender {
  way: Result['way'];
  /** The operation of each client. */
  make(client: number): Operation;
  /** Says what this way does differently. */
  note?: string;
}

/** The contenders one after the other at each number of clients; the minimum comes first. */
async function compare(
  operation: string,
  contenders: Contender[],
  duration = seconds,
): Promise<void> {
  for (const clients of CLIENTS) {
    let minimum: number | undefined;
    let rows: number | undefined;
    for (const { way, make, note } of contenders) {
      const operations = Array.from({ length: clients }, (_, client) => make(client));
      const figure = await measure(operations, duration);
      const result: Result = { operation: operation + (note ? `, ${note}` : ''), way, figure };
      if (way === 'minimum') minimum = figure.perSecond;
      else if (minimum !== undefined) result.ofMinimum = figure.perSecond / minimum;
      if (way === 'rows') rows = figure.perSecond;
      else if (rows !== undefined) result.ofRows = figure.perSecond / rows;
      results.push(result);
      say(line(result));
    }
  }
}

function at<T>(values: T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new Error(`There is no client ${index}.`);
  return value;
}

function ceilings(ways: SqlWay[], company: Company) {
  return {
    place: { way: 'minimum', make: (client) => placeAtCeiling(at(ways, client), company, client) },
    live: { way: 'minimum', make: (client) => liveAtCeiling(at(ways, client), company, client) },
    list: { way: 'minimum', make: (client) => listAtCeiling(at(ways, client)) },
  } satisfies Record<string, Contender>;
}

const listName = (orders: number) => `list 50 of ${orders.toLocaleString('en')} orders`;

async function benchSql(): Promise<Profile> {
  const server = await startBenchServer();
  try {
    await addHistory(server.superuserUrl, 1, FEW);
    const company = await readCompany(server.superuserUrl);
    const ways = await openSql(server.authenticatorUrl, company, Math.max(...CLIENTS));
    const minimum = ceilings(ways, company);
    const sqlList: Contender = { way: 'sql', make: (client) => list(at(ways, client)) };
    await compare(listName(FEW), [minimum.list, sqlList]);
    await addSameRows(server.superuserUrl);
    await checkSameRows(server.superuserUrl, ways, company);
    await compare('place and allocate', [
      minimum.place,
      { way: 'rows', make: (client) => placeSameRows(at(ways, client), company, client) },
      {
        way: 'sql',
        note: 'one command',
        make: (client) => placeAtOnce(at(ways, client), company, client),
      },
      {
        way: 'sql',
        note: 'two commands',
        make: (client) => place(at(ways, client), company, client),
      },
    ]);
    await compare(
      'draft to paid',
      [minimum.live, { way: 'sql', make: (client) => live(at(ways, client), company, client) }],
      LONG * seconds,
    );
    await addHistory(server.superuserUrl, FEW + 1, MANY);
    await compare(listName(MANY), [minimum.list, sqlList]);
    await Promise.all(ways.map((way) => way.close()));

    await startProfiling(server.superuserUrl);
    const [way] = await openSql(server.authenticatorUrl, company, 1);
    if (!way) throw new Error('No connection to profile.');
    const found = await profile(server.superuserUrl, placeAtOnce(way, company, 0));
    await way.close();
    return found;
  } finally {
    await server.stop();
  }
}

async function benchHttp(): Promise<void> {
  const { stack, stop } = await startBenchStack();
  try {
    await addHistory(stack.superuserUrl, 1, FEW);
    const company = await readCompany(stack.superuserUrl);
    const authenticator = new URL(stack.databaseUrl);
    authenticator.username = 'authenticator';
    const ways = await openSql(authenticator.href, company, Math.max(...CLIENTS));
    const minimum = ceilings(ways, company);
    const http = await openHttp(stack, company);
    const httpList: Contender = { way: 'http', make: () => listOverHttp(http) };
    await compare(listName(FEW), [minimum.list, httpList]);
    await compare('place and allocate', [
      minimum.place,
      { way: 'http', note: 'one request', make: (client) => placeReserved(http, company, client) },
      { way: 'http', note: 'two requests', make: (client) => place(http, company, client) },
    ]);
    await compare(
      'draft to paid',
      [minimum.live, { way: 'http', make: (client) => live(http, company, client) }],
      LONG * seconds,
    );
    await untilQueuesAreEmpty(stack.superuserUrl);
    await addHistory(stack.superuserUrl, FEW + 1, MANY);
    await compare(listName(MANY), [minimum.list, httpList]);
    await Promise.all(ways.map((way) => way.close()));
  } finally {
    await stop();
  }
}

const machine = describeMachine();
say(machine);
say(headline());
const found = options.only === 'http' ? null : await benchSql();
if (options.only !== 'sql') await benchHttp();
if (found) say(`\n${describeProfile(found)}`);

const date = new Date().toISOString();
const report: Report = { date: date.slice(0, 10), machine, seconds, results };
const folder = join(stateHome, 'bench');
await mkdir(folder, { recursive: true });
const file = join(folder, `${date.replaceAll(/[:.]/g, '-')}.json`);
await writeFile(file, JSON.stringify({ ...report, profile: found }, null, 2));
say(`\nSaved as ${file}`);
if (options.write) {
  const text = await format(asMarkdown(report), { parser: 'markdown' });
  await writeFile(join(repositoryRoot, 'docs', 'benchmarks.md'), text);
  say('Written into docs/benchmarks.md');
}
// Connections that are kept alive for a next call must not keep the process alive.
process.exit();
