import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { installServer } from './binaries.ts';
import { Child } from './child.ts';
import { StackError, errorCode } from './errors.ts';
import { databaseAccount, databaseHome, type Account } from './paths.ts';
import { freePort } from './ports.ts';

/** The major version that the migrations are written for, here and on Supabase. */
const MAJOR_VERSION = '17';

/** The superuser, named as on Supabase; migrations run as `postgres`, which is none. */
export const SUPERUSER = 'supabase_admin';

const START_SECONDS = 60;

/** A socket's path may have 103 characters on some systems; its own name has 15 to 18 of them. */
const MAX_SOCKET_FOLDER = 84;

/**
 * Small enough for a laptop. Durable: what was answered is on the disk
 * (`synchronous_commit`, `fsync` and checksums stay on).
 */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  password_encryption: 'scram-sha-256',
  max_connections: '80',
  shared_buffers: '64MB',
  effective_cache_size: '512MB',
  work_mem: '8MB',
  maintenance_work_mem: '64MB',
  min_wal_size: '80MB',
  max_wal_size: '1GB',
  checkpoint_timeout: '10min',
  max_wal_senders: '0',
  wal_compression: 'on',
  synchronous_commit: 'on',
  random_page_cost: '1.1',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  autovacuum_naptime: '20s',
  autovacuum_max_workers: '2',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] %q%u@%d ',
  // A refused command (ERROR) is an answer to its caller, not an event for the operator.
  log_min_messages: 'log',
  // A lock that is waited for long, or a deadlock, is a defect of ours: both are logged with their statements.
  log_lock_waits: 'on',
  max_logical_replication_workers: '0',
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '1000',
};

/** For servers that are thrown away after the tests: the disk need not follow. */
const THROW_AWAY: Record<string, string> = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

export interface ServerOptions {
  /** Where the program is unpacked, and the data unless `data` says otherwise. */
  home: string;
  /** The data folder; made when it is not there. */
  data?: string;
  log?: string;
  password: string;
  /** Without durability, for tests. */
  isThrowAway?: boolean;
  /** Where it has to listen, as before; a free port when not given. */
  port?: number;
}

export interface Server {
  port: number;
  pid: number;
  /** True when this start made the data folder. */
  isNew: boolean;
  /** True when the last run did not end in order and PostgreSQL had to replay its log. */
  wasRecovered: boolean;
  url(database?: string, user?: string): string;
  /** The same by the socket file, which costs less per request; the address where there is none. */
  localUrl(database: string, user: string): string;
  exited: Promise<number>;
  stop(): Promise<void>;
}

