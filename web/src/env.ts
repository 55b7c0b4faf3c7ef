import { defineEnvVars } from '@sveltejs/kit/env';

/**
 * Public settings. They are read when the portal starts, from `/_app/env.js`, so the same build
 * serves any host.
 */
export const variables = defineEnvVars({
  SUPABASE_URL: {
    public: true,
    description: 'Address of the API. Empty: the origin that served the portal.',
    schema: (value) => value ?? '',
  },
  SUPABASE_PUBLISHABLE_KEY: {
    public: true,
    description: 'Publishable (anon) key of the project. Empty on the embedded stack.',
    schema: (value) => value ?? '',
  },
});
