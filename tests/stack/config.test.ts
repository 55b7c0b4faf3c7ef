import { readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { checkConfig, readConfig } from '../../supabase/stack/config.ts';
import { StackError } from '../../supabase/stack/errors.ts';
import { repositoryRoot } from '../../supabase/stack/paths.ts';

const config = await readConfig();

test('only what is meant to be seen is exposed, a thousand rows at a time', () => {
  expect(config.api).toMatchObject({ schemas: ['public', 'analytics'], max_rows: 1000 });
});

test('nobody makes an account by himself', () => {
  expect(config.auth['enable_signup']).toBe(false);
});

test('a password has twelve characters at least, letters and digits', () => {
  expect(config.auth['minimum_password_length']).toBe(12);
  expect(config.auth['password_requirements']).toBe('letters_digits');
});

test('every function is configured, and nothing is configured that is not there', async () => {
  const folder = join(repositoryRoot, 'functions');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((it) => it.isDirectory() && !it.name.startsWith('_'));
  expect(Object.keys(config.functions).toSorted()).toEqual(names.map((it) => it.name).toSorted());
  for (const [name, { entrypoint, import_map }] of Object.entries(config.functions)) {
    const file = resolve(repositoryRoot, 'supabase', entrypoint);
    expect(dirname(file)).toBe(join(folder, name));
    expect((await stat(file)).isFile()).toBe(true);
    expect((await stat(resolve(repositoryRoot, 'supabase', import_map))).isFile()).toBe(true);
  }
});

const settings = () =>
  parse(readFileSync(join(repositoryRoot, 'supabase', 'config.toml'), 'utf8')) as Record<
    string,
    Record<string, unknown>
  >;

test.each([
  ['auth', 'otp_length', 4, 'auth.otp_length'],
  ['auth', 'enable_signup', true, 'auth.enable_signup = true'],
  ['auth', 'captcha', { enabled: true }, 'auth.captcha.enabled'],
  ['auth', 'rate_limit', { sign_in_sign_ups: 5 }, 'auth.rate_limit.sign_in_sign_ups = 5'],
  ['api', 'tls', { enabled: true }, 'api.tls'],
  ['api', 'max_rows', 'many', 'api.max_rows'],
  ['storage', 'file_size_limit', '50MiB', 'storage.file_size_limit'],
  ['db', 'major_version', 16, 'db.major_version'],
  ['realtime', 'enabled', false, 'realtime.enabled'],
])(
  'a setting that the embedded stack cannot keep refuses the start: %s.%s',
  (group, key, value, name) => {
    const changed = settings();
    changed[group] = { ...changed[group], [key]: value };
    expect(() => checkConfig(changed)).toThrow(StackError);
    expect(() => checkConfig(changed)).toThrow(name);
  },
);
