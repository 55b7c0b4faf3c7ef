/** PostgREST's table from SQLSTATE to HTTP status; the first match counts. */
const STATUSES: [RegExp, number][] = [
  // Values nested deeper than PostgreSQL goes: the caller's mistake, though PostgREST says 500.
  [/^54001$/, 400],
  [/^(08|53(?!400)|57P01)/, 503],
  [/^(0L|0P|28)/, 403],
  [/^(23503|23505)$/, 409],
  // 55000, a change of what is no table: PostgREST says 500, but it is no fault of the server's.
  [/^(25006|55000)$/, 405],
  [/^(42883|42P01)$/, 404],
  [/^P0001$/, 400],
  [/^(09|21|25|2D|38|39|3B|40|42P17|53|54|55|57|58|F0|HV|P0|XX)/, 500],
];

/** The status that PostgREST gives a refusal of the database. */
export function statusOf(code: string, isSignedIn: boolean): number {
  if (code === '42501') return isSignedIn ? 403 : 401;
  const own = /^PT([2-5]\d\d)$/.exec(code)?.[1];
  if (own !== undefined) return Number(own);
  return STATUSES.find(([pattern]) => pattern.test(code))?.[1] ?? 400;
}

/** An answer of PostgREST that is no success and does not come from the database. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly body: object;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    body: { message: string } & Record<string, unknown>,
    headers: Record<string, string> = {},
  ) {
    super(body.message);
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}
