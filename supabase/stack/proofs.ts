import { z } from 'zod';
import { openPool } from './pool.ts';

export type ProofKind = 'password' | 'refresh';

/** No value that PostgreSQL cannot even read. */

const text = (length: number) =>
  z
    .string()
    .max(length)
    .regex(/^[^\u0000-\u001f]*$/);

const BODIES: Record<ProofKind, z.ZodType> = {
  password: z.object({ email: text(254), password: text(1024) }),
  refresh: z.object({ refresh_token: text(1024) }),
};

/** True when the body of a sign-in has what the engine takes for granted. */
export function isProof(kind: ProofKind, body: Buffer): boolean {
  try {
    return BODIES[kind].safeParse(JSON.parse(body.toString('utf8'))).success;
  } catch {
    return false;
  }
}

/** What the database says before a proof of who somebody is may be looked at. */
export interface Proof {
  /** Seconds to wait; above 0 the proof is not looked at. */
  wait: number;
  /** To be called when the proof was right: it is then not counted. */
  held(): Promise<void>;
}

/**
 * Counts failed proofs (passwords, refresh tokens) per network address, in the database: a restart of
 * the stack forgets nothing. Accounts are counted by the hook (`password_hook.ts`), links of mails by
 * the commands that take them.
 */
export interface Proofs {
  begin(kind: ProofKind, address: string): Promise<Proof>;
  close(): Promise<void>;
}

export function openProofs(databaseUrl: string): Proofs {
  const pool = openPool(databaseUrl, { max: 4 });
  return {
    begin: async (kind, address) => {
      const { rows } = await pool.query<{ attempt: string | null; wait: number }>(
        'select attempt, wait_seconds as wait from private.begin_proof($1, $2)',
        [kind, address],
      );
      const { attempt = null, wait = 0 } = rows[0] ?? {};
      const held = async () => {
        await pool.query('select private.proof_held($1)', [attempt]);
      };
      return { wait, held };
    },
    close: () => pool.end(),
  };
}
