import { supabase } from './supabase.ts';
import { ask } from './command.ts';

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

/** Loads who is signed in; null when nobody is. */
export async function loadSession(): Promise<MySession | null> {
  const { data } = await supabase.auth.getSession();
  session.me = data.session ? await ask<MySession>('my_session') : null;
  return session.me;
}
