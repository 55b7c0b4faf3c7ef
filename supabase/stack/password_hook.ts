import type pg from 'pg';
import { z } from 'zod';
import type { Config } from './config.ts';
import { StackError } from './errors.ts';
import { openPool } from './pool.ts';

/** The engine that checks passwords. */
type Auth = (request: Request) => Promise<Response>;

const URI = /^pg-functions:\/\/postgres\/(\w+)\/(\w+)$/;

const sessionSchema = z.object({
  access_token: z.string(),
  user: z.object({ id: z.string() }),
});
const refusalSchema = z.object({ error_code: z.string() });
const credentialsSchema = z.object({ email: z.string() });
const verdictSchema = z.union([
  z.object({ error: z.object({ http_code: z.number().int().default(500), message: z.string() }) }),
  z.object({
    decision: z.enum(['continue', 'reject']),
    message: z.string().optional(),
    should_logout_user: z.boolean().optional(),
  }),
]);

interface Attempt {
  userId: string;
  /** The session that the right password has opened. */
  sessionId: string | null;
}

/**
 * Tells the database of every check of a password, as a hosted project does with the hook of that name
 * in `config.toml`, and lets it have the last word. A session that it refuses is closed before anybody
 * has heard of it.
 */
export function withPasswordHook(config: Config, databaseUrl: string, auth: Auth) {
  const { enabled, uri } = config.auth.hook.password_verification_attempt;
  const [, schema, name] = URI.exec(uri) ?? [];
  if (enabled && !name) throw new StackError(`The hook ${uri} is not a function of the database.`);
  const pool = openPool(databaseUrl, { max: 4 });
  const call = `select ${schema}.${name}($1) as verdict`;

  async function attemptOf(request: Request, answer: Response): Promise<Attempt | null> {
    const body: unknown = await answer.json().catch(() => null);
    if (answer.ok) {
      const session = sessionSchema.parse(body);
      return { userId: session.user.id, sessionId: sessionIn(session.access_token) };
    }
    const refusal = refusalSchema.safeParse(body);
    if (refusal.data?.error_code !== 'invalid_credentials') return null;
    const { data } = credentialsSchema.safeParse(await request.json().catch(() => null));
    const found = await pool.query<{ id: string }>('select id from auth.users where email = $1', [
      data?.email.trim().toLowerCase() ?? '',
    ]);
    const [user] = found.rows;
    return user ? { userId: user.id, sessionId: null } : null;
  }

  async function ask({ userId, sessionId }: Attempt) {
    const event = JSON.stringify({ user_id: userId, valid: sessionId !== null });
    const { rows } = await pool.query<{ verdict: unknown }>(call, [event]);
    return verdictSchema.parse(rows[0]?.verdict);
  }

  return {
    async fetch(request: Request): Promise<Response> {
      const isPassword = new URL(request.url).searchParams.get('grant_type') === 'password';
      if (!enabled || !isPassword || request.method !== 'POST') return auth(request);
      const answer = await auth(request.clone());
      const attempt = await attemptOf(request, answer.clone());
      if (attempt === null) return answer;
      try {
        const verdict = await ask(attempt);
        if ('decision' in verdict && verdict.decision === 'continue') return answer;
        await close(pool, attempt, 'decision' in verdict && (verdict.should_logout_user ?? false));
        return 'error' in verdict
          ? refuse(verdict.error.http_code, verdict.error.message)
          : refuse(
              400,
              verdict.message ?? 'Further password verification attempts will be rejected.',
            );
      } catch (error) {
        await close(pool, attempt, false);
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

function sessionIn(token: string): string {
  const payload: unknown = JSON.parse(
    Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'),
  );
  return z.object({ session_id: z.string() }).parse(payload).session_id;
}

async function close(pool: pg.Pool, { userId, sessionId }: Attempt, isEverywhere: boolean) {
  if (isEverywhere) await pool.query('delete from auth.sessions where user_id = $1', [userId]);
  else await pool.query('delete from auth.sessions where id = $1', [sessionId]);
}

function refuse(status: number, message: string): Response {
  const error_code = status === 429 ? 'over_request_rate_limit' : 'invalid_credentials';
  return Response.json(
    { code: status, error_code, msg: message },
    { status, headers: { 'x-sb-error-code': error_code } },
  );
}
