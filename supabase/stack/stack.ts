import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startApi } from './api.ts';
import { startClock } from './clock.ts';
import { readConfig, type Config } from './config.ts';
import { applyFiles, bootstrap, connect, isBootstrapped, type Outcome } from './database.ts';
import { StackError } from './errors.ts';
import { startFunctions } from './functions.ts';
import { Gateway } from './gateway.ts';
import { acquireLock, publishRunning, releaseLock, type Running } from './lock.ts';
import { databaseHome, repositoryRoot } from './paths.ts';
import { openBudgets } from './payers.ts';
import { Portal } from './portal.ts';
import { buildPortal, isPortalStale, portalFolder } from './portal_build.ts';
import { diskFull, isDiskFull, startServer, type Server } from './postgres.ts';
import { startRealtime } from './realtime.ts';
import { readSecrets } from './secrets.ts';
import { Supervisor } from './supervisor.ts';

export interface StackOptions {
  home: string;
  /** Where PostgreSQL's program is unpacked, if not in `home`. */
  runtimeHome?: string;
  port: number;
  host: string;
  /** Throw the data away first. */
  isFresh?: boolean;
  /** For tests: no durability, and no portal unless it is already built. */
  isThrowAway?: boolean;
  /** Ends the start; what it had started is stopped. */
  signal?: AbortSignal;
  /** Told of each step when it is done. */
  onStep?: (name: string, result: string, milliseconds: number) => void;
}

export interface Stack extends Running {
  /** The superuser's address, for tests. */
  superuserUrl: string;
  /** Rejects when a part died too often to be started again. */
  failed: Promise<never>;
  stop(): Promise<void>;
}

/** The folders inside `data/` that the stack makes; anything else there is somebody else's. */
const OWN_ENTRIES = /^(postgres(\..*)?|storage)$/;

async function removeData(folder: string): Promise<void> {
  const entries = await readdir(folder).catch(() => []);
  const foreign = entries.filter((entry) => !OWN_ENTRIES.test(entry));
  const cluster = await readdir(join(folder, 'postgres')).catch(() => null);
  if (cluster && !cluster.includes('PG_VERSION')) foreign.push('postgres');
  if (foreign.length > 0) {
    throw new StackError(
      `${folder} holds files that Mzigo did not make (${foreign[0]}); nothing was removed. Move them away first.`,
    );
  }
  await rm(folder, { recursive: true, force: true });
}

async function packageVersion(): Promise<string> {
  const manifest: unknown = JSON.parse(
    await readFile(join(repositoryRoot, 'package.json'), 'utf8'),
  );
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}

function summarise({ migrations, seeds }: Outcome): string {
  const parts = [];
  if (migrations.length > 0) parts.push(`${migrations.length} migrations`);
  if (seeds.length > 0) parts.push(`${seeds.length} seed files`);
  return parts.join(', ') || 'up to date';
}

