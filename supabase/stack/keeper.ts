import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Doorway } from './doorway.ts';

/** Set in the process that is kept, to the number of its keeper: it ends when its keeper does. */
const KEPT = 'MZIGO_KEPT';

/** The process that keeps this one, if one does. */
export function keeperPid(): number | null {
  const text = process.env[KEPT];
  return text === undefined ? null : Number(text);
}

const MAX_DEATHS = 5;
const WITHIN_MS = 60_000;
const FIRST_WAIT_MS = 100;

/**
 * Runs `npm start` itself in a process of its own and starts that again when somebody kills it; its parts
 * are kept by itself (`supervisor.ts`). What it ends with by itself, in order or with a sentence, is final.
 *
 * @param ended resolves when the stack is to be ended
 * @param doorway what has the port; null when there is nothing to answer
 * @returns the exit code
 */
export async function keep(
  script: string,
  flags: string[],
  ended: Promise<NodeJS.Signals>,
  say: (text: string) => void,
  doorway: Doorway | null,
): Promise<number> {
  const deaths: number[] = [];
  let isEnding = false;
  // What was thrown away for the first start is not thrown away for a later one.
  for (let rest = flags; ; rest = flags.filter((flag) => flag !== '--fresh')) {
    const kept = spawn(process.execPath, [...process.execArgv, script, 'start', ...rest], {
      stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
      env: { ...process.env, [KEPT]: String(process.pid) },
    });
    doorway?.leadTo(kept);
    void ended.then((signal) => {
      isEnding = true;
      kept.kill(signal);
    });
    const { code, signal } = await new Promise<{
      code: number | null;
      signal: NodeJS.Signals | null;
    }>((resolve) => kept.once('exit', (...[code, signal]) => resolve({ code, signal })));
    if (signal === null || isEnding) return code ?? 130;
    const now = performance.now();
    deaths.push(now);
    const recent = deaths.filter((at) => now - at < WITHIN_MS).length;
    if (recent >= MAX_DEATHS) {
      say('\nThe stack was killed five times within a minute and is not started again.');
      return 1;
    }
    say(`\nThe stack was killed (${signal}) and is started again.`);
    await Promise.race([ended, sleep(FIRST_WAIT_MS * 2 ** (recent - 1))]);
    if (isEnding) return 130;
  }
}
