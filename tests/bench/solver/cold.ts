/**
 * One plan in a fresh process, under Node or Deno: when the first plan is there, how much memory
 * the process needs, how much is worked between
 * two turns of the event loop. Prints one line of JSON.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { solveAndExplain } from '../../../solver/mod.ts';
import { threadMilliseconds } from './clock.ts';

const megabytes = (): number => process.memoryUsage().rss / 2 ** 20;

const idle = megabytes();
const request = JSON.parse(readFileSync(process.argv[2]!, 'utf8')) as { jobs: unknown[] };
let most = 0;
let longestPause = 0;
let last = threadMilliseconds();
const watch = setInterval(() => {
  const now = threadMilliseconds();
  longestPause = Math.max(longestPause, now - last);
  last = now;
  most = Math.max(most, megabytes());
}, 0);
const { firstPlan, iterations } = await solveAndExplain(request, {
  time: 1,
  clock: threadMilliseconds,
});
clearInterval(watch);
console.log(
  JSON.stringify({
    jobs: request.jobs.length,
    firstPlanMs: firstPlan,
    iterations,
    rssMb: Math.max(most, megabytes()),
    idleRssMb: idle,
    longestPauseMs: longestPause,
  }),
);
