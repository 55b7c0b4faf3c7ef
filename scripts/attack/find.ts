import { holder, readRunning } from '../../supabase/stack/lock.ts';
import { readSecrets } from '../../supabase/stack/secrets.ts';
import type { Address } from './target.ts';

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/**
 * The stack to attack: the one that runs from this state folder. Whoever names an address gets that one,
 * if it is the same stack.
 *
 * @throws {Error} with a sentence when it is not on this machine, not running or another one
 */
export async function findTarget(home: string, named?: string): Promise<Address> {
  if (named !== undefined) {
    const url = URL.canParse(named) ? new URL(named) : null;
    if (url?.protocol !== 'http:' || !LOOPBACK.test(url.hostname)) {
      throw new Error(
        `${named} is not a stack on this machine; only addresses like http://127.0.0.1:4321 are attacked.`,
      );
    }
  }
  const running = (await holder(home)) === null ? null : await readRunning(home);
  if (!running) throw new Error('Mzigo is not running; start it with npm start.');
  const { jwtSecret, publishableKey } = await readSecrets(home);
  const url = named ?? running.url;
  if (portOf(url) !== portOf(running.url)) {
    throw new Error(
      `${named} is not the stack of this folder, which is ${running.url}; MZIGO_HOME names another folder.`,
    );
  }
  return { url, publishableKey, jwtSecret, home };
}

const portOf = (url: string): string => new URL(url).port;
