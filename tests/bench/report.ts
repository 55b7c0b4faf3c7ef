import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import type { Figure } from './measure.ts';

/** One measured operation, and what of the minimum it reaches in the same run. */
export interface Result {
  operation: string;
  way: 'sql' | 'http' | 'minimum' | 'rows';
  figure: Figure;
  /** Share of the minimum with as many clients; absent for the minimum itself. */
  ofMinimum?: number;
  /** Share of what the same rows cost by hand, where that was measured. */
  ofRows?: number;
}

export interface Report {
  date: string;
  machine: string;
  seconds: number;
  results: Result[];
}

export function describeMachine(): string {
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${availableParallelism()} cores (${cpus()[0]?.model.trim() ?? 'unknown'}), ${gigabytes} GB, Node ${process.versions.node}, load average ${loadavg()[0]?.toFixed(1)} at the start`;
}

const NAMES = {
  minimum: 'hand-written minimum, SQL',
  rows: 'same rows by hand, SQL',
  sql: 'Mzigo, SQL',
  http: 'Mzigo, HTTP',
};

const share = (value?: number) => (value === undefined ? '' : `${(value * 100).toFixed(0)} %`);

function row({ operation, way, figure, ofMinimum, ofRows }: Result): string[] {
  return [
    operation,
    NAMES[way],
    String(figure.clients),
    figure.perSecond.toFixed(1),
    figure.median.toFixed(1),
    figure.p95.toFixed(1),
    share(ofMinimum),
    share(ofRows),
    figure.failures === 0 ? '' : String(figure.failures),
  ];
}

const HEADER = [
  'operation',
  'way',
  'clients',
  'per second',
  'median ms',
  'p95 ms',
  'of minimum',
  'of same rows',
  'failed',
];
const WIDTHS = [42, 26, 8, 11, 10, 9, 11, 13, 7];

export function line(result: Result): string {
  return row(result)
    .map((cell, index) =>
      index < 2 ? cell.padEnd(WIDTHS[index] ?? 0) : cell.padStart(WIDTHS[index] ?? 0),
    )
    .join(' ');
}

export function headline(): string {
  return HEADER.map((cell, index) =>
    index < 2 ? cell.padEnd(WIDTHS[index] ?? 0) : cell.padStart(WIDTHS[index] ?? 0),
  ).join(' ');
}

/** The committed summary. */
export function asMarkdown({ date, machine, seconds, results }: Report): string {
  return [
    '# Benchmarks',
    '',
    `Measured on ${date} with \`npm run bench -- --write\`: ${machine}; ${seconds} s per figure, data of 500 products, 2,000 customers and 10,000 or 100,000 delivered orders, \`synchronous_commit\` and checksums on, load generator on the same machine. Written by the bench; do not edit by hand.`,
    '',
    'The *minimum* is what the same work costs when it is written by hand for nothing else (`tests/bench/ceiling.sql`): plain tables with row level security, one definer function per step, stock guarded and locked in one order; no events, audit trail, state machine or idempotency. *The same rows by hand* (`tests/bench/same_rows.sql`) is one function, too, but leaves exactly the rows that Mzigo leaves (lines, reservations, events, history, audit trail, messages), in copies of its tables with all their constraints and indexes; the bench counts them. Between the minimum and it lies what the records cost, between it and Mzigo what the engine costs: prices, credit, rules, permissions, guards. All run in the same server and the same minute. SQL is one transaction per request with `set local role authenticated` and the claims of a user, sent in one piece over a kept connection. HTTP is the whole embedded stack with its workers running.',
    '',
    `| ${HEADER.join(' | ')} |`,
    `| ${HEADER.map((_, index) => (index < 2 ? '---' : '---:')).join(' | ')} |`,
    ...results.map((result) => `| ${row(result).join(' | ')} |`),
    '',
  ].join('\n');
}
