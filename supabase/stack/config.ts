import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { z } from 'zod';
import { engineSettings } from './auth_settings.ts';
import { StackError } from './errors.ts';
import { repositoryRoot } from './paths.ts';

/**
 * All of `supabase/config.toml`. What is written here as one value is what the embedded stack does; another
 * value, or a setting that is not listed, would promise what is not kept, so the start refuses it.
 */
const configSchema = z.strictObject({
  project_id: z.string(),
  api: z.strictObject({
    enabled: z.literal(true),
    schemas: z.array(z.string()),
    extra_search_path: z.array(z.string()),
    max_rows: z.number().int().positive(),
    auto_expose_new_tables: z.literal(false),
  }),
  db: z.strictObject({
    major_version: z.literal(17),
    migrations: z.strictObject({ enabled: z.literal(true) }),
    seed: z.strictObject({ enabled: z.boolean(), sql_paths: z.array(z.string()) }),
    // The embedded server listens on the loopback only.
    ssl_enforcement: z.strictObject({ enabled: z.boolean() }),
  }),
  realtime: z.strictObject({ enabled: z.literal(true) }),
  storage: z.strictObject({
    enabled: z.literal(true),
    file_size_limit: z.literal('10MiB'),
    s3_protocol: z.strictObject({ enabled: z.literal(false) }),
  }),
  /** `auth_settings.ts` looks at every one of these. */
  auth: z.looseObject({
    site_url: z.string(),
    additional_redirect_urls: z.array(z.string()),
    refresh_token_reuse_interval: z.number().int(),
    hook: z.object({
      password_verification_attempt: z.object({ enabled: z.boolean(), uri: z.string() }),
    }),
  }),
  edge_runtime: z.strictObject({
    enabled: z.literal(true),
    policy: z.literal('per_worker'),
    deno_version: z.literal(2),
  }),
  functions: z.record(
    z.string(),
    z.strictObject({
      enabled: z.literal(true),
      verify_jwt: z.boolean(),
      entrypoint: z.string(),
      import_map: z.string(),
    }),
  ),
});

export type Config = z.infer<typeof configSchema>;

/** The project's settings, the same file that a hosted project is configured with. */
export async function readConfig(): Promise<Config> {
  const file = join(repositoryRoot, 'supabase', 'config.toml');
  return checkConfig(parse(await readFile(file, 'utf8')));
}

/** @throws {StackError} naming the first setting that the embedded stack cannot keep */
export function checkConfig(settings: unknown): Config {
  const read = configSchema.safeParse(settings);
  const [problem] = read.error?.issues ?? [];
  if (problem) {
    const keys = problem.code === 'unrecognized_keys' ? problem.keys.slice(0, 1) : [];
    const name = [...problem.path, ...keys].join('.');
    throw new StackError(
      `supabase/config.toml: ${name} is nothing that the embedded stack can keep as it is written (${problem.message}); correct it, or set it on the hosted project.`,
    );
  }
  engineSettings(read.data?.auth ?? {});
  return read.data as Config;
}
