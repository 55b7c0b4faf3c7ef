import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../harness/people.ts';
import { startTestStack, type TestStack } from '../harness/stack.ts';

let stack: TestStack;
let stop: () => Promise<void>;
let headers: Record<string, string>;
let customer: string;
let depot: string;
let product: string;

beforeAll(async () => {
  // Durable, as people run it: what was answered has to be there after a crash.
  ({ stack, stop } = await startTestStack({ isDurable: true }));
  headers = { apikey: stack.publishableKey, 'content-type': 'application/json' };
  const signedIn = await fetch(`${stack.url}/auth/v1/token?grant_type=password`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ email: 'sales@acme.test', password: PASSWORD }),
  });
  const { access_token } = (await signedIn.json()) as { access_token: string };
  headers['authorization'] = `Bearer ${access_token}`;
  const first = async (query: string) => {
    const rows = (await (await fetch(`${stack.url}/rest/v1/${query}`, { headers })).json()) as {
      id: string;
    }[];
    return rows[0]?.id ?? '';
  };
  customer = await first('customers?status=eq.active&limit=1&select=id');
  depot = await first('warehouses?kind=eq.depot&limit=1&select=id');
  product = await first('products?is_active=is.true&limit=1&select=id');
});

afterAll(() => stop());

/** As the superuser; a connection that breaks with the server is no news here. */
function connection(): pg.Client {
  const client = new pg.Client(stack.superuserUrl);
  client.on('error', () => {});
  return client;
}

/** Places an order as the portal's helper does: the same key until there is an answer. */
async function place(seen: Map<string, number>): Promise<string> {
  const body = JSON.stringify({
    customer_id: customer,
    warehouse_id: depot,
    lines: [{ product_id: product, quantity: 1 }],
    idempotency_key: randomUUID(),
  });
  for (;;) {
    const answer = await fetch(`${stack.url}/rest/v1/rpc/create_order`, {
      method: 'POST',
      headers,
      body,
    });
    const text = await answer.text();
    seen.set(String(answer.status), (seen.get(String(answer.status)) ?? 0) + 1);
    if (answer.ok) return (JSON.parse(text) as { id: string }).id;
    expect({ status: answer.status, text, after: answer.headers.get('retry-after') }).toMatchObject(
      {
        status: 503,
        after: '1',
      },
    );
    await sleep(100);
  }
}

async function postmaster(): Promise<number> {
  const client = connection();
  await client.connect();
  const { rows } = await client.query<{ file: string }>(
    `select split_part(pg_read_file('postmaster.pid'), E'\\n', 1) as file`,
  );
  await client.end();
  return Number(rows[0]?.file);
}

test('PostgreSQL that is killed under load is back within five seconds, and nothing is lost or done twice', async () => {
  const seen = new Map<string, number>();
  const placed: string[] = [];
  let isOver = false;
  const clerks = Array.from({ length: 8 }, async () => {
    while (!isOver) placed.push(await place(seen));
  });
  while (placed.length < 20) await sleep(20);
  process.kill(await postmaster(), 'SIGKILL');
  const killed = performance.now();
  const before = placed.length;
  while (placed.length < before + 30) await sleep(20);
  const back = performance.now() - killed;
  isOver = true;
  await Promise.all(clerks);
  // Tells how long it took; what must hold is that it came back by itself.
  console.log(
    `served again ${Math.round(back)} ms after the kill, answers ${JSON.stringify([...seen])}`,
  );
  expect(seen.get('503') ?? 0).toBeGreaterThan(0);
  expect([...seen.keys()].toSorted()).toEqual(['200', '503']);
  const client = connection();
  await client.connect();
  const kept = await client.query<{ id: string }>(
    'select id from public.orders where customer_id = $1 and created_by = (select id from auth.users where email = $2)',
    [customer, 'sales@acme.test'],
  );
  await client.end();
  const ids = new Set(kept.rows.map((row) => row.id));
  expect(placed.filter((id) => !ids.has(id))).toEqual([]);
  expect(new Set(placed).size).toBe(placed.length);
  expect(ids.size).toBeGreaterThanOrEqual(placed.length);
});

test('pages are told of changes again after PostgreSQL was killed', async () => {
  process.kill(await postmaster(), 'SIGKILL');
  const seen = new Map<string, number>();
  await place(seen);
  const heard = async () => {
    const client = connection();
    // The death may not have been noticed yet, and the server not be up again.
    if (
      await client.connect().then(
        () => false,
        () => true,
      )
    )
      return false;
    const { rows } = await client.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where query like 'listen realtime%'`,
    );
    await client.end();
    return rows[0]?.n === 1;
  };
  while (!(await heard())) await sleep(50);
});

test('functions that are killed are back, and say so in between', async () => {
  const ask = () =>
    fetch(`${stack.url}/functions/v1/metrics`, { headers: { apikey: stack.secretKey } });
  while (!(await ask()).ok) await sleep(50);
  const { port } = new URL(stack.url);
  const pids = execFileSync('pgrep', ['-f', `_router/main.ts.*`], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map(Number)
    .filter((pid) => environmentOf(pid).includes(`SUPABASE_URL=http://127.0.0.1:${port}`))
    .filter((pid) => /deno/.test(commandOf(pid)));
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  const statuses = new Set<number>();
  for (;;) {
    const answer = await ask();
    await answer.arrayBuffer();
    statuses.add(answer.status);
    if (answer.status === 503) expect(answer.headers.get('retry-after')).toBe('1');
    if (answer.ok && statuses.has(503)) break;
    await sleep(20);
  }
  expect([...statuses].toSorted()).toEqual([200, 503]);
});

function environmentOf(pid: number): string {
  return execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'utf8' }).replaceAll('\0', '\n');
}

function commandOf(pid: number): string {
  return execFileSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'utf8' }).split('\0')[0] ?? '';
}
