/** What `/project.js` would say; nothing is ever sent there. */
globalThis.mzigoProject = { SUPABASE_URL: 'http://portal.test', SUPABASE_PUBLISHABLE_KEY: '' };
