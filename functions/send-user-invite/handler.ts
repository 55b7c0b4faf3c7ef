import { z } from 'zod';
import type { Database } from '../_shared/database.ts';
import { passOn, readInput, refuse } from '../_shared/input.ts';
import { linkTo, type LinkToken } from '../_shared/token.ts';

const inputSchema = z.object({ invitation_id: z.uuid() });
const seenSchema = z.array(z.object({ tenant_id: z.string() })).max(1);
const invitationSchema = z.object({
  email: z.string(),
  full_name: z.string(),
  company: z.string(),
  expires_at: z.string(),
});

export interface Dependencies {
  /** With the service's rights. */
  database: Database;
  /** With the rights of whoever called. */
  databaseAs(token: string): Database;
  makeToken(): Promise<LinkToken>;
  portalUrl: string;
}

/**
 * Mails the link of an invitation. A second call makes a new link and the old one void. The caller has
 * to see the invitation, which only those who manage users do.
 */
export async function handle(request: Request, dependencies: Dependencies): Promise<Response> {
  const { database, databaseAs, makeToken, portalUrl } = dependencies;
  const input = await readInput(request, inputSchema);
  if (input === null) {
    return refuse(422, 'input_invalid', 'Send {"invitation_id": "<uuid>"}.');
  }
  const caller = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  const hint = 'Invite the person again.';
  try {
    const [seen] = seenSchema.parse(
      await databaseAs(caller).read(`invitations?select=tenant_id&id=eq.${input.invitation_id}`),
    );
    if (seen === undefined) return refuse(404, 'invitation_not_valid', hint);
    const { token, hash } = await makeToken();
    const invitation = invitationSchema.parse(
      await database.rpc('issue_invitation_token', {
        tenant_id: seen.tenant_id,
        invitation_id: input.invitation_id,
        token_hash: hash,
      }),
    );
    await database.rpc('enqueue_message', {
      tenant_id: seen.tenant_id,
      channel: 'email',
      recipient: invitation.email,
      template: 'invitation',
      subject: `${invitation.company} invites you to Mzigo`,
      body: compose(invitation, linkTo(portalUrl, 'accept-invitation', token)),
      permission: 'users.manage',
      business_key: `invitation:${input.invitation_id}:${hash.slice(0, 16)}`,
      entity_type: 'invitation',
      entity_id: input.invitation_id,
    });
    return Response.json({
      sent: true,
      email: invitation.email,
      expires_at: invitation.expires_at,
    });
  } catch (error) {
    return passOn(error, hint);
  }
}

function compose(invitation: z.infer<typeof invitationSchema>, link: string): string {
  const until = `${invitation.expires_at.slice(0, 16).replace('T', ' ')} UTC`;
  return [
    `Hello ${invitation.full_name},`,
    '',
    `${invitation.company} invites you to work with them in Mzigo. Open this link to join:`,
    '',
    link,
    '',
    `It works once, until ${until}. If you did not expect this, ignore it.`,
  ].join('\n');
}
