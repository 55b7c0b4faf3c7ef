import { toPortalError } from '#lib/errors.ts';
import { command } from '#lib/platform/command.ts';
import { supabase } from '#lib/platform/supabase.ts';

export async function signIn(email: string, password: string): Promise<void> {
  const { error } = await supabase.auth.signInWithPassword({ email, password });
  if (error) throw toPortalError(error, error.status);
}

/** Ends this session only; other devices stay signed in. */
export async function signOut(): Promise<void> {
  await supabase.auth.signOut({ scope: 'local' });
}

export async function switchTenant(tenantId: string): Promise<unknown> {
  return command('switch_tenant', { tenant_id: tenantId });
}
