import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { etims } from './etims.ts';
import { makeHandler } from './handler.ts';

const { url, secretKey } = project();

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    authority: etims(
      {
        apiUrl: setting('ETIMS_API_URL') ?? 'https://etims-api.kra.go.ke/etims-api',
        receiptUrl:
          setting('ETIMS_RECEIPT_URL') ??
          'https://etims.kra.go.ke/common/link/etims/receipt/indexEtimsReceiptData',
      },
      fetch,
    ),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
