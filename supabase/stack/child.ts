import { spawn, type ChildProcess } from 'node:child_process';
import { openSync, closeSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Account } from './paths.ts';

/**
 * Runs the program and watches file descriptor 3, whose other end only the stack holds. When the
 * stack goes, however it goes, the pipe closes and the program is asked to stop, then made to.
 */
const GUARD = `
signal="$1"; patience="$2"; shift 2
"$@" 3<&- &
program=$!
( read _ <&3
  [ "$signal" = KILL ] && kill -KILL -$$
  kill -"$signal" $program; sleep "$patience"; kill -KILL $program ) 2>/dev/null &
watcher=$!
wait $program
code=$?
kill $watcher 2>/dev/null
exit $code
`;

export interface ChildOptions {
  command: string;
  args: string[];
  /** Where its output goes, appended. */
  log: string;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  account?: Account | null;
  /**
   * What it is asked to stop with, and for how many seconds it may take its time; KILL ends it at once,
   * together with everything it has started.
   */
  stopSignal?: 'INT' | 'TERM' | 'KILL';
  patience?: number;
}

/** A process of the stack that does not outlive it. */
export class Child {
  readonly exited: Promise<number>;
  readonly #process: ChildProcess;
  readonly #release: () => void;
  #isRunning = true;

  constructor(options: ChildOptions) {
    mkdirSync(dirname(options.log), { recursive: true });
    const log = openSync(options.log, 'a', 0o600);
    const { stopSignal = 'TERM', patience = 5 } = options;
    const isGuarded = process.platform !== 'win32';
    const command = isGuarded ? '/bin/sh' : options.command;
    const guard = ['-c', GUARD, 'mzigo-guard', stopSignal, String(patience), options.command];
    this.#process = spawn(command, isGuarded ? [...guard, ...options.args] : options.args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', log, log, 'pipe'],
      // Its own group: ctrl-C in the terminal reaches only the stack, which then stops in order.
      detached: isGuarded,
      ...(options.account ?? {}),
    });
    closeSync(log);
    const pipe = this.#process.stdio[3];
    pipe?.on('error', () => {});
    this.#release = () => (isGuarded ? pipe?.destroy() : this.#process.kill());
    this.exited = new Promise((resolve, reject) => {
      this.#process.once('error', reject);
      this.#process.once('exit', (code) => {
        this.#isRunning = false;
        resolve(code ?? 1);
      });
    });
    this.exited.catch(() => {});
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** Asks the program to stop and waits until it has. */
  async stop(): Promise<void> {
    this.#release();
    await this.exited.catch(() => {});
  }
}
