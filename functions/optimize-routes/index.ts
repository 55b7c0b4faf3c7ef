import { connectDatabase } from '../_shared/database.ts';
import { project, setting } from '../_shared/environment.ts';
import { makeHandler } from './handler.ts';
import { osrm } from './osrm.ts';
import { ownSolver, vroomExpress } from './planner.ts';

const { url, secretKey } = project();
const vroomUrl = setting('VROOM_URL');
const osrmUrl = setting('OSRM_URL');

Deno.serve(
  makeHandler({
    database: connectDatabase({ url, key: secretKey }),
    secretKey,
    planner: vroomUrl === null ? ownSolver : vroomExpress({ url: vroomUrl }, fetch),
    measure: osrmUrl === null ? null : osrm({ url: osrmUrl }, fetch),
    log: (entry) => console.log(JSON.stringify(entry)),
    now: () => performance.now(),
  }),
);
