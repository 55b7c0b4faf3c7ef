import type { Session } from '../../harness/database.ts';

export interface Refusal {
  code: string;
  message: string;
  detail: string;
  hint: string;
  constraint: string;
}

export type Attempt<T> = { value: T; refusal: null } | { value: null; refusal: Refusal };

/** Runs something in a savepoint of an open transaction and takes it back, whatever came of it. */
export async function attempt<T>(session: Session, work: () => Promise<T>): Promise<Attempt<T>> {
  await session.query('savepoint attempt');
  try {
    return { value: await work(), refusal: null };
  } catch (error) {
    return { value: null, refusal: toRefusal(error) };
  } finally {
    await session.query('rollback to savepoint attempt');
  }
}

function toRefusal(error: unknown): Refusal {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const { code, message, detail, hint, constraint } = error as Error & Partial<Refusal>;
  return {
    code: code ?? '',
    message,
    detail: detail ?? '',
    hint: hint ?? '',
    constraint: constraint ?? '',
  };
}

/** Fails the run when the session could see past the policies: then it would prove nothing. */
export async function assertBoundByPolicies(session: Session): Promise<void> {
  const roles = await session.query<{ rolname: string; is_free: boolean }>(
    `select r.rolname, r.rolsuper or r.rolbypassrls
       or exists (select from pg_class c where c.relnamespace in ('public'::regnamespace, 'private'::regnamespace) and c.relowner = r.oid) as is_free
     from pg_roles r where r.rolname in (current_user, session_user)`,
  );
  const free = roles.filter((role) => role.is_free).map((role) => role.rolname);
  if (roles.length === 0 || free.length > 0) {
    throw new Error(`Row level security does not bind ${free.join(', ')}`);
  }
}
