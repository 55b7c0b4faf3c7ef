export { INPUT_ERROR, INTERNAL_ERROR, SolverError, TOO_LARGE } from './errors.ts';
export type { Roads } from './matrix.ts';
export type { Limits } from './parse.ts';
export { parseBody } from './parse.ts';
export { DEFAULT_LIMITS, DEFAULT_SECONDS, solve, solveAndExplain } from './solve.ts';
export type { Explained, Progress, SolveOptions } from './solve.ts';
export type * from './types.ts';
export { verify } from './verify.ts';
export { drawPlan } from './svg.ts';
