import { DoorIsOpen, mustBe, mustRest, type Door } from './door.ts';
import type { Target } from './target.ts';

const CLIENTS = 50;
const SECONDS = 5;
const BOUND_MS = 1000;

/** As dear as one request may be. */
const DEAR = [
  'order_items?select=id,products(id,order_items(id,products(id,order_items(id))))',
  `customers?select=id&or=(${Array.from({ length: 50 }, (_, at) => `name.ilike.*${at}*`).join(',')})`,
];

async function flood(target: Target, token: string, until: number, client: number) {
  let served = 0;
  for (; performance.now() < until; served += 1) {
    const answer = await target.sendAs(token, `/rest/v1/${DEAR[client % DEAR.length]}`);
    if (answer.status === 429) mustRest('A request of the flood', answer);
    else mustBe('A request of the flood', answer, 200);
  }
  return served;
}

export const door: Door = {
  name: 'A company that floods does not keep another one waiting',
  async attempt(target) {
    const flooder = (await target.signIn('owner@acme.test')).accessToken;
    const other = (await target.signIn('owner@globex.test')).accessToken;
    const until = performance.now() + SECONDS * 1000;
    const clients = Array.from({ length: CLIENTS }, (_, at) => flood(target, flooder, until, at));
    const flooding = Promise.all(clients);
    const waits: number[] = [];
    const working = (async () => {
      while (performance.now() < until) {
        const begun = performance.now();
        const answer = await target.sendAs(other, '/rest/v1/orders?select=id,number&limit=5');
        mustBe('The list of the other company', answer, 200);
        waits.push(performance.now() - begun);
      }
    })();
    const [served] = await Promise.all([flooding, working]);
    const p95 =
      waits.toSorted((one, two) => one - two)[Math.floor(waits.length * 0.95)] ?? Infinity;
    if (p95 > BOUND_MS) throw new DoorIsOpen(`p95 of the other company was ${Math.round(p95)} ms`);
    const requests = served.reduce((sum, it) => sum + it, 0);
    return `p95 of the other company is ${Math.round(p95)} ms beside ${requests} requests of ${CLIENTS} clients`;
  },
};
