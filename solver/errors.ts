/** VROOM's exit codes and the HTTP status vroom-express gives them. */
export const INTERNAL_ERROR = 1;
export const INPUT_ERROR = 2;
export const TOO_LARGE = 4;

/** An error with an answer VROOM's clients already understand. */
export class SolverError extends Error {
  readonly code: 1 | 2 | 4;
  readonly status: 400 | 413 | 500;

  constructor(code: 1 | 2 | 4, message: string) {
    super(message);
    this.name = 'SolverError';
    this.code = code;
    this.status = code === INPUT_ERROR ? 400 : code === TOO_LARGE ? 413 : 500;
  }

  toJSON(): { code: 1 | 2 | 4; error: string } {
    return { code: this.code, error: this.message };
  }
}

export function inputError(message: string): SolverError {
  return new SolverError(INPUT_ERROR, message);
}
