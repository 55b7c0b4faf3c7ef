// What the pages before the sign-in need, apart from all that comes after it.
import { toPortalError } from '#lib/errors.ts';
import { askJson, callFunction } from '#lib/platform/command.ts';
import { forgetSession, session } from '#lib/platform/session.svelte.ts';
import { supabase } from '#lib/platform/supabase.ts';

export async function signIn(email: string, password: string): Promise<void> {
  const { data, error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw toPortalError(error, error.status);
  // Somebody else begins anew; the same person goes on.
  if (data.user.id !== session.me?.user.id) forgetSession();
}

/** Ends this session only; other devices stay signed in. */
export async function signOut(): Promise<void> {
  await supabase.auth.signOut({ scope: 'local' });
  forgetSession();
  // Loaded when it is needed: signing in has no use for it.
  const { forgetCopies } = await import('#lib/platform/kept.ts');
  await forgetCopies();
}

/** Answers alike for known and unknown addresses. */
export function requestPasswordReset(email: string) {
  return callFunction('send-password-reset', { email });
}

export function resetPassword(token: string, password: string) {
  return askJson<{ email: string }, 'reset_password'>('reset_password', { token, password });
}

export function acceptInvitation(token: string, password: string | null) {
  return askJson<{ email: string; tenant_id: string }, 'accept_invitation'>('accept_invitation', {
    token,
    password,
  });
}
