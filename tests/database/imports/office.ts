import type { Session, TestDatabase } from '../../harness/database.ts';

export interface ImportRow extends Record<string, unknown> {
  line: number;
  status: string;
  error_key: string | null;
  error_details: Record<string, unknown> | null;
  record_id: string | null;
}

interface Wanted {
  rows: Record<string, string>[];
  onDuplicate?: string;
  isWhole?: boolean;
}

/** Somebody who imports a file into a target, and the worker that does it in the background. */
export class Office {
  readonly person: Session;
  readonly #worker: Session;

  private constructor(person: Session, worker: Session) {
    this.person = person;
    this.#worker = worker;
  }

  static async open(database: TestDatabase, email: string): Promise<Office> {
    return new Office(await database.asUser(email), await database.asService());
  }

  /** Sends a file with a column per field in, and asks for its check. */
  async send(target: string, { rows, onDuplicate, isWhole }: Wanted): Promise<string> {
    const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    const { id } = await this.person.rpc<{ id: string }>('create_import', {
      target,
      file_name: `${target}.csv`,
      format: 'CSV, UTF-8, comma',
      headers: `{${headers.map((name) => `"${name}"`).join(',')}}`,
      mapping: Object.fromEntries(headers.map((name) => [name, name])),
      on_duplicate: onDuplicate ?? 'refuse',
      is_whole: isWhole ?? false,
    });
    await this.person.rpc('stage_import_rows', {
      import_id: id,
      rows: rows.map((values, index) => ({
        line: index + 2,
        cells: headers.map((name) => values[name] ?? ''),
        values,
      })),
    });
    await this.person.rpc('check_import', { import_id: id });
    return id;
  }

  /** What the worker does until nothing is left to do, or so many batches. */
  async work(batches = Infinity): Promise<void> {
    for (let done = 0; done < batches; done += 1) {
      if ((await this.#worker.rpc<number>('work_import')) === 0) return;
    }
  }

  /** A file that is checked, run and finished. */
  async import(target: string, wanted: Wanted): Promise<string> {
    const id = await this.send(target, wanted);
    await this.work();
    await this.person.rpc('run_import', { import_id: id });
    await this.work();
    return id;
  }

  async status(id: string): Promise<string> {
    return (await this.record(id)).status;
  }

  record(id: string) {
    return this.person.one<{ status: string; status_reason: string | null; rows_bad: number }>(
      'select status::text, status_reason, rows_bad from public.imports where id = $1',
      [id],
    );
  }

  rows(id: string): Promise<ImportRow[]> {
    return this.person.query<ImportRow>(
      `select line, status::text, error_key, error_details, record_id
       from public.import_rows where import_id = $1 order by line`,
      [id],
    );
  }

  /** `made`, or `bad: product_sku_taken`, by line. */
  async outcome(id: string): Promise<string[]> {
    return (await this.rows(id)).map(({ status, error_key: key }) =>
      key === null ? status : `${status}: ${key}`,
    );
  }
}
