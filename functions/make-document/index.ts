import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { handle } from './handler.ts';

const { url, publishableKey } = project();

Deno.serve((request) =>
  handle(request, {
    databaseAs: (token) => connectDatabase({ url, key: publishableKey, token }),
    // Large, and the other functions share this process on the embedded stack.
    toPdf: async (definition) => (await import('../../web/src/lib/paper/pdf.ts')).toPdf(definition),
    portalUrl: setting('PORTAL_URL') ?? url,
  }),
);
