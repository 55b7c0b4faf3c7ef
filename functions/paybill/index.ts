import { connectDatabase } from '../_shared/database.ts';
import { project } from '../_shared/environment.ts';
import { handle } from './handler.ts';

const { url, secretKey } = project();
const database = connectDatabase({ url, key: secretKey });

Deno.serve((request) =>
  handle(request, { database, log: (entry) => console.log(JSON.stringify(entry)) }),
);
