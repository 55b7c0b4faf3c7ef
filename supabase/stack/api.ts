import { App } from '@supabase/lite';
import { readConfig } from './config.ts';
import {
  actAsCallers,
  asPostgrest,
  connectAs,
  keepRefusalsOffTheConsole,
  readShape,
  settings,
  spellOutRefusals,
} from './lite.ts';
import { openProofs, type Proofs } from './proofs.ts';
import { countingExactly } from './rpc/counts.ts';
import { onReload } from './rpc/reload.ts';
import { startRpc, type Rpc } from './rpc/rpc.ts';
import type { Secrets } from './secrets.ts';
import { withPasswordHook } from './password_hook.ts';
import { startStorage } from './storage.ts';
import { verifyToken } from './tokens.ts';

/** What is behind REST, auth and storage. Nothing outside knows which engine it is. */
export interface Api {
  fetch(request: Request): Promise<Response>;
  /** The quick way for calls of commands; null when `fetch` has to answer. */
  call: Rpc['answer'];
  proofs: Proofs;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** The address of the database for a role. */
  databaseUrl(role: string): string;
  /** The shortest way there for calls and lists, as `authenticator`. */
  commandsUrl?: string;
  secrets: Secrets;
  /** Where uploaded files are kept. */
  storageFolder: string;
}

/**
 * Two instances of the engine, each with the rights of its Supabase counterpart: REST signs in as
 * `authenticator` and can do nothing before it has taken the caller's role, auth owns only `auth`.
 * Calls of commands take a shorter way. Storage is our own: the engine's does not find again what it
 * stored.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { secrets, databaseUrl } = options;
  keepRefusalsOffTheConsole();
  spellOutRefusals();
  const config = await readConfig();
  const base = settings(config, secrets);
  const server = { disableStudio: true, disableFallback: true };
  // Mail leaves through the outbox in the database, never from here.
  const drivers = {
    email: {
      send: () => Promise.reject(new Error('The sign-in service sends no mail.')),
    },
  };

  const rpc = await startRpc({
    databaseUrl: options.commandsUrl ?? databaseUrl('authenticator'),
    secrets,
    schema: config.api.schemas[0] ?? 'public',
    maxRows: config.api.max_rows,
  });
  const restConnection = connectAs(databaseUrl('authenticator'), 10);
  actAsCallers(
    restConnection,
    (role) => rpc.timeoutOf(role),
    () => rpc.preRequest(),
  );
  let shape = await readShape(databaseUrl('postgres'));
  restConnection.introspect = async () => shape;
  const reloads = await onReload(databaseUrl('authenticator'), async () => {
    await rpc.reload();
    shape = await readShape(databaseUrl('postgres'));
  });
  const rest = new App({
    ...base,
    connection: restConnection,
    options: {
      drivers,
      server: {
        ...server,
        middlewares: [
          // Tells the engine whom the token names, so that it does not look for him in tables of
          // auth, which this role cannot read. The engine still verifies the token itself.
          async (context, next) => {
            const token = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
            const verdict = token ? verifyToken(token, secrets.jwtSecret) : null;
            if (verdict && 'claims' in verdict) {
              context.set('userId', verdict.claims.sub ?? verdict.claims.role);
              context.set('sessionId', verdict.claims.session_id ?? 'none');
            }
            await next();
          },
        ],
      },
    },
  });

  const authConnection = connectAs(databaseUrl('supabase_auth_admin'), 4);
  const engine = new App({ ...base, connection: authConnection, options: { drivers, server } });
  const authUrl = databaseUrl('supabase_auth_admin');
  const auth = withPasswordHook(config, authUrl, async (request) => engine.fetch(request));

  const storage = startStorage({
    databaseUrl: databaseUrl('supabase_storage_admin'),
    folder: options.storageFolder,
    secrets,
    preRequest: () => rpc.preRequest(),
  });
  const proofs = openProofs(authUrl);

  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/auth/')) return auth.fetch(request);
      if (pathname.startsWith('/storage/')) return storage.fetch(request);
      const prefer = request.headers.get('prefer');
      if (prefer !== null) request.headers.set('prefer', countingExactly(prefer));
      if (request.method !== 'HEAD') return asPostgrest(await rest.fetch(request));
      // To the engine a HEAD is a call that may change something.
      const answer = await asPostgrest(await rest.fetch(new Request(request, { method: 'GET' })));
      await answer.body?.cancel();
      return new Response(null, answer);
    },
    call: (request) => rpc.answer(request),
    proofs,
    close: async () => {
      await reloads.close();
      await Promise.all([
        rpc.close(),
        restConnection.close(),
        authConnection.close(),
        auth.close(),
        storage.close(),
        proofs.close(),
      ]);
    },
  };
}
