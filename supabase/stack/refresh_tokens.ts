import { createHash } from 'node:crypto';
import { z } from 'zod';

/** The engine that signs people in. */
type Auth = (request: Request) => Promise<Response>;

/** What the database keeps instead of a refresh token; `bootstrap_grants.sql` makes the same of it. */
export const kept = (token: string): string =>
  `sha256:${createHash('sha256').update(token).digest('hex')}`;

const sessionSchema = z.looseObject({ refresh_token: z.string() });

/**
 * Refresh tokens are as good as a password for as long as their session lasts, so the database has their
 * hash only: what a caller sends is hashed on its way in. When two pages renew one session at the same
 * moment the engine answers the second with the token that the first has got, which it does not know any
 * more; that one is remembered here for as long as this may happen.
 */
export function withHashedRefreshTokens(reuseSeconds: number, auth: Auth): Auth {
  const issued = new Map<string, { token: string; until: number }>();

  const forget = (now: number) => {
    for (const [hash, { until }] of issued) if (until <= now) issued.delete(hash);
  };

  return async (request) => {
    const grant = new URL(request.url).searchParams.get('grant_type');
    if (request.method !== 'POST' || grant === null) return auth(request);
    const answer = await auth(grant === 'refresh_token' ? await hashed(request) : request);
    if (!answer.ok) return answer;
    const session = sessionSchema.parse(await answer.json());
    const now = Date.now();
    forget(now);
    const known = issued.get(session.refresh_token);
    const token = known?.token ?? session.refresh_token;
    if (token.startsWith('sha256:')) return alreadyUsed();
    issued.set(kept(token), { token, until: now + reuseSeconds * 1000 });
    const headers = new Headers(answer.headers);
    headers.delete('content-length');
    // Tells a part of the token that is kept, which is of no use to anybody.
    headers.delete('sb-auth-refresh-token-prefix');
    const { status } = answer;
    return new Response(JSON.stringify({ ...session, refresh_token: token }), { status, headers });
  };
}

async function hashed(request: Request): Promise<Request> {
  const { refresh_token: token } = sessionSchema.parse(await request.json());
  const headers = new Headers(request.headers);
  headers.delete('content-length');
  return new Request(request.url, {
    method: 'POST',
    headers,
    body: JSON.stringify({ refresh_token: kept(token) }),
  });
}

function alreadyUsed(): Response {
  const error_code = 'refresh_token_already_used';
  const msg = 'Invalid Refresh Token: Already Used';
  return Response.json(
    { code: 400, error_code, msg },
    { status: 400, headers: { 'x-sb-error-code': error_code } },
  );
}
