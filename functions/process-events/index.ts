import { connectDatabase } from '../_shared/database.ts';
import { project } from '../_shared/environment.ts';
import { makeHandler } from './handler.ts';

const { url, secretKey } = project();

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
