import { DoorIsOpen, mustBeRefused, type Door } from './door.ts';

const INTRUDER = { email: 'intruder@example.test', password: 'an-intruder-2026' };

export const door: Door = {
  name: 'Nobody makes an account without an invitation',
  async attempt(target) {
    const asWhom = [undefined, (await target.signIn('viewer@acme.test')).accessToken];
    const ways: [string, unknown][] = [
      ['/auth/v1/signup', INTRUDER],
      ['/auth/v1/%73ignup', INTRUDER],
      ['/auth/v1/%6ftp', { ...INTRUDER, create_user: true }],
      ['/auth/v1/admin/users', { ...INTRUDER, email_confirm: true }],
      ['/auth/v1/token?grant_type=id_token', { provider: 'google', id_token: 'x.y.z' }],
      ['/auth/v1/token?grant_type=web3', { chain: 'ethereum', message: 'x', signature: 'x' }],
      ['/auth/v1/token?grant_type=password&grant_type=anonymous', INTRUDER],
      ['/rest/v1/rpc/create_account', { ...INTRUDER, full_name: 'Intruder' }],
      ['/rest/v1/rpc/invite_member', { ...INTRUDER, full_name: 'Intruder', role: 'owner' }],
      ['/rest/v1/rpc/issue_invitation_token', { invitation_id: null, token_hash: 'x' }],
      ['/rest/v1/rpc/issue_password_reset', { email: 'owner@acme.test', token_hash: 'x' }],
      ['/rest/v1/users', { email: INTRUDER.email, full_name: 'Intruder' }],
      ['/rest/v1/memberships', { role: 'owner' }],
      ['/rest/v1/invitations', { email: INTRUDER.email, full_name: 'Intruder', role: 'owner' }],
    ];
    for (const [path, body] of ways) {
      for (const token of asWhom) {
        const sent = { method: 'POST', body };
        const answer = await (token === undefined
          ? target.send(path, sent)
          : target.sendAs(token, path, sent));
        mustBeRefused(`POST ${path}`, answer);
      }
    }
    const { status } = await target.tryPassword(INTRUDER.email, INTRUDER.password);
    if (status !== 400) throw new DoorIsOpen(`The intruder's sign-in answered ${status}`);
    return `${ways.length * asWhom.length} ways are refused`;
  },
};
