import { badBody } from './mistakes.ts';

/** What a request sends along. */
export interface Body {
  /** JSON, as PostgreSQL is to read it. */
  json: string;
  value: unknown;
}

/** @throws {Refused} PGRST102 when it is not JSON or a form */
export function readBody(body: Buffer, contentType = 'application/json'): Body {
  const type = contentType.split(';')[0]?.trim().toLowerCase();
  const text = body.toString('utf8');
  if (type === 'application/x-www-form-urlencoded') {
    const value = Object.fromEntries(new URLSearchParams(text));
    return { json: JSON.stringify(value), value };
  }
  if (type !== 'application/json') throw badBody(`Content-Type not acceptable: ${contentType}`);
  try {
    return { json: text, value: JSON.parse(text) };
  } catch {
    throw badBody();
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
