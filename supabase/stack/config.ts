import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { repositoryRoot } from './paths.ts';

/** What the stack itself needs of `supabase/config.toml`; the Supabase CLI reads the rest. */
const configSchema = z.object({
  api: z.object({
    schemas: z.array(z.string()),
    extra_search_path: z.array(z.string()),
    max_rows: z.number().int().positive(),
  }),
  db: z.object({
    seed: z.object({ enabled: z.boolean(), sql_paths: z.array(z.string()) }),
  }),
  storage: z.object({ file_size_limit: z.string() }),
  /** All of it: `auth_settings.ts` looks at every one. */
  auth: z.looseObject({
    site_url: z.string(),
    additional_redirect_urls: z.array(z.string()),
    hook: z.object({
      password_verification_attempt: z.object({ enabled: z.boolean(), uri: z.string() }),
    }),
  }),
  functions: z.record(
    z.string(),
    z.object({ verify_jwt: z.boolean(), entrypoint: z.string(), import_map: z.string() }),
  ),
});

export type Config = z.infer<typeof configSchema>;

/** The project's settings, the same file that a hosted project is configured with. */
export async function readConfig(): Promise<Config> {
  const file = join(repositoryRoot, 'supabase', 'config.toml');
  return configSchema.parse(parse(await readFile(file, 'utf8')));
}
