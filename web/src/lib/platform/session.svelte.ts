import { toPortalError } from '#lib/errors.ts';
import { askJson } from './command.ts';
import type { Language } from '#lib/first_words.ts';
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
  user: { id: string; email: string; full_name: string | null; language: Language | null };
  tenant: Tenant | null;
  role: string | null;
  /** The only depot, territory or customer whose rows are seen; none of them: all rows. */
  scope: { warehouse_id: string | null; territory_id: string | null; customer_id: string | null };
  permissions: string[];
  tenants: { id: string; name: string; role: string }[];
  is_super_admin: boolean;
}

class SessionStore {
  me = $state<MySession | null>(null);
  /** The server has said something else than what the open page began with. */
  isOutdated = $state(false);

  get tenant(): Tenant | null {
    return this.me?.tenant ?? null;
  }

  /** True when the signed-in member holds the permission in the active company. */
  can(permission: string): boolean {
    return this.me?.permissions.includes(permission) ?? false;
  }

  /** Whether every row that his rights reach is shown to the signed-in member. */
  get seesAll(): boolean {
    return Object.values(this.me?.scope ?? { nothing: '' }).every((only) => only === null);
  }

  canAny(permissions: string[]): boolean {
    return permissions.length === 0 || permissions.some((permission) => this.can(permission));
  }
}

export const session = new SessionStore();

/** The company, also where the page has only begun and who is signed in is still being asked. */
export function knownTenant(): Tenant | null {
  return session.me ? session.tenant : (remembered()?.tenant ?? null);
}

/** A rule of the company as its settings have it; undefined where it has none. */
export function rule(name: string): unknown {
  const rules = session.tenant?.settings.business_rules as Record<string, unknown> | undefined;
  return rules?.[name];
}

const REMEMBERED = 'mzigo.session';
/** How long a page waits for the network before it begins with what it knows. */
export const PATIENCE_MS = 400;

/**
 * Loads who is signed in; null when nobody is. Where the network is slow or away the last answer
 * stands until a new one comes, so that a driver can open his trip where there is no coverage; the
 * server checks every right anyway.
 */
export async function loadSession(): Promise<MySession | null> {
  const known = remembered();
  const asked = whoIsIt(known);
  if (session.me === null && known) {
    const late = new Promise<'late'>((resolve) =>
      setTimeout(() => resolve('late'), navigator.onLine ? PATIENCE_MS : 0),
    );
    if ((await Promise.race([asked.catch(() => 'late'), late])) === 'late') {
      session.me = known;
      void asked.then(
        (me) => {
          session.isOutdated = JSON.stringify(me) !== JSON.stringify(known);
        },
        () => undefined,
      );
      return known;
    }
  }
  session.me = await asked;
  return session.me;
}

/** The server's word on who is signed in. @throws PortalError when it has none and nothing is known */
async function whoIsIt(known: MySession | null): Promise<MySession | null> {
  const { data, error } = await supabase.auth.getSession();
  if (!data.session) {
    // Without network a session cannot be renewed, which does not end it.
    if (known && error && toPortalError(error, error.status).retryable) return known;
    localStorage.removeItem(REMEMBERED);
    return null;
  }
  try {
    const me = await askJson<MySession, 'my_session'>('my_session', {});
    localStorage.setItem(REMEMBERED, JSON.stringify(me));
    return me;
  } catch (cause) {
    const failure = toPortalError(cause);
    if (failure.key === 'session_expired' || failure.key === 'not_signed_in') {
      await supabase.auth.signOut({ scope: 'local' });
      localStorage.removeItem(REMEMBERED);
      return null;
    }
    if (failure.key === 'network_unreachable' && known?.user.id === data.session.user.id) {
      return known;
    }
    throw failure;
  }
}

function remembered(): MySession | null {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? 'null') as MySession | null;
  } catch {
    return null;
  }
}

/** What is known of somebody goes with him. */
export function forgetSession(): void {
  localStorage.removeItem(REMEMBERED);
  session.me = null;
}
