import { z } from 'zod';
import {
  TaxFailure,
  type Device,
  type Receipt,
  type TaxAuthority,
  type TaxDocument,
  type TaxLine,
} from './authority.ts';

export interface EtimsSettings {
  /** Where the OSCU interface is. */
  apiUrl: string;
  /** Where a buyer looks up his receipt. */
  receiptUrl: string;
}

const TIMEOUT_MS = 15_000;
/** Nairobi, all year. */
const ZONE = '+03:00';

const TAKEN = '000';
const NOTHING_FOUND = '001';
/** The number was told before. */
const OVERLAPPED = '994';
/** No headers, no such device, not initialized, not an OSCU. */
const DEVICE = ['900', '901', '902', '903'];
/** What may pass: the sale of a credit is not there yet, too many calls, an unknown fault. */
const PASSING = ['922', '990', '999'];

const answerSchema = z.object({
  resultCd: z.string(),
  resultMsg: z.string().nullish(),
  data: z.unknown(),
});
const receiptSchema = z.object({
  curRcptNo: z.coerce.number().int().positive(),
  intrlData: z.string(),
  rcptSign: z.string().min(1),
  sdcDateTime: z.string().regex(/^\d{14}$/),
});

/** Kenya's eTIMS: an online sales control unit (OSCU) that the revenue authority runs. */
export function etims(settings: EtimsSettings, send: typeof fetch): TaxAuthority {
  async function ask(device: Device, path: string, body: Record<string, unknown>) {
    let response: Response;
    try {
      response = await send(`${settings.apiUrl}/${path}`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          tin: device.pin,
          bhfId: device.branch,
          cmcKey: device.key,
        },
        body: JSON.stringify({ tin: device.pin, bhfId: device.branch, ...body }),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
    } catch (cause) {
      const why = cause instanceof Error ? cause.name : 'unknown';
      throw new TaxFailure('tax_unreachable', `No answer: ${why}`, false);
    }
    const answer = answerSchema.safeParse(await response.json().catch(() => null));
    if (!answer.success) {
      throw new TaxFailure('tax_unwell', `Answered ${response.status} without a result`, false);
    }
    return answer.data;
  }

  const asReceipt = (device: Device, data: unknown): Receipt => {
    const found = receiptSchema.safeParse(data);
    if (!found.success) throw new TaxFailure('tax_unwell', 'A receipt without signature', false);
    const { curRcptNo, intrlData, rcptSign, sdcDateTime } = found.data;
    return {
      control_unit: device.control_unit,
      number: curRcptNo,
      signature: rcptSign,
      internal_data: intrlData,
      signed_at: sdcDateTime.replace(
        /(....)(..)(..)(..)(..)(..)/,
        (
          _,
          year: string,
          month: string,
          day: string,
          hour: string,
          minute: string,
          second: string,
        ) => `${year}-${month}-${day}T${hour}:${minute}:${second}${ZONE}`,
      ),
      link: `${settings.receiptUrl}?Data=${device.pin}${device.branch}${rcptSign}`,
    };
  };

  const find: TaxAuthority['find'] = async (device, document) => {
    const answer = await ask(device, 'selectInvoiceDtl', { invcNo: document.number });
    if (answer.resultCd === NOTHING_FOUND) return null;
    if (answer.resultCd !== TAKEN) throw refusal(answer);
    return asReceipt(device, answer.data);
  };

  return {
    find,
    async submit(device, document) {
      const answer = await ask(device, 'saveTrnsSalesOsdc', bodyOf(document));
      if (answer.resultCd === TAKEN) return asReceipt(device, answer.data);
      const earlier = answer.resultCd === OVERLAPPED ? await find(device, document) : null;
      if (earlier !== null) return earlier;
      throw refusal(answer);
    },
  };
}

