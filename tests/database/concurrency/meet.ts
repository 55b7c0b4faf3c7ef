import type { Session, TestDatabase } from '../../harness/database.ts';

/** What somebody does: in whose session, which statement, with which values. */
export type Deed = [session: Session, statement: string, values: unknown[]];

/**
 * What the first does stays open until the second waits for it, or is through without waiting; then the
 * first commits. Answers the key of the error that the second got, or `ok`.
 */
export async function meet(database: TestDatabase, first: Deed, second: Deed): Promise<string> {
  const watcher = await database.asAdmin();
  const { pid } = await second[0].one<{ pid: number }>('select pg_backend_pid() as pid');
  const waits = async () =>
    (
      await watcher.query(
        `select from pg_stat_activity where pid = $1 and wait_event_type = 'Lock'`,
        [pid],
      )
    ).length > 0;
  await first[0].query('begin');
  await first[0].query(first[1], first[2]);
  let isDone = false;
  const later = second[0]
    .query(second[1], second[2])
    .then(
      () => 'ok',
      (error: Error) => error.message,
    )
    .finally(() => (isDone = true));
  while (!isDone && !(await waits()));
  await first[0].query('commit');
  return later;
}
