import { App } from '@supabase/lite';
import { readConfig } from './config.ts';
import { connectAs, keepRefusalsOffTheConsole, settings } from './lite.ts';
import { openProofs, type Proofs } from './proofs.ts';
import { onReload } from './rest/reload.ts';
import { startRest, type Rest } from './rest/rest.ts';
import type { Secrets } from './secrets.ts';
import { withPasswordHook } from './password_hook.ts';
import { withHashedRefreshTokens } from './refresh_tokens.ts';
import { startStorage } from './storage.ts';

/** What is behind REST, auth and storage. Nothing outside knows which engine it is. */
export interface Api {
  /** Auth and storage. */
  fetch(request: Request): Promise<Response>;
  rest: Rest['answer'];
  proofs: Proofs;
  close(): Promise<void>;
}

export interface ApiOptions {
  /** The address of the database for a role. */
  databaseUrl(role: string): string;
  /** The shortest way there for REST, as `authenticator`. */
  commandsUrl?: string;
  secrets: Secrets;
  /** Where uploaded files are kept. */
  storageFolder: string;
}

/**
 * REST and storage are our own; auth is the engine's, with the rights of its Supabase counterpart: it
 * owns only `auth`. REST signs in as `authenticator` and can do nothing before it has taken the caller's
 * role.
 */
export async function startApi(options: ApiOptions): Promise<Api> {
  const { secrets, databaseUrl } = options;
  keepRefusalsOffTheConsole();
  const config = await readConfig();
  const base = settings(config, secrets);
  const server = { disableStudio: true, disableFallback: true };
  // Mail leaves through the outbox in the database, never from here.
  const drivers = {
    email: {
      send: () => Promise.reject(new Error('The sign-in service sends no mail.')),
    },
  };

  const rest = await startRest({
    databaseUrl: options.commandsUrl ?? databaseUrl('authenticator'),
    secrets,
    schemas: config.api.schemas,
    maxRows: config.api.max_rows,
  });
  const reloads = await onReload(databaseUrl('authenticator'), () => rest.reload());

  const authConnection = connectAs(databaseUrl('supabase_auth_admin'), 4);
  const engine = new App({ ...base, connection: authConnection, options: { drivers, server } });
  const authUrl = databaseUrl('supabase_auth_admin');
  const auth = withPasswordHook(
    config,
    authUrl,
    withHashedRefreshTokens(config.auth.refresh_token_reuse_interval, async (request) =>
      engine.fetch(request),
    ),
  );

  const storage = startStorage({
    databaseUrl: databaseUrl('supabase_storage_admin'),
    folder: options.storageFolder,
    secrets,
    preRequest: () => rest.preRequest(),
  });
  const proofs = openProofs(authUrl);

  return {
    fetch: async (request) => {
      const { pathname } = new URL(request.url);
      if (pathname.startsWith('/auth/')) return auth.fetch(request);
      return storage.fetch(request);
    },
    rest: (request) => rest.answer(request),
    proofs,
    close: async () => {
      await reloads.close();
      await Promise.all([
        rest.close(),
        authConnection.close(),
        auth.close(),
        storage.close(),
        proofs.close(),
      ]);
    },
  };
}