function refusal({ resultCd, resultMsg }: z.infer<typeof answerSchema>): TaxFailure {
  const said = `${resultCd} ${resultMsg ?? ''}`.trim();
  if (DEVICE.includes(resultCd)) return new TaxFailure('tax_device_refused', said, true);
  return PASSING.includes(resultCd)
    ? new TaxFailure('tax_unwell', said, false)
    : new TaxFailure('tax_refused', said, true);
}

/** Exempt, 16 %, 0 %, not in the scope of VAT, 8 %. */
const KINDS = ['A', 'B', 'C', 'D', 'E'] as const;
const PERCENT: Record<(typeof KINDS)[number], number> = { A: 0, B: 16, C: 0, D: 0, E: 8 };

function kindOf({ sku, rates }: TaxLine): (typeof KINDS)[number] {
  const [rate, ...more] = rates;
  if (rate === undefined) return 'A';
  const kind = rate === 0 ? 'C' : KINDS.find((name) => PERCENT[name] === rate);
  if (kind === undefined || more.length > 0) {
    throw new TaxFailure('tax_rate_unknown', `${sku}: ${rates.join(' + ')} %`, true);
  }
  return kind;
}

/** Money of several lines, to the cent. */
const sum = (amounts: number[]) =>
  Math.round(amounts.reduce((total, amount) => total + amount, 0) * 100) / 100;

const inTwo = (value: number) => Math.round(value * 100) / 100;

/** A sale as `saveTrnsSalesOsdc` wants it; amounts are with their tax. */
export function bodyOf(document: TaxDocument): Record<string, unknown> {
  const day = document.issued_on.replaceAll('-', '');
  const isCredit = document.kind === 'credit_note';
  const lines = document.lines.map((line) => ({ ...line, kind: kindOf(line) }));
  const perKind = KINDS.flatMap((kind) => {
    const own = lines.filter((line) => line.kind === kind);
    return [
      [`taxblAmt${kind}`, sum(own.map(({ amount }) => amount))],
      [`taxRt${kind}`, PERCENT[kind]],
      [`taxAmt${kind}`, sum(own.map(({ tax }) => tax))],
    ];
  });
  const total = sum(lines.map(({ amount }) => amount));
  const who = { regrId: 'mzigo', regrNm: 'Mzigo', modrId: 'mzigo', modrNm: 'Mzigo' };
  return {
    trdInvcNo: document.name,
    invcNo: document.number,
    orgInvcNo: document.original ?? 0,
    custTin: document.buyer.pin,
    custNm: document.buyer.name?.slice(0, 60) ?? null,
    salesTyCd: 'N',
    rcptTyCd: isCredit ? 'R' : 'S',
    pmtTyCd: '02',
    salesSttsCd: '02',
    cfmDt: `${day}000000`,
    salesDt: day,
    ...(isCredit ? { rfdDt: `${day}000000`, rfdRsnCd: '06' } : {}),
    totItemCnt: lines.length,
    ...Object.fromEntries(perKind),
    totTaxblAmt: total,
    totTaxAmt: sum(lines.map(({ tax }) => tax)),
    totAmt: total,
    prchrAcptcYn: 'N',
    ...who,
    receipt: { custTin: document.buyer.pin, rcptPbctDt: `${day}000000`, prchrAcptcYn: 'N' },
    itemList: lines.map((line, index) => ({
      itemSeq: index + 1,
      itemCd: line.sku.slice(0, 20),
      itemNm: line.name.slice(0, 200),
      pkgUnitCd: 'NT',
      pkg: inTwo(line.quantity),
      qtyUnitCd: 'U',
      qty: inTwo(line.quantity),
      prc: line.quantity === 0 ? 0 : inTwo(line.amount / line.quantity),
      splyAmt: line.amount,
      dcRt: 0,
      dcAmt: 0,
      taxTyCd: line.kind,
      taxblAmt: line.amount,
      taxAmt: line.tax,
      totAmt: line.amount,
    })),
  };
}
