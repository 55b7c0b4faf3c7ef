import { createClient } from '@supabase/supabase-js';
import { SUPABASE_PUBLISHABLE_KEY, SUPABASE_URL } from '$app/env/public';

/** Address of the API: the configured project, else the origin that served this page. */
export const apiUrl = SUPABASE_URL || location.origin;

/** The one client of the portal. Only `$lib/<family>/<family>.ts` files may name a table or RPC. */
export const supabase = createClient(apiUrl, SUPABASE_PUBLISHABLE_KEY || 'local', {
  auth: { persistSession: true, autoRefreshToken: true, detectSessionInUrl: false },
});
