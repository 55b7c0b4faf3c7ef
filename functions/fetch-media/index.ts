import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { graph } from '../_shared/meta.ts';
import { connectStorage } from '../_shared/storage.ts';
import { makeHandler } from './handler.ts';

const { url, secretKey } = project();

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    graph: graph(setting('WHATSAPP_API_URL')),
    accessToken: setting('WHATSAPP_ACCESS_TOKEN'),
    storage: connectStorage({ url, key: secretKey }),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
