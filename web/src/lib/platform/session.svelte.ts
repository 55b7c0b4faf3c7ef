import { toPortalError } from '#lib/errors.ts';
import { askJson } from './command.ts';
import { supabase } from './supabase.ts';

export interface Tenant {
  id: string;
  name: string;
  slug: string;
  currency: string;
  timezone: string;
  locale: string;
  settings: Record<string, unknown>;
}

export interface MySession {
  user: { id: string; email: string; full_name: string | null };
  tenant: Tenant | null;
  role: string | null;
  permissions: string[];
  tenants: { id: string; name: string; role: string }[];
  is_super_admin: boolean;
}

class SessionStore {
  me = $state<MySession | null>(null);

  get tenant(): Tenant | null {
    return this.me?.tenant ?? null;
  }

  /** True when the signed-in member holds the permission in the active company. */
  can(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  canAny(permissions: string[]): boolean {
    return permissions.length === 0 || permissions.some((permission) => this.can(permission));
  }
}

export const session = new SessionStore();

const REMEMBERED = 'mzigo.session';

/**
 * Loads who is signed in; null when nobody is. Without network the last answer stands, so that a
 * driver can open his trip where there is no coverage; the server checks every right anyway.
 */
export async function loadSession(): Promise<MySession | null> {
  const { data } = await supabase.auth.getSession();
  if (!data.session) {
    localStorage.removeItem(REMEMBERED);
    session.me = null;
    return null;
  }
  try {
    session.me = await askJson<MySession, 'my_session'>('my_session', {});
    localStorage.setItem(REMEMBERED, JSON.stringify(session.me));
  } catch (cause) {
    const failure = toPortalError(cause);
    if (failure.key === 'session_expired' || failure.key === 'not_signed_in') {
      await supabase.auth.signOut({ scope: 'local' });
      session.me = null;
      return null;
    }
    const known = remembered(data.session.user.id);
    if (failure.key !== 'network_unreachable' || !known) throw failure;
    session.me = known;
  }
  return session.me;
}

function remembered(userId: string): MySession | null {
  try {
    const known = JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as MySession | null;
    return known?.user.id === userId ? known : null;
  } catch {
    return null;
  }
}
