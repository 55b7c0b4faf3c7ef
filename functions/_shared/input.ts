import type { z } from 'zod';
import { DatabaseError } from './database.ts';

/** The request's JSON, or null when it is not what the schema asks for. */
export async function readInput<T>(request: Request, schema: z.ZodType<T>): Promise<T | null> {
  const parsed = schema.safeParse(await request.json().catch(() => null));
  return parsed.success ? parsed.data : null;
}

/** An answer in the form of the API's own errors. */
export function refuse(status: number, message: string, hint: string): Response {
  return Response.json({ code: `PT${status}`, message, details: null, hint }, { status });
}

/** Passes a refusal of the database on, without what it may hold besides its key. */
export function passOn(error: unknown, hint: string): Response {
  if (!(error instanceof DatabaseError) || error.status >= 500) throw error;
  return refuse(error.status, error.message, hint);
}
