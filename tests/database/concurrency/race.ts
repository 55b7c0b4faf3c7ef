import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Session, TestDatabase } from '../../harness/database.ts';

export type Attempt = [person: string, command: string, args: Record<string, unknown>];

/** The same attempt by several connections. */
export const times = (count: number, attempt: Attempt): Attempt[] =>
  Array.from({ length: count }, () => attempt);

/** People who stand before the same row and are let go at once. */
export class Races {
  readonly #database: TestDatabase;
  readonly #admin: Session;
  readonly #gate: Session;
  readonly #idle = new Map<string, Session[]>();

  private constructor(database: TestDatabase, admin: Session, gate: Session) {
    this.#database = database;
    this.#admin = admin;
    this.#gate = gate;
  }

  /** With the words of `support.sql` in the database. */
  static async open(database: TestDatabase): Promise<Races> {
    const admin = await database.asAdmin();
    await admin.query(await readFile(join(import.meta.dirname, '..', 'support.sql'), 'utf8'));
    return new Races(database, admin, await database.asAdmin());
  }

  /** What an expression of the superuser answers, as text. */
  async made(expression: string): Promise<string> {
    return (await this.#admin.one<{ value: string }>(`select (${expression})::text as value`))
      .value;
  }

  async number(expression: string): Promise<number> {
    return Number(await this.made(expression));
  }

  /**
   * Holds the row until everybody waits for it; how often each answer came then: `ok` or the error's key.
   *
   * @param lock `update` also stops those who only refer to the row
   */
  async at(
    table: string,
    id: string,
    attempts: Attempt[],
    lock: 'no key update' | 'update' = 'no key update',
  ): Promise<Record<string, number>> {
    await this.#gate.query('begin');
    await this.#gate.query(`select from ${table} where id = $1 for ${lock}`, [id]);
    const sessions: Session[] = [];
    for (const [person] of attempts) sessions.push(await this.#connection(person));
    let done = 0;
    const running = attempts.map(async ([person, command, args], index) => {
      const session = sessions[index] as Session;
      const answer = await session.rpc(command, args).then(
        () => 'ok',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      );
      done += 1;
      this.#idle.get(person)?.push(session);
      return answer;
    });
    while ((await this.#waiting(sessions)) + done < attempts.length) await sleep(10);
    await this.#gate.query('commit');
    const answers: Record<string, number> = {};
    for (const answer of await Promise.all(running)) answers[answer] = (answers[answer] ?? 0) + 1;
    return answers;
  }

  /** Comes back when the session stands before somebody else's lock. */
  async untilWaiting(session: Session): Promise<void> {
    while ((await this.#waiting([session])) === 0) await sleep(10);
  }

  async #connection(person: string): Promise<Session> {
    const idle = this.#idle.get(person) ?? [];
    this.#idle.set(person, idle);
    return idle.pop() ?? this.#database.asUser(`${person}@acme.test`);
  }

  async #waiting(sessions: Session[]): Promise<number> {
    const { count } = await this.#admin.one<{ count: number }>(
      `select count(*)::int from pg_stat_activity where wait_event_type = 'Lock' and pid = any ($1)`,
      [sessions.map((session) => (session.client as unknown as { processID: number }).processID)],
    );
    return count;
  }
}
