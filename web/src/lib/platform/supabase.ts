import { createClient, type SupabaseClient } from '@supabase/supabase-js';
import type { Database } from '#lib/database.types.ts';
import { language } from '#lib/first_words.ts';
import { project } from './project.ts';

/** Address of the API: the configured project, else the origin that served this page. */
export const apiUrl = project.SUPABASE_URL || location.origin;

export const publishableKey = project.SUPABASE_PUBLISHABLE_KEY || 'local';

/**
 * How long an answer may take. A phone with a dead spot in its network would otherwise wait for ever,
 * and everything behind the first command with it.
 */
const DEADLINE_MS = 60_000;

/** The one client of the portal. Only `$lib/<family>/<family>.ts` files may name a table or RPC. */
export const supabase = createClient<Database>(apiUrl, publishableKey, {
  // A page without network shows its kept copy and says so; silent retries would hold both back.
  db: { retry: false },
  auth: { persistSession: true, autoRefreshToken: true, detectSessionInUrl: false },
  global: {
    // Errors come in the language of the reader.
    headers: { 'accept-language': language },
    fetch: (input, init) =>
      fetch(input, { ...init, signal: init?.signal ?? AbortSignal.timeout(DEADLINE_MS) }),
  },
});

/**
 * The same client for names that are only known at run time: of a document's table, of a command.
 */
export const untyped = supabase as unknown as SupabaseClient;
