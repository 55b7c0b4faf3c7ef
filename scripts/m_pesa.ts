/**
 * Plays M-Pesa for a paybill of the running stack: asks whether the payment may be made, and tells that it
 * was, as Safaricom does for C2B payments, again when nobody answers.
 *
 *   npm run m-pesa -- <address> <short code> <amount> [what it is for] [telephone]
 *
 * The address is what the page of settings shows, without the last part. Exit 0: told. Exit 1: refused, or
 * nobody answered.
 */
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const CALLS = 3;
const WAIT_MS = 2000;
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

const write = (text: string): void => void process.stdout.write(`${text}\n`);

/** The time in Nairobi as M-Pesa writes it: 20261127210814. */
function nairobi(now: Date): string {
  return new Date(now.getTime() + 3 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);
}

function payment(shortCode: string, amount: string, billReference: string, phone: string) {
  return {
    TransactionType: billReference === '' ? 'Buy Goods' : 'Pay Bill',
    TransID: Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join(''),
    TransTime: nairobi(new Date()),
    TransAmount: Number(amount).toFixed(2),
    BusinessShortCode: shortCode,
    BillRefNumber: billReference,
    InvoiceNumber: '',
    OrgAccountBalance: '',
    ThirdPartyTransID: '',
    MSISDN: phone,
    FirstName: 'JANE',
    MiddleName: '',
    LastName: 'WANJIRU',
  };
}

/** What was answered; null when nobody did. */
async function call(
  address: string,
  body: object,
): Promise<{ status: number; code: string } | null> {
  for (let turn = 1; turn <= CALLS; turn += 1) {
    try {
      const response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(8000),
      });
      const answer = (await response.json().catch(() => ({}))) as { ResultCode?: unknown };
      if (response.status < 500)
        return { status: response.status, code: String(answer.ResultCode) };
    } catch {
      // Asked again below, as M-Pesa does.
    }
    if (turn < CALLS) await sleep(WAIT_MS);
  }
  return null;
}

async function pay([
  address,
  shortCode,
  amount,
  billReference = '',
  phone = '2547*****126',
]: string[]) {
  if (address === undefined || shortCode === undefined || !(Number(amount) > 0)) {
    write('npm run m-pesa -- <address> <short code> <amount> [what it is for] [telephone]');
    return false;
  }
  const body = payment(shortCode, String(amount), billReference, phone);
  const base = address.replace(/\/(?:confirmation|validation)?$/, '');
  const asked = await call(`${base}/validation`, body);
  // Where nobody answers, the payment is made: what Safaricom calls the default response "Completed".
  if (asked !== null && asked.code !== '0') {
    write(`Refused with ${asked.code} (HTTP ${asked.status}): nobody paid.`);
    return false;
  }
  const told = await call(`${base}/confirmation`, body);
  const isTold = told !== null && told.status === 200 && told.code === '0';
  write(
    isTold
      ? `${body.TransID}: ${body.TransAmount} was paid and told.`
      : `${body.TransID}: paid, and not taken (${told === null ? 'nobody answered' : `HTTP ${told.status}`}).`,
  );
  return isTold;
}

process.exitCode = (await pay(process.argv.slice(2))) ? 0 : 1;
