import { connect } from '../../supabase/stack/database.ts';
import type { Operation } from './measure.ts';

const ORDERS = 200;

export interface StatementCost {
  calls: number;
  milliseconds: number;
  blocks: number;
  text: string;
}

export interface FunctionCost {
  calls: number;
  ownMilliseconds: number;
  name: string;
}

/** Where the time of one operation goes, per operation. */
export interface Profile {
  statements: StatementCost[];
  functions: FunctionCost[];
}

/** Makes sessions that are opened from now on tell what their statements cost; slows them down. */
export async function startProfiling(superuserUrl: string): Promise<void> {
  const client = await connect(superuserUrl);
  await client.query('create extension if not exists pg_stat_statements schema extensions');
  await client.query(`alter database postgres set "pg_stat_statements.track" = 'all'`);
  await client.query(`alter database postgres set track_functions = 'all'`);
  await client.end();
}

/** Runs the operation in a row and reads the costs. Only for a session opened after `startProfiling`. */
export async function profile(superuserUrl: string, operation: Operation): Promise<Profile> {
  const client = await connect(superuserUrl);
  try {
    for (let run = 0; run < 50; run += 1) await operation();
    await client.query('select extensions.pg_stat_statements_reset(), pg_stat_reset()');
    for (let run = 0; run < ORDERS; run += 1) await operation();
    // A session hands its function statistics over at most once a second.
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await operation();
    const statements = await client.query<StatementCost>(
      `select round(calls::numeric / ${ORDERS}, 1)::float as calls, round((total_exec_time / ${ORDERS})::numeric, 3)::float as milliseconds,
         round((shared_blks_hit + shared_blks_read)::numeric / ${ORDERS}, 1)::float as blocks,
         left(regexp_replace(query, '\\s+', ' ', 'g'), 160) as text
       from extensions.pg_stat_statements
       where calls >= ${ORDERS} / 2
       order by total_exec_time desc
       limit 25`,
    );
    const functions = await client.query<FunctionCost>(
      `select round(calls::numeric / ${ORDERS}, 1)::float as calls, round((self_time / ${ORDERS})::numeric, 3)::float as "ownMilliseconds",
         schemaname || '.' || funcname as name
       from pg_stat_user_functions
       order by self_time desc
       limit 25`,
    );
    return { statements: statements.rows, functions: functions.rows };
  } finally {
    await client.end();
  }
}

export function describeProfile({ statements, functions }: Profile): string {
  return [
    'Where the time of placing goes, per order (nested statements count in the outer ones too):',
    '   calls       ms   blocks',
    ...statements.map(
      ({ calls, milliseconds, blocks, text }) =>
        `  ${calls.toFixed(1).padStart(6)} ${milliseconds.toFixed(3).padStart(8)} ${blocks.toFixed(0).padStart(8)}  ${text}`,
    ),
    'Functions by their own time:',
    '   calls       ms',
    ...functions.map(
      ({ calls, ownMilliseconds, name }) =>
        `  ${calls.toFixed(1).padStart(6)} ${ownMilliseconds.toFixed(3).padStart(8)}  ${name}`,
    ),
  ].join('\n');
}
