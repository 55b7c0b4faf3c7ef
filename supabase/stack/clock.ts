import type { Functions } from './functions.ts';

/**
 * What pg_cron does on a hosted project: calls the workers over the same address with the same key.
 * A worker that found work is called again at once; one that failed waits longer each time.
 */
export interface Clock {
  stop(): Promise<void>;
}

interface Job {
  name: string;
  everyMs: number;
  /** @returns true when there was work and there may be more */
  run(): Promise<boolean>;
}

/** The functions that drain queues, and how often they look. */
const WORKERS: Record<string, number> = {
  'process-events': 1000,
  'send-message': 1000,
  'optimize-routes': 1000,
  'geocode-address': 2000,
  'deliver-webhook': 2000,
};
const MAINTENANCE_MS = 60_000;
const MAX_WAIT_MS = 60_000;

export function startClock(functions: Functions, call: (path: string) => Promise<Response>): Clock {
  const jobs: Job[] = Object.entries(WORKERS)
    .filter(([name]) => functions.names.has(name))
    .map(([name, everyMs]) => ({ name, everyMs, run: () => drain(name) }));
  jobs.push({ name: 'maintenance', everyMs: MAINTENANCE_MS, run: maintain });
  let isStopping = false;
  const timers = new Set<NodeJS.Timeout>();
  const running = new Set<Promise<void>>();

  async function drain(name: string): Promise<boolean> {
    const response = await call(`/functions/v1/${name}`);
    const body: unknown = await response.json();
    if (!response.ok) throw new Error(`${name} answered ${response.status}`);
    return typeof body === 'object' && body !== null && 'processed' in body
      ? Number(body.processed) > 0
      : false;
  }

  async function maintain(): Promise<boolean> {
    const response = await call('/rest/v1/rpc/run_maintenance');
    await response.body?.cancel();
    if (!response.ok) throw new Error(`run_maintenance answered ${response.status}`);
    return false;
  }

  function schedule(job: Job, waitMs: number, failures: number): void {
    if (isStopping) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const run = tick(job, failures).finally(() => running.delete(run));
      running.add(run);
    }, waitMs);
    timers.add(timer);
  }

  async function tick(job: Job, failures: number): Promise<void> {
    try {
      const hasMore = await job.run();
      schedule(job, hasMore ? 20 : job.everyMs, 0);
    } catch {
      schedule(
        job,
        Math.min(MAX_WAIT_MS, job.everyMs * 2 ** Math.min(failures + 1, 10)),
        failures + 1,
      );
    }
  }

  for (const job of jobs) schedule(job, job.everyMs, 0);
  return {
    stop: async () => {
      isStopping = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
