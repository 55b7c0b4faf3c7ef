/**
 * Backs up, restores and rekeys the stopped stack of this folder; see docs/operating.md. It lies here because
 * a lock is held by programs of this folder only.
 */
import { resolve } from 'node:path';
import { backUp, restore, whileStopped } from './backup.ts';
import { stateHome } from './paths.ts';
import { rotateKeys } from './secrets.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

async function run([verb, name, ...others]: string[]): Promise<void> {
  if (verb === 'rotate-keys' && name === undefined) {
    await whileStopped(stateHome, () => rotateKeys(stateHome));
    return say('The token secret and both API keys are new; npm start prints the address again.');
  }
  if (name === undefined || others.length > 0) {
    throw new Error(`Name one file: npm run ${verb} -- mzigo.tar`);
  }
  const file = resolve(process.env['INIT_CWD'] ?? '.', name);
  if (verb === 'backup') {
    await backUp(stateHome, file);
    return say(`${file} holds the database, the uploaded files and the secrets; keep it safe.`);
  }
  const aside = await restore(stateHome, file);
  say(`Restored from ${file}; npm start goes on from there.`);
  if (aside !== null) say(`What was here before is in ${aside}.`);
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
