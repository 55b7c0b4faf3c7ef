import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const HOST = '127.0.0.1';
const HEADER_FIELDS = [
  'invcNo',
  'rcptTyCd',
  'salesDt',
  'cfmDt',
  'totItemCnt',
  'totAmt',
  'totTaxAmt',
];
const ITEM_FIELDS = ['itemSeq', 'itemCd', 'itemNm', 'qty', 'prc', 'splyAmt', 'taxTyCd', 'totAmt'];

type Body = Record<string, unknown>;
interface Receipt {
  curRcptNo: number;
  totRcptNo: number;
  intrlData: string;
  rcptSign: string;
  sdcDateTime: string;
}

const cents = (value: unknown) => Math.round(Number(value) * 100);
const capitals = (length: number) =>
  randomBytes(length * 2)
    .toString('base64')
    .replaceAll(/[^A-Za-z0-9]/g, '')
    .toUpperCase()
    .slice(0, length);

/** The time in Nairobi as the authority writes it: 20261128095210. */
const nairobi = () =>
  new Date(Date.now() + 3 * 3_600_000).toISOString().replaceAll(/\D/g, '').slice(0, 14);

/**
 * Plays an online sales control unit (OSCU) of Kenya's eTIMS for one taxpayer: gives out its communication key,
 * takes sales and credit notes once per number and says what it has of a number.
 */
export class ControlUnit {
  readonly id = 'KRACU0100000001';
  readonly key = randomBytes(16).toString('hex');
  /** What was taken, by number. */
  readonly taken = new Map<number, { body: Body; receipt: Receipt }>();
  readonly pin: string;
  readonly branch: string;
  /** What was asked, in this order. */
  readonly heard: string[] = [];
  /** How many of the next sales are taken without an answer. */
  silent = 0;
  /** What the next calls are answered with. */
  readonly answers: string[] = [];
  readonly #port: number;
  #server: Server | null = null;

  constructor({ pin, branch = '00', port = 0 }: { pin: string; branch?: string; port?: number }) {
    this.pin = pin;
    this.branch = branch;
    this.#port = port;
  }

  get url(): string {
    return `http://${HOST}:${(this.#server?.address() as AddressInfo | null)?.port ?? 0}`;
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      this.#hear(request, response).catch(() => response.destroy());
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, HOST, () => resolve()));
  }

  async stop(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as Body;
    const path = (request.url ?? '').split('/').at(-1) ?? '';
    this.heard.push(path);
    const told = this.answers.shift();
    const [code, message, data] =
      told === undefined
        ? this.#answer(path, request, body)
        : ([told, 'As was asked for'] as const);
    if (path === 'saveTrnsSalesOsdc' && code === '000' && this.silent > 0) {
      this.silent -= 1;
      response.destroy();
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({
        resultCd: code,
        resultMsg: message,
        resultDt: nairobi(),
        data: data ?? null,
      }),
    );
  }

  #answer(
    path: string,
    { headers }: IncomingMessage,
    body: Body,
  ): readonly [string, string, unknown?] {
    if (path === 'selectInitOsdcInfo') {
      if (body['tin'] !== this.pin) return ['901', 'It is not valid device'];
      const info = { tin: this.pin, bhfId: this.branch, sdcId: this.id, cmcKey: this.key };
      return ['000', 'It is succeeded', { info }];
    }
    if (headers['tin'] === undefined) return ['900', 'There is no Header information'];
    const isKnown =
      headers['tin'] === this.pin &&
      headers['bhfid'] === this.branch &&
      headers['cmckey'] === this.key;
    if (!isKnown) return ['901', 'It is not valid device'];
    if (path === 'selectInvoiceDtl') {
      const found = this.taken.get(Number(body['invcNo']));
      return found
        ? ['000', 'It is succeeded', { ...found.body, ...found.receipt }]
        : ['001', 'There is no search result'];
    }
    if (path === 'saveTrnsSalesOsdc') return this.#take(body);
    return ['912', 'There is a request Method error'];
  }

  #take(body: Body): readonly [string, string, unknown?] {
    const number = Number(body['invcNo']);
    if (this.taken.has(number)) return ['994', 'There is an overlapped Data'];
    const problem = problemOf(body);
    if (problem !== null) return ['910', `Request parameter error: ${problem}`];
    if (body['rcptTyCd'] === 'R' && !this.taken.has(Number(body['orgInvcNo']))) {
      return ['922', 'Sales invoice data can be received after receiving the sales data.'];
    }
    const receipt = {
      curRcptNo: this.taken.size + 1,
      totRcptNo: this.taken.size + 1,
      intrlData: capitals(26),
      rcptSign: capitals(16),
      sdcDateTime: nairobi(),
    };
    this.taken.set(number, { body, receipt });
    return ['000', 'It is succeeded', receipt];
  }
}

/** What is wrong with a sale; null when nothing is. */
function problemOf(body: Body): string | null {
  const items = Array.isArray(body['itemList']) ? (body['itemList'] as Body[]) : [];
  const missing = HEADER_FIELDS.find((field) => body[field] === undefined || body[field] === null);
  if (missing !== undefined) return missing;
  if (items.length === 0 || items.length !== Number(body['totItemCnt'])) return 'itemList';
  const lacking = items.flatMap((item) => ITEM_FIELDS.filter((field) => item[field] === undefined));
  if (lacking[0] !== undefined) return `itemList.${lacking[0]}`;
  const total = items.reduce((sum, item) => sum + cents(item['totAmt']), 0);
  if (total !== cents(body['totAmt'])) return 'totAmt';
  const tax = ['A', 'B', 'C', 'D', 'E'].reduce(
    (sum, kind) => sum + cents(body[`taxAmt${kind}`]),
    0,
  );
  return tax === cents(body['totTaxAmt']) ? null : 'totTaxAmt';
}
