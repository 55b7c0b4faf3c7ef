import type { Functions } from './functions.ts';

/**
 * What pg_cron does on a hosted project: calls the workers over the same address with the same key.
 * A worker that found work is called again at once; one that found none, or failed, waits longer
 * each time.
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

/** The functions that drain queues, and how soon they look again after they found nothing. */
const WORKERS: Record<string, number> = {
  'process-events': 500,
  'send-message': 500,
  'deliver-webhook': 500,
  'optimize-routes': 500,
  'submit-tax': 500,
  'prove-channel': 500,
  'fetch-media': 500,
  'geocode-address': 500,
  'ai-agent': 500,
};
const MAINTENANCE_MS = 60_000;
/** As long as that after nothing was found many times over. */
const MAX_IDLE_MS = 3000;
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

  function schedule(job: Job, waitMs: number, next: { idle: number; failures: number }): void {
    if (isStopping) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      const run = tick(job, next).finally(() => running.delete(run));
      running.add(run);
    }, waitMs);
    timers.add(timer);
  }

  async function tick(job: Job, { idle, failures }: { idle: number; failures: number }) {
    try {
      if (await job.run()) return schedule(job, 20, { idle: 0, failures: 0 });
      const waitMs = Math.max(job.everyMs, Math.min(MAX_IDLE_MS, job.everyMs * 1.5 ** idle));
      schedule(job, waitMs, { idle: Math.min(idle + 1, 10), failures: 0 });
    } catch {
      const waitMs = Math.min(MAX_WAIT_MS, job.everyMs * 2 ** Math.min(failures + 1, 10));
      schedule(job, waitMs, { idle: 0, failures: failures + 1 });
    }
  }

  for (const job of jobs) schedule(job, job.everyMs, { idle: 0, failures: 0 });
  return {
    stop: async () => {
      isStopping = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.all(running);
    },
  };
}
