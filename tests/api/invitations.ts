import { expect } from 'vitest';
import { Client, as, eventually } from './client.ts';

const PASSWORD = 'a-good-password-1';

/** The token in the newest mail to an address, as its reader finds it. */
export async function tokenFor(
  reader: Client,
  recipient: string,
  template: string,
): Promise<string> {
  const body = await eventually(async () => {
    const [mail] = await reader.rows(
      `messages?recipient=eq.${recipient}&template=eq.${template}&select=body&order=created_at.desc&limit=1`,
    );
    return mail === undefined ? undefined : String(mail['body']);
  });
  const token = /token=([\w-]+)/.exec(body)?.[1];
  if (token === undefined) throw new Error(`No link in: ${body}`);
  return token;
}

/** The token that a person invited by `admin` finds in his mail. */
export async function invited(admin: Client, email: string, role: string): Promise<string> {
  const invitation = await admin.command('invite_member', { email, full_name: 'New Person', role });
  const sent = await admin.ask('/functions/v1/send-user-invite', {
    body: { invitation_id: invitation.id },
  });
  expect(sent).toMatchObject({ status: 200, body: { sent: true, email } });
  return tokenFor(admin, email, 'invitation');
}

/** A person who was invited, has chosen a password and is signed in. */
export async function joined(admin: Client, email: string, role: string): Promise<Client> {
  const token = await invited(admin, email, role);
  await new Client().rpc('accept_invitation', { token, password: PASSWORD });
  return as(email, PASSWORD);
}
