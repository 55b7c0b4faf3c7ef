import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { handle } from './handler.ts';

const { url, secretKey } = project();
const dependencies = {
  database: connectDatabase({ url, key: secretKey }),
  appSecret: setting('WHATSAPP_APP_SECRET'),
  verifyToken: setting('WHATSAPP_VERIFY_TOKEN'),
  log: (entry: Record<string, unknown>) => console.log(JSON.stringify(entry)),
};

Deno.serve((request) => handle(request, dependencies));
