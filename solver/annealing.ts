/**
 * The temperatures of a run. A plan that costs `extra` more than the current one is accepted if
 * `extra < -temperature * ln(u)`, u uniform in (0, 1] (Schrimpf et al. 2000 accept below a
 * falling threshold; this is the annealing form of Christiaens & Vanden Berghe 2020).
 *
 * Temperatures are multiples of the average cost of a leg in the first plan, so that one setting
 * serves metres, seconds and shillings. The time is split into rounds that each cool down from
 * hot and so end in different valleys; the last one only warms up the best plan of them.
 */

const HOT = 3;
const WARM = 0.3;
const COLD = 0.01;
/** Share of the run for the last round. */
const LAST_ROUND = 0.22;
const MOST_ROUNDS = 4;
/** A round shorter than so many iterations per task freezes before it has settled. */
const ITERATIONS_PER_TASK = 200;

export interface Round {
  from: number;
  until: number;
  hot: number;
  cold: number;
  last: boolean;
}

/** Rounds for a run of about so many iterations. */
export function planRounds(iterations: number, tasks: number): Round[] {
  const wanted = Math.floor(iterations / (ITERATIONS_PER_TASK * tasks));
  const count = Math.min(MOST_ROUNDS, Math.max(1, wanted));
  const length = (1 - LAST_ROUND) / count;
  const rounds = Array.from({ length: count }, (_, i): Round => {
    return { from: i * length, until: (i + 1) * length, hot: HOT, cold: 2 * COLD, last: false };
  });
  return [...rounds, { from: 1 - LAST_ROUND, until: 1, hot: WARM, cold: COLD, last: true }];
}

export function temperatureAt(round: Round, progress: number): number {
  const share = Math.min(1, Math.max(0, (progress - round.from) / (round.until - round.from)));
  return round.hot * (round.cold / round.hot) ** share;
}
