/** A failure the operator can act on: one sentence, shown without a stack trace. */
export class StackError extends Error {
  override name = 'StackError';
}

/** The `code` of a system or PostgreSQL error (`ENOSPC`, `42P07`), if there is one. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

/** Turns what Node or PostgreSQL threw into a sentence that says what to do. */
export function explain(error: unknown): string {
  if (error instanceof StackError) return error.message;
  const message = error instanceof Error ? error.message : String(error);
  switch (errorCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case '53100':
      return 'The disk is full; free some space and start again, nothing was lost.';
    case 'EACCES':
    case 'EPERM':
      return `Mzigo may not write where it has to (${message}); check who owns the folder.`;
    case 'EROFS':
      return 'The disk is read-only; Mzigo has to write its data into .mzigo.';
    default:
      return message;
  }
}
