/** As on the embedded stack: the portal talks to the origin that served it. */
export const SUPABASE_URL = 'http://portal.test';
export const SUPABASE_PUBLISHABLE_KEY = '';
