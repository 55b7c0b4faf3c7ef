/**
 * True when the request carries the project's secret key: the clock (pg_cron and pg_net on a hosted
 * project) calls the workers with it. The time it takes does not depend on where they differ.
 */
export function isWorkerCall(request: Request, secretKey: string): boolean {
  const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
  const encoder = new TextEncoder();
  const given = encoder.encode(request.headers.get('apikey') ?? bearer ?? '');
  const expected = encoder.encode(secretKey);
  let difference = given.length ^ expected.length;
  for (const [index, byte] of expected.entries()) difference |= byte ^ (given[index] ?? 0);
  return expected.length > 0 && difference === 0;
}

/** The answer to anybody else. */
export function refuseCaller(): Response {
  return Response.json(
    { code: 'worker_only', message: 'Only the scheduler may call this function.' },
    { status: 401 },
  );
}
