import { z } from 'zod';
import type { Database } from '../_shared/database.ts';
import { passOn, readInput, refuse } from '../_shared/input.ts';
import { linkTo, type LinkToken } from '../_shared/token.ts';

const inputSchema = z.object({ email: z.email().max(254) });
const resetSchema = z
  .object({ tenant_id: z.string(), email: z.string(), full_name: z.string() })
  .nullable();

export interface Dependencies {
  database: Database;
  makeToken(): Promise<LinkToken>;
  portalUrl: string;
}

/**
 * Mails a link to set a new password. Known and unknown addresses get the same answer, so that nobody
 * learns here who has an account.
 */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  const { database, makeToken, portalUrl } = dependencies;
  const input = await readInput(request, inputSchema);
  if (input === null) return refuse(422, 'input_invalid', 'Send {"email": "<address>"}.');
  try {
    const { token, hash } = await makeToken();
    const reset = resetSchema.parse(
      await database.rpc('issue_password_reset', { email: input.email, token_hash: hash }),
    );
    if (reset !== null) {
      await database.rpc('enqueue_message', {
        tenant_id: reset.tenant_id,
        channel: 'email',
        recipient: reset.email,
        template: 'password_reset',
        subject: 'Set a new password for Mzigo',
        body: compose(reset.full_name, linkTo(portalUrl, 'reset-password', token)),
        permission: 'users.manage',
        business_key: `password_reset:${hash.slice(0, 32)}`,
        entity_type: null,
        entity_id: null,
      });
    }
    return Response.json({ sent: true });
  } catch (error) {
    return passOn(error, 'Wait a few minutes before you ask again.');
  }
}

function compose(name: string, link: string): string {
  return [
    `Hello ${name},`,
    '',
    'Somebody, hopefully you, asked for a new password. Open this link to set it:',
    '',
    link,
    '',
    'It works once, for one hour. If it was not you, ignore it: your password stays as it is.',
  ].join('\n');
}
