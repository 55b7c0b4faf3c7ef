import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { makeCall } from './call.ts';
import { makeHandler } from './handler.ts';

const { url, secretKey } = project();
const allowed = (setting('WEBHOOK_PRIVATE_HOSTS') ?? '').split(/[\s,]+/).filter(Boolean);

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    call: makeCall({ privateHosts: allowed }),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
