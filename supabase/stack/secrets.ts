import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { StackError, errorCode } from './errors.ts';

const secretsSchema = z.object({
  databasePassword: z.string().min(16),
  jwtSecret: z.string().min(32),
  publishableKey: z.string().startsWith('sb_publishable_'),
  secretKey: z.string().startsWith('sb_secret_'),
});

export type Secrets = z.infer<typeof secretsSchema>;

const random = (bytes: number): string => randomBytes(bytes).toString('base64url');

const newKeys = () => ({
  jwtSecret: random(48),
  publishableKey: `sb_publishable_${random(24)}`,
  secretKey: `sb_secret_${random(24)}`,
});

async function writeSecrets(file: string, secrets: Secrets): Promise<Secrets> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  await rename(`${file}.new`, file);
  return secrets;
}

/** New keys for a stack that is stopped: tokens and keys that were given out are worth nothing any more. */
export async function rotateKeys(home: string): Promise<void> {
  const { databasePassword } = await readSecrets(home);
  await writeSecrets(join(home, 'secrets.json'), { databasePassword, ...newKeys() });
}

/** The secrets of this stack, made once; readable by its owner only. */
export async function readSecrets(home: string): Promise<Secrets> {
  const file = join(home, 'secrets.json');
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    return writeSecrets(file, { databasePassword: random(24), ...newKeys() });
  }
  try {
    return secretsSchema.parse(JSON.parse(text));
  } catch {
    throw new StackError(
      `${file} is damaged; nothing was changed. Put back the file that belongs to this database, or move the whole folder away.`,
    );
  }
}