/** Brings everything up on one port. Whatever was started is stopped again when a step fails. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { home, port, host } = options;
  const undo: (() => Promise<unknown>)[] = [];
  const ending = new AbortController();
  const signal = AbortSignal.any([ending.signal, ...(options.signal ? [options.signal] : [])]);
  const stop = async () => {
    for (const step of undo.splice(0).toReversed()) await step().catch(() => {});
  };
  const timed = async <T>(name: string, work: () => Promise<T>, result: (value: T) => string) => {
    signal.throwIfAborted();
    const start = performance.now();
    const value = await work();
    options.onStep?.(name, result(value), performance.now() - start);
    return value;
  };

  try {
    await acquireLock(home);
    undo.push(() => releaseLock(home));
    const gateway = new Gateway();
    await gateway.listen(port, host);
    undo.push(() => gateway.close());

    const config = await readConfig();
    const secrets = await readSecrets(home);
    const data = join(databaseHome(home), 'data');
    if (options.isFresh) await removeData(data);
    const building = isPortalStale().then((isStale) =>
      isStale && !options.isThrowAway
        ? timed(
            'portal',
            () => buildPortal(home, signal),
            () => 'built',
          )
        : undefined,
    );
    building.catch(() => {});
    undo.push(() => (ending.abort(), building));

    const database = await timed(
      'database',
      () => startDatabase(options, data, secrets.databasePassword),
      ({ current: it }) =>
        it.isNew ? 'created' : it.wasRecovered ? 'recovered after a crash' : 'opened',
    );
    undo.push(() => database.stop());
    // Its addresses stay the same however often it is started again.
    const server = database.current;
    await timed(
      'schema',
      async () => {
        if (!(await isBootstrapped(server.url()))) {
          await bootstrap(server.url(), secrets.databasePassword);
        }
        return applyFiles(server.url('postgres', 'postgres'), {
          withSeeds: config.db.seed.enabled,
        });
      },
      summarise,
    );

    const address = `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`;
    const running: Running = {
      url: address.replace('127.0.0.1', 'localhost'),
      publishableKey: secrets.publishableKey,
      secretKey: secrets.secretKey,
      databaseUrl: server.url('postgres', 'postgres'),
      pid: process.pid,
      version: await packageVersion(),
    };
    const { api, functions, realtime } = await timed(
      'services',
      () => startServices(options, data, config, server, running, secrets, undo),
      ({ functions }) => `api, realtime, ${functions.names.size} functions`,
    );
    await building;

    const portal = new Portal(portalFolder, {
      SUPABASE_URL: '',
      SUPABASE_PUBLISHABLE_KEY: secrets.publishableKey,
      MAP_STYLE_URL: process.env['MAP_STYLE_URL'] ?? '',
    });
    const ping = async () => {
      const client = await connect(server.url('postgres', 'postgres'));
      await client.end();
    };
    const budgets = openBudgets(server.url('postgres', 'postgres'), secrets);
    undo.push(() => budgets.close());
    gateway.open(
      { api, functions, realtime, portal, secrets, config, budgets, database, ping },
      allowedOrigins(config),
    );
    const headers = { apikey: secrets.secretKey, 'content-type': 'application/json' };
    const local = `http://127.0.0.1:${port}`;
    const clock = startClock(functions, (path) =>
      fetch(`${local}${path}`, { method: 'POST', headers, body: '{}' }),
    );
    undo.push(() => clock.stop());
    await publishRunning(home, running);

    const failed = Promise.race([database.failed, functions.failed]);
    failed.catch(() => {});
    return { ...running, superuserUrl: server.url(), failed, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** PostgreSQL, started again on the same port when it dies. */
async function startDatabase(
  options: StackOptions,
  data: string,
  password: string,
): Promise<Supervisor<Server>> {
  await mkdir(data, { recursive: true, mode: 0o755 });
  const log = join(options.home, 'logs', 'postgres.log');
  let port: number | undefined;
  const launch = async () => {
    const server = await startServer({
      home: options.runtimeHome ?? options.home,
      data: join(data, 'postgres'),
      log,
      password,
      isThrowAway: options.isThrowAway ?? false,
      ...(port === undefined ? {} : { port }),
    });
    port = server.port;
    return server;
  };
  const giveUp = async () => {
    const output = await readFile(log, 'utf8').catch(() => '');
    if (isDiskFull(output.slice(-4096))) return diskFull();
    return new StackError(
      `PostgreSQL does not stay up, it was started again several times within a minute; ${log} says why. Start again with npm start, nothing that was saved is lost.`,
    );
  };
  return Supervisor.start({ launch, giveUp });
}

async function startServices(
  options: StackOptions,
  data: string,
  config: Config,
  server: Server,
  running: Running,
  secrets: Awaited<ReturnType<typeof readSecrets>>,
  undo: (() => Promise<unknown>)[],
) {
  const [functions, api, realtime] = await Promise.all([
    startFunctions({
      home: options.home,
      config,
      environment: {
        SUPABASE_URL: `http://127.0.0.1:${options.port}`,
        SUPABASE_ANON_KEY: secrets.publishableKey,
        SUPABASE_SERVICE_ROLE_KEY: secrets.secretKey,
        PORTAL_URL: process.env['PORTAL_URL'] ?? running.url,
      },
    }).then((it) => (undo.push(() => it.stop()), it)),
    startApi({
      databaseUrl: (role) => server.url('postgres', role),
      commandsUrl: server.localUrl('postgres', 'authenticator'),
      secrets,
      storageFolder: join(data, 'storage'),
    }).then((it) => (undo.push(() => it.close()), it)),
    startRealtime({ databaseUrl: server.url(), ...secrets }).then(
      (it) => (undo.push(() => it.close()), it),
    ),
  ]);
  return { functions, api, realtime };
}

/** Other pages that may call the API from a browser; the portal itself comes from here. */
function allowedOrigins(config: Config): string[] {
  const urls = [config.auth.site_url, ...config.auth.additional_redirect_urls];
  return urls.filter((url) => URL.canParse(url)).map((url) => new URL(url).origin);
}
