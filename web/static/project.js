// Which project the portal talks to; empty: the origin that serves it. Whoever hosts the portal elsewhere
// writes the project here, so the same build serves any host.
globalThis.mzigoProject = { SUPABASE_URL: '', SUPABASE_PUBLISHABLE_KEY: '' };
