import type { Session } from '../../harness/database.ts';

/** A row as the superuser sees it, as far as deeds look at it. */
export type Row = Record<string, unknown> & { id: string };

/** What is drawn at random for one step; the rest follows from the books as they are when it is taken. */
export interface Step {
  /** Which of the deeds, by its place in the list of weights. */
  deed: number;
  company: number;
  /** Who of those who do such things. */
  person: number;
  /** Which of the documents in question. */
  target: number;
  amount: number;
  /** 0: by a role that is not meant to; 1: by somebody of the other company; 2: sent twice at once with one key. */
  mishap: number;
}

/** Chooses for one step: the same numbers choose the same among the same rows. */
export class Hand {
  readonly tenant: string;
  readonly #admin: Session;
  readonly #step: Step;
  #turn = 0;

  constructor(admin: Session, tenant: string, step: Step) {
    this.#admin = admin;
    this.tenant = tenant;
    this.#step = step;
  }

  /** A quantity from one to `most`, other ones in later calls. */
  number(most: number): number {
    this.#turn += 1;
    return 1 + ((this.#step.amount + this.#turn * 7919) % Math.max(1, Math.floor(most)));
  }

  one<T>(list: readonly T[]): T {
    return list[this.number(list.length) - 1] as T;
  }

  /** The rows of a query about the company, which is `$1`. */
  rows(query: string, ...values: unknown[]): Promise<Row[]> {
    return this.#admin.query<Row>(query, [this.tenant, ...values]);
  }

  /** One row of the company; none when there is none. `condition` names the table as `x`. */
  async row(table: string, condition: string): Promise<Row | null> {
    const rows = await this.rows(
      `select to_jsonb(x) as row from public.${table} x where x.tenant_id = $1 and ${condition} order by x.id desc limit 12`,
    );
    const found = rows[this.#step.target % Math.max(1, rows.length)];
    return found === undefined ? null : (found['row'] as Row);
  }
}
