import type pg from 'pg';

/** One statement of a transaction; its values go over the wire as text. */
export interface Statement {
  /** Names the prepared statement: the same name always stands for the same text. */
  name: string;
  text: string;
  values: (string | null)[];
}

/** A row as PostgreSQL wrote it. */
export type Row = (string | null)[];

/** What node-postgres wants of something that is sent instead of one of its own queries. */
abstract class Exchange {
  readonly done: Promise<Row | null>;
  #resolve: (row: Row | null) => void = () => {};
  #reject: (error: Error) => void = () => {};
  #row: Row | null = null;
  #error: Error | null = null;

  constructor() {
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  protected abstract send(connection: pg.Connection): void;

  submit(connection: pg.Connection): void {
    connection.stream.cork();
    this.send(connection);
    connection.sync();
    connection.stream.uncork();
  }

  handleDataRow(message: { fields: Row }): void {
    this.#row = message.fields;
  }

  handleError(error: Error): void {
    this.#error ??= error;
    // node-postgres has let go of this exchange and will not tell it when the server is ready.
    this.#reject(this.#error);
  }

  handleReadyForQuery(): void {
    if (this.#error) this.#reject(this.#error);
    else this.#resolve(this.#row);
  }

  handleRowDescription(): void {}
  handleCommandComplete(): void {}
  handleEmptyQuery(): void {}
  handlePortalSuspended(): void {}
  handleCopyInResponse(): void {}
  handleCopyData(): void {}
}

class Preparation extends Exchange {
  readonly #statement: Statement;

  constructor(statement: Statement) {
    super();
    this.#statement = statement;
  }

  protected override send(connection: pg.Connection): void {
    const { name, text } = this.#statement;
    connection.parse({ name, text, types: [] }, true);
  }
}

class Execution extends Exchange {
  readonly #statements: Statement[];
  readonly #prepared: ReadonlySet<string>;

  constructor(statements: Statement[], prepared: ReadonlySet<string>) {
    super();
    this.#statements = statements;
    this.#prepared = prepared;
  }

  protected override send(connection: pg.Connection): void {
    for (const { name, text, values } of this.#statements) {
      const isPrepared = this.#prepared.has(name);
      if (!isPrepared) connection.parse({ name: '', text, types: [] }, true);
      connection.bind({ statement: isPrepared ? name : '', values }, true);
      connection.execute({}, true);
    }
  }
}

/** Each costs the server memory for as long as the connection lives. */
const MAX_PREPARED = 200;
const preparedBy = new WeakMap<pg.ClientBase, Set<string>>();

/**
 * Runs statements as one transaction in one round trip, prepared on a connection's first use of them. PostgreSQL takes everything up to the
 * protocol's `Sync` as one transaction: all of it is committed there, or nothing is after an error.
 *
 * @returns the last row that came back
 */
export async function runTransaction(
  client: pg.ClientBase,
  statements: Statement[],
): Promise<Row | null> {
  let prepared = preparedBy.get(client);
  if (!prepared) preparedBy.set(client, (prepared = new Set()));
  for (const statement of statements) {
    if (prepared.has(statement.name) || prepared.size >= MAX_PREPARED) continue;
    await submit(client, new Preparation(statement));
    prepared.add(statement.name);
  }
  return submit(client, new Execution(statements, prepared));
}

function submit(client: pg.ClientBase, exchange: Exchange): Promise<Row | null> {
  client.query(exchange as unknown as pg.Submittable);
  return exchange.done;
}
