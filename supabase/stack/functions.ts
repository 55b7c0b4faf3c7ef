import { randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import { Child } from './child.ts';
import type { Config } from './config.ts';
import { StackError } from './errors.ts';
import { freePort } from './ports.ts';
import { repositoryRoot } from './paths.ts';
import { Supervisor } from './supervisor.ts';

export interface Functions {
  names: Set<string>;
  /** Calls a function; the path begins with its name. */
  fetch(path: string, request: Request): Promise<Response>;
  /** Rejects when they died too often to be started again. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

export interface FunctionsOptions {
  home: string;
  config: Config;
  /** What a hosted project gives its functions. */
  environment: Record<string, string>;
}

const START_SECONDS = 30;
/** How long a start waits for one answer before it asks again. */
const START_TRY_MS = 5000;

function denoBinary(): string {
  const require = createRequire(import.meta.url);
  const platform = process.platform === 'linux' ? 'linux' : process.platform;
  const suffix = process.platform === 'linux' ? '-glibc' : '';
  const name = `@deno/${platform}-${process.arch}${suffix}`;
  try {
    const folder = dirname(require.resolve(`${name}/package.json`));
    return join(folder, process.platform === 'win32' ? 'deno.exe' : 'deno');
  } catch {
    throw new StackError(
      `There is no Deno for this machine in node_modules (${name}); run npm install here.`,
    );
  }
}

/** Keys of outside systems that the operator keeps in `functions/.env`. */
function operatorSettings(): Record<string, string> {
  try {
    const settings = parseEnv(readFileSync(join(repositoryRoot, 'functions', '.env'), 'utf8'));
    return settings as Record<string, string>;
  } catch {
    return {};
  }
}

/** Runs every function of the project in one Deno process, without any network for its imports. */
export async function startFunctions(options: FunctionsOptions): Promise<Functions> {
  const names = Object.keys(options.config.functions);
  const folder = join(repositoryRoot, 'functions');
  const log = join(options.home, 'logs', 'functions.log');
  const key = randomBytes(24).toString('base64url');
  const binary = denoBinary();
  let port = 0;

  const launch = async () => {
    port = await freePort();
    const child = new Child({
      command: binary,
      args: [
        'run',
        '--quiet',
        '--no-prompt',
        '--cached-only',
        `--config=${join(folder, 'deno.json')}`,
        `--allow-read=${repositoryRoot}`,
        '--allow-env',
        '--allow-net',
        '--allow-sys',
        '--v8-flags=--max-old-space-size=256',
        join(folder, '_router', 'main.ts'),
        String(port),
        ...names,
      ],
      log,
      cwd: folder,
      env: {
        ...process.env,
        ...operatorSettings(),
        ...options.environment,
        MZIGO_ROUTER_KEY: key,
        DENO_DIR: join(options.home, 'deno'),
        DENO_NO_UPDATE_CHECK: '1',
        NO_COLOR: '1',
      },
    });
    await waitUntilReady(child);
    return child;
  };

  const waitUntilReady = async (child: Child) => {
    const deadline = Date.now() + START_SECONDS * 1000;
    for (;;) {
      try {
        await fetch(`http://127.0.0.1:${port}/`, { signal: AbortSignal.timeout(START_TRY_MS) });
        return;
      } catch {
        if (!child.isRunning || Date.now() > deadline) {
          await child.stop();
          throw new StackError(`The edge functions did not start; ${log} says why.`);
        }
        await sleep(30);
      }
    }
  };

  const giveUp = async () =>
    new StackError(
      `The edge functions do not stay up, they were started again several times within a minute; ${log} says why.`,
    );
  /** A function that ran out of memory takes its neighbours down; all come back together. */
  const router = names.length > 0 ? await Supervisor.start({ launch, giveUp }) : null;
  return {
    names: new Set(names),
    failed: router?.failed ?? new Promise<never>(() => {}),
    fetch: (path, request) => {
      const headers = new Headers(request.headers);
      headers.set('x-router-key', key);
      const method = request.method;
      const url = `http://127.0.0.1:${port}/${path}`;
      const body = request.body ? { body: request.body, duplex: 'half' as const } : {};
      return fetch(url, { method, headers, redirect: 'manual', ...body });
    },
    stop: async () => router?.stop(),
  };
}
