import { SERVER_VARIABLE, startTestServer } from './server.ts';

/** One server for the whole run; test files copy its template (`cloneDatabase`). */
export default async function setup(): Promise<() => Promise<void>> {
  const server = await startTestServer();
  process.env[SERVER_VARIABLE] = server.url;
  return () => server.stop();
}
