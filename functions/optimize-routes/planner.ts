import {
  INPUT_ERROR,
  type Progress,
  solve,
  SolverError,
  TOO_LARGE,
  type VroomInput,
} from '../../solver/mod.ts';

/** Why a run ended without a plan: `public.planning_failure`. */
export type Failure =
  | 'input_refused'
  | 'routing_down'
  | 'too_large'
  | 'solver_broken'
  | 'solver_unreachable'
  | 'answer_invalid';

/** The solver gave no plan. `isFinal`: asking the same again would be answered the same. */
export class PlannerError extends Error {
  override name = 'PlannerError';
  readonly failure: Failure;
  readonly isFinal: boolean;

  constructor(failure: Failure, message: string, isFinal: boolean) {
    super(message);
    this.failure = failure;
    this.isFinal = isFinal;
  }
}

/** VROOM's JSON in, VROOM's JSON out. Throws {@link PlannerError}. */
export interface Planner {
  name: string;
  /** `tell` is called with better and better plans, by planners that know them before they are done. */
  plan(input: VroomInput, tell: (progress: Progress) => void): Promise<unknown>;
}

/** Our own solver in this process. */
export const ownSolver: Planner = {
  name: 'mzigo',
  async plan(input, tell) {
    try {
      return await solve(input, { onProgress: tell });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      const code = error instanceof SolverError ? error.code : null;
      if (code === INPUT_ERROR) throw new PlannerError('input_refused', message, true);
      if (code === TOO_LARGE) throw new PlannerError('too_large', message, true);
      throw new PlannerError('solver_broken', message, true);
    }
  },
};

/** vroom-express drops a body above its limit without an answer, so it is not sent. */
const MAX_BODY_BYTES = 1_000_000;
const TIMEOUT_MS = 30_000;

/** VROOM's exit codes: 1 internal, 2 input, 3 routing; 4 is vroom-express' own for too much. */
const FAILURES: Record<number, { failure: Failure; isFinal: boolean }> = {
  1: { failure: 'solver_broken', isFinal: false },
  2: { failure: 'input_refused', isFinal: true },
  3: { failure: 'routing_down', isFinal: false },
  4: { failure: 'too_large', isFinal: true },
};

export interface VroomOptions {
  url: string;
  timeoutMs?: number;
}

/** A vroom-express somewhere else. */
export function vroomExpress(
  { url, timeoutMs = TIMEOUT_MS }: VroomOptions,
  send: typeof fetch,
): Planner {
  return {
    name: 'vroom',
    async plan(input) {
      const body = JSON.stringify(input);
      if (new TextEncoder().encode(body).length > MAX_BODY_BYTES) {
        throw new PlannerError('too_large', 'The request is larger than VROOM accepts', true);
      }
      let status: number;
      let text: string;
      try {
        const response = await send(url, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
          signal: AbortSignal.timeout(timeoutMs),
        });
        status = response.status;
        text = await response.text();
      } catch (error) {
        throw new PlannerError('solver_unreachable', String(error), false);
      }
      const answer = read(text);
      if (status === 200 && answer?.['code'] === 0) return answer;
      const known = FAILURES[Number(answer?.['code'])];
      const said = typeof answer?.['error'] === 'string' ? answer['error'] : '';
      const message = `VROOM answered ${status}${said && `: ${said}`}`;
      if (known) throw new PlannerError(known.failure, message, known.isFinal);
      if (status === 413) throw new PlannerError('too_large', message, true);
      if (status === 429 || status >= 500) {
        throw new PlannerError('solver_unreachable', message, false);
      }
      throw new PlannerError(status < 400 ? 'answer_invalid' : 'input_refused', message, true);
    },
  };
}

function read(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
