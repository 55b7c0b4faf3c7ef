import { z } from 'zod';
import { DatabaseError, type Database } from '../_shared/database.ts';
import { hashOf } from '../_shared/token.ts';

/** What M-Pesa sends for every payment to a paybill or till (C2B), before and after it is made. */
const paymentSchema = z.object({
  TransID: z.string().min(1).max(40),
  TransTime: z.string().regex(/^\d{14}$/),
  TransAmount: z
    .union([z.string(), z.number()])
    .transform(String)
    .pipe(z.string().regex(/^\d{1,12}(\.\d{1,2})?$/)),
  BusinessShortCode: z.union([z.string(), z.number()]).transform(String),
  BillRefNumber: z.string().nullish(),
  MSISDN: z.union([z.string(), z.number()]).transform(String).nullish(),
  FirstName: z.string().nullish(),
  MiddleName: z.string().nullish(),
  LastName: z.string().nullish(),
});

export interface Dependencies {
  database: Database;
  log: (entry: Record<string, unknown>) => void;
}

/** What M-Pesa understands: 0 is yes; the others are Safaricom's codes for a payment that is refused. */
const ACCEPTED = { ResultCode: 0, ResultDesc: 'Accepted' };
const UNKNOWN_ACCOUNT = { ResultCode: 'C2B00012', ResultDesc: 'Rejected' };
const OTHER_ERROR = { ResultCode: 'C2B00016', ResultDesc: 'Rejected' };

/**
 * M-Pesa's two calls: `…/paybill/<secret>/validation` asks whether a payment may be made,
 * `…/paybill/<secret>/confirmation` tells that it was. M-Pesa signs nothing: who calls is known by the
 * secret in the address. A confirmation that could not be kept is answered with an error, so that it
 * is seen; the same one again is answered as the first.
 */
export async function handle(request: Request, { database, log }: Dependencies): Promise<Response> {
  const [, secret, call] =
    /\/paybill\/([\w-]{16,128})\/(validation|confirmation)$/.exec(new URL(request.url).pathname) ??
    [];
  if (request.method !== 'POST' || secret === undefined) return refuse(404, OTHER_ERROR);
  const parsed = paymentSchema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) {
    log({
      event: 'paybill_unreadable',
      call,
      fields: parsed.error.issues.map(({ path }) => path.join('.')),
    });
    return refuse(422, OTHER_ERROR);
  }
  const payment = parsed.data;
  const who = { token_hash: await hashOf(secret), short_code: payment.BusinessShortCode };
  const bill_reference = payment.BillRefNumber ?? null;
  try {
    if (call === 'validation') {
      const verdict = await database.rpc('check_paybill_payment', { ...who, bill_reference });
      return Response.json(verdict === 'accepted' ? ACCEPTED : UNKNOWN_ACCOUNT);
    }
    const result = await database.rpc('receive_paybill_payment', {
      ...who,
      reference: payment.TransID,
      amount: payment.TransAmount,
      posted_at: timeOf(payment.TransTime),
      bill_reference,
      paid_from: payment.MSISDN ?? null,
      paid_by:
        [payment.FirstName, payment.MiddleName, payment.LastName].filter(Boolean).join(' ') || null,
    });
    if (result === 'differs') log({ event: 'paybill_differs', reference: payment.TransID });
    return Response.json(ACCEPTED);
  } catch (error) {
    if (!(error instanceof DatabaseError) || error.status >= 500) throw error;
    log({ event: 'paybill_refused', call, error: error.message });
    return refuse(error.status, OTHER_ERROR);
  }
}

function refuse(status: number, body: typeof OTHER_ERROR): Response {
  return Response.json(body, { status });
}

/** M-Pesa tells the time in Nairobi: 20261127210814. */
function timeOf(text: string): string {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text) ?? [];
  return `${year}-${month}-${day}T${hour}:${minute}:${second}+03:00`;
}
