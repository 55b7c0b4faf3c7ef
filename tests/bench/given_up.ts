/**
 * What each promise costs: placing an order and its whole life with one promise after the other taken out
 * of the same database, in processor time of the database, which a busy machine changes least:
 * `node tests/bench/given_up.ts [--lives 60]`. Prints the table of decision 0027.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { connect } from '../../supabase/stack/database.ts';
import { readCompany } from './company.ts';
import { live, placeReserved } from './flows.ts';
import type { Operation } from './measure.ts';
import { addHistory, startBenchServer } from './server.ts';
import { liveAtCeiling, openSql, placeAtCeiling, type SqlWay } from './sql.ts';

const { values: options } = parseArgs({ options: { lives: { type: 'string', default: '60' } } });
const lives = Number(options.lives);
/** A life is worth about so many placements. */
const PLACEMENTS = 6 * lives;
const WARM_UP = 20;
/** The cheapest round counts: what else the machine does can only make one dearer. */
const ROUNDS = 4;

/** Disables the triggers of the tables of companies for which this holds. */
const triggers = (condition: string) => `do $$ declare t record; begin
  for t in select tg.tgname, tg.tgrelid::regclass as managed from pg_trigger tg
    join pg_class c on c.oid = tg.tgrelid join pg_proc p on p.oid = tg.tgfoid
    where tg.tgparentid = 0 and c.relnamespace = 'public'::regnamespace and (${condition}) loop
    execute format('alter table %s disable trigger %I', t.managed, t.tgname);
  end loop; end $$`;

const CHECKS = `do $$ declare c record; begin
  for c in select conname, conrelid::regclass as managed from pg_constraint
    where contype = 'c' and connamespace = 'public'::regnamespace and conrelid <> 0 and conislocal loop
    execute format('alter table %s drop constraint %I', c.managed, c.conname);
  end loop; end $$`;

/** What is taken out, in this order; each stays out. */
const GIVEN_UP: [name: string, sql: string | null][] = [
  ['everything kept', null],
  ['what stock is worth', triggers(`p.proname = 'tg_inventory_transactions__post_values'`)],
  ['messages to other parts and to open pages', triggers(`p.proname = 'tg_event_store__fan_out'`)],
  [
    'the ledger: steps, changes with old and new values, audit trail',
    triggers(`p.proname ~ '^tg__record_(insert|update|delete|parts|row_update)$'`),
  ],
  [
    'the guard: only steps of the machine, by whom it allows',
    triggers(`p.proname = 'tg__guard_transition'`),
  ],
  ['checks of foreign keys (with the company)', triggers(`p.proname like 'RI_FKey_%'`)],
  ['CHECK constraints', CHECKS],
];

const server = await startBenchServer();
try {
  await addHistory(server.superuserUrl, 1, 10_000);
  const company = await readCompany(server.superuserUrl);
  const admin = await connect(server.superuserUrl);
  const [first] = await openSql(server.authenticatorUrl, company, 1);
  if (!first) throw new Error('There is no connection.');
  const ticks = async (pid: number) => {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  };
  /** Milliseconds of processor time of the connection, per operation (Linux: a tick is 10 ms). */
  const cost = async (way: SqlWay, operation: Operation, count: number) => {
    for (let run = 0; run < WARM_UP; run += 1) await operation();
    const [own] = await way.run('manager', 'select pg_backend_pid() as pid');
    const pid = Number(own?.['pid']);
    const rounds: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const before = await ticks(pid);
      for (let run = 0; run < count; run += 1) await operation();
      rounds.push((10 * ((await ticks(pid)) - before)) / count);
    }
    return Math.min(...rounds);
  };
  const cells = (name: string, place: number, life: number) =>
    process.stdout.write(`| ${name} | ${place.toFixed(2)} | ${life.toFixed(1)} |\n`);
  process.stdout.write(
    '| without | place and reserve, ms | draft to paid, ms |\n| --- | ---: | ---: |\n',
  );
  for (const [name, sql] of GIVEN_UP) {
    if (sql) await admin.query(sql);
    await admin.query('vacuum analyze');
    // Sessions keep what they have planned.
    const [way] = await openSql(server.authenticatorUrl, company, 1);
    if (!way) throw new Error('There is no connection.');
    cells(
      name,
      await cost(way, placeReserved(way, company, 0), PLACEMENTS),
      await cost(way, live(way, company, 0), lives),
    );
    await way.close();
  }
  cells(
    'all of it, written by hand (the minimum)',
    await cost(first, placeAtCeiling(first, company, 0), PLACEMENTS),
    await cost(first, liveAtCeiling(first, company, 0), lives),
  );
  await first.close();
  await admin.end();
} finally {
  await server.stop();
}
process.exit();
