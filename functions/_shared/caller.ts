import { isSame } from './same.ts';

/**
 * True when the request carries the project's secret key: the clock (pg_cron and pg_net on a hosted
 * project) calls the workers with it. The time it takes does not depend on where they differ.
 */
export function isWorkerCall(request: Request, secretKey: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  return isSame(request.headers.get('apikey') ?? bearer ?? '', secretKey);
}

/** The answer to anybody else. */
export function refuseCaller(): Response {
  return Response.json(
    { code: 'worker_only', message: 'Only the scheduler may call this function.' },
    { status: 401 },
  );
}