async function readOptional(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

async function isEmptyOrMissing(folder: string): Promise<boolean> {
  try {
    await stat(folder);
    return false;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

/** `initdb` beside the final place and a rename, so that a half-made folder is never taken for data. */
async function createCluster(
  bin: string,
  data: string,
  password: string,
  account: Account | null,
): Promise<void> {
  const draft = `${data}.${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  await mkdir(draft, { recursive: true, mode: 0o700 });
  try {
    await writeFile(passwordFile, password, { mode: 0o600 });
    if (account) {
      await chown(draft, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    const args = ['-D', draft, '-U', SUPERUSER, '--pwfile', passwordFile];
    args.push('--auth=scram-sha-256', '--data-checksums', '--encoding=UTF8', '--no-sync');
    args.push('--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8');
    args.push('--no-instructions');
    const options = { ...(account ?? {}), cwd: draft, env: serverEnvironment() };
    await promisify(execFile)(join(bin, 'initdb'), args, options);
    await rename(draft, data);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : '';
    if (isDiskFull(output)) throw diskFull();
    if (output)
      throw new StackError(`PostgreSQL could not make its data folder: ${lastLine(output)}`);
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}

/** Whether PostgreSQL wrote that it found no space, or no more than it was given. */
export function isDiskFull(output: string): boolean {
  return /No space left on device|Disk quota exceeded/i.test(output);
}

export function diskFull(): Error {
  return Object.assign(new Error('No space left on device'), { code: 'ENOSPC' });
}

/** Only what the server needs: no setting of the caller's shell may reach it. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
}

async function checkDataFolder(data: string): Promise<void> {
  const version = (await readOptional(join(data, 'PG_VERSION')))?.trim();
  if (version === MAJOR_VERSION) return;
  throw new StackError(
    version === undefined
      ? `${data} is not a PostgreSQL data folder; nothing in it was changed. Move it away, or set MZIGO_HOME to another place.`
      : `${data} was made by PostgreSQL ${version}, this is ${MAJOR_VERSION}; nothing in it was changed. Restore a backup into a new folder.`,
  );
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/** A server left by a stack that was killed is on its way out: its guard stops it. */
async function waitForPreviousServer(data: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const pid = Number((await readOptional(join(data, 'postmaster.pid')))?.split('\n')[0]);
    if (!Number.isInteger(pid) || pid <= 0 || !isAlive(pid)) return;
    if (Date.now() > deadline) {
      throw new StackError(
        `Another PostgreSQL (process ${pid}) is using ${data}; stop it with npm stop, then start again.`,
      );
    }
    await sleep(100);
  }
}

async function waitUntilReady(child: Child, url: string, log: () => Promise<string>) {
  const deadline = Date.now() + START_SECONDS * 1000;
  for (;;) {
    if (!child.isRunning) throw failureToStart(await log());
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      await client.end().catch(() => {});
      if (errorCode(error) === '28P01') {
        throw new StackError(
          'The password in .mzigo/secrets.json does not open this database; put the file back that belongs to it. Nothing was changed.',
        );
      }
      if (Date.now() > deadline) {
        throw new StackError(`PostgreSQL did not answer within ${START_SECONDS} s. ${await log()}`);
      }
      await sleep(50);
    }
  }
}

function failureToStart(output: string): Error {
  if (isDiskFull(output)) return diskFull();
  const fatal = output.split('\n').findLast((line) => /(FATAL|PANIC):/.test(line));
  const reason = fatal?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? lastLine(output);
  return new StackError(
    `PostgreSQL could not open its data: ${reason}. Nothing was changed. Restore a backup, or begin anew with npm start -- --fresh.`,
  );
}

/** Starts PostgreSQL on `options.data`, making it first if need be. */
export async function startServer(options: ServerOptions): Promise<Server> {
  const account = databaseAccount();
  const home = databaseHome(options.home);
  const bin = await installServer(home);
  const data = options.data ?? join(home, 'data', 'postgres');
  const log = options.log ?? join(options.home, 'logs', 'postgres.log');
  await mkdir(dirname(data), { recursive: true, mode: 0o755 });

  const isNew = await isEmptyOrMissing(data);
  if (isNew) await createCluster(bin, data, options.password, account);
  else await checkDataFolder(data);
  await waitForPreviousServer(data);

  const hasSocket = process.platform !== 'win32' && Buffer.byteLength(data) < MAX_SOCKET_FOLDER;
  const settings = {
    ...SETTINGS,
    // After a crash one call for the whole disk instead of one for each of two thousand files.
    ...(process.platform === 'linux' ? { recovery_init_sync_method: 'syncfs' } : {}),
    unix_socket_directories: hasSocket ? data : '',
    ...(options.isThrowAway ? THROW_AWAY : {}),
  };
  const offset = (await stat(log).catch(() => null))?.size ?? 0;
  const output = async () => (await readOptional(log))?.slice(offset) ?? '';
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const flags = Object.entries({ ...settings, port: String(port) });
    const child = new Child({
      command: join(bin, 'postgres'),
      args: ['-D', data, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      log,
      env: serverEnvironment(),
      cwd: data,
      account,
      stopSignal: 'INT',
      patience: 20,
    });
    const url = (database = 'postgres', user = SUPERUSER) =>
      `postgresql://${user}:${encodeURIComponent(options.password)}@127.0.0.1:${port}/${database}`;
    try {
      await waitUntilReady(child, url(), output);
    } catch (error) {
      await child.stop();
      // Somebody else took the free port in between.
      if (attempt < 3 && !options.port && /Address already in use/.test(await output())) continue;
      throw error;
    }
    const pid = Number((await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n')[0]);
    const localUrl = (database: string, user: string) => {
      const address = new URL(url(database, user));
      if (hasSocket) address.searchParams.set('host', data);
      return address.href;
    };
    const wasRecovered = !isNew && /not properly shut down/.test(await output());
    const stop = () => child.stop();
    return { port, pid, isNew, wasRecovered, url, localUrl, exited: child.exited, stop };
  }
}
