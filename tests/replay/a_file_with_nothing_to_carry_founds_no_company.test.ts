import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readOrders } from '../../scripts/replay/file.ts';
import { replay } from '../../scripts/replay/replay.ts';

test('a file with nothing to carry founds no company and ends with an error', async () => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'mzigo-nothing-'));
  let printed = '';
  const header =
    'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
  const text = `${header}\n1,POST,POSTAGE,1,13/12/2025,2.55,50001,Kenya\n`;
  try {
    const run = replay({
      server: {
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        publishableKey: 'key',
      },
      orders: await readOrders(new TextEncoder().encode(text)),
      limit: null,
      clients: 1,
      tenant: 'nothing',
      folder,
      isTerminal: false,
      write: (part) => void (printed += part),
      shouldStop: () => false,
    });
    await expect(run).rejects.toThrow(
      'Nothing in the file can be carried, so no company was founded.',
    );
    expect(asked).toEqual(['/ready']);
    expect(printed.split('\n')[0]).toBe(
      'Read as CSV, UTF-8, comma, decimal point, d/m/y, header on line 1, 8 columns matched',
    );
    expect(await readFile(join(folder, 'rejected.csv'), 'utf8')).toContain('2,not_a_product');
  } finally {
    server.close();
    await rm(folder, { recursive: true });
  }
});
