import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { makeLinkToken } from '../_shared/token.ts';
import { handle } from './handler.ts';

const { url, secretKey, publishableKey } = project();
const database = connectDatabase({ url, key: secretKey });

Deno.serve((request) =>
  handle(request, {
    database,
    databaseAs: (token) => connectDatabase({ url, key: publishableKey, token }),
    makeToken: makeLinkToken,
    portalUrl: setting('PORTAL_URL') ?? url,
  }),
);
