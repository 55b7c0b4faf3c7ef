/** Thrown between two requests once the run is to stop; nothing is half done by it. */
export class Stopped extends Error {
  override name = 'Stopped';
}

/** An answer of the server that is not a success, as a sentence. */
export class Refused extends Error {
  override name = 'Refused';
  readonly status: number;
  readonly code: string;

  constructor(request: string, status: number, body: Record<string, unknown>) {
    const { code, message, msg, details, hint } = body;
    super(
      [`${request}: ${status} ${String(message ?? msg ?? code)}`, details, hint]
        .filter((part) => typeof part === 'string' && part !== '' && part !== '{}')
        .join(' | '),
    );
    this.status = status;
    this.code = String(code ?? '');
  }
}
