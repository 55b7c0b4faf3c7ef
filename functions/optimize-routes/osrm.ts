import { z } from 'zod';

type LonLat = [longitude: number, latitude: number];

/** Ways from some places to others: rows per origin, null where there is no way. */
export interface Ways {
  origins: LonLat[];
  destinations: LonLat[];
  seconds: (number | null)[][];
  metres: (number | null)[][];
}

/** Measures the ways between all places, a part at a time. Throws {@link OsrmError}. */
export type Measure = (places: LonLat[]) => AsyncGenerator<Ways>;

/** The routing engine did not answer, or with a refusal: its code, as its documentation names them. */
export class OsrmError extends Error {
  override name = 'OsrmError';
}

/** OSRM's table service takes 100 places at a time unless it is told otherwise: half from, half to. */
const BLOCK = 50;
const TIMEOUT_MS = 10_000;

const table = z.array(z.array(z.number().nullable()));
const answerSchema = z.object({ code: z.literal('Ok'), durations: table, distances: table });
const refusalSchema = z.object({ code: z.string(), message: z.string().optional() });

export interface OsrmOptions {
  url: string;
  timeoutMs?: number;
}

/** An OSRM somewhere: `GET /table/v1/driving/lon,lat;…?sources=…&destinations=…`. */
export function osrm({ url, timeoutMs = TIMEOUT_MS }: OsrmOptions, send: typeof fetch): Measure {
  return async function* measure(places) {
    for (let from = 0; from < places.length; from += BLOCK) {
      for (let to = 0; to < places.length; to += BLOCK) {
        const origins = places.slice(from, from + BLOCK);
        const destinations = places.slice(to, to + BLOCK);
        const { durations, distances } = await ask(origins, destinations);
        yield { origins, destinations, seconds: durations, metres: distances };
      }
    }
  };

  async function ask(origins: LonLat[], destinations: LonLat[]) {
    const all = [...origins, ...destinations].map((place) => place.join(',')).join(';');
    const indices = (count: number, first: number) =>
      Array.from({ length: count }, (_, index) => first + index).join(';');
    const address =
      `${url.replace(/\/+$/, '')}/table/v1/driving/${all}?annotations=duration,distance` +
      `&sources=${indices(origins.length, 0)}` +
      `&destinations=${indices(destinations.length, origins.length)}`;
    let body: unknown;
    try {
      const response = await send(address, { signal: AbortSignal.timeout(timeoutMs) });
      body = await response.json();
    } catch (error) {
      throw new OsrmError(`OSRM did not answer: ${String(error)}`);
    }
    const answer = answerSchema.safeParse(body);
    if (answer.success && fits(answer.data, origins.length, destinations.length))
      return answer.data;
    const { data: refusal } = refusalSchema.safeParse(body);
    throw new OsrmError(
      refusal && refusal.code !== 'Ok'
        ? `OSRM refused: ${refusal.code} ${refusal.message ?? ''}`.trim()
        : 'OSRM answered something else than a table',
    );
  }
}

function fits(
  { durations, distances }: z.infer<typeof answerSchema>,
  rows: number,
  columns: number,
) {
  return [durations, distances].every(
    (lines) => lines.length === rows && lines.every((line) => line.length === columns),
  );
}
