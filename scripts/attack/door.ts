import type { Answer, Target } from './target.ts';

/** One way in that somebody may try. */
export interface Door {
  /** What has to hold, as a sentence. */
  name: string;
  /**
   * Tries the door with a bounded number of requests.
   *
   * @returns what was tried, in a few words
   * @throws {DoorIsOpen} with the evidence
   */
  attempt(target: Target): Promise<string>;
}

export class DoorIsOpen extends Error {
  override name = 'DoorIsOpen';
}

/** @throws {DoorIsOpen} unless the answer has one of the statuses */
export function mustBe(what: string, { status, text }: Answer, ...statuses: number[]): void {
  if (statuses.includes(status)) return;
  throw new DoorIsOpen(`${what} answered ${status}: ${text.slice(0, 160)}`);
}

/** @throws {DoorIsOpen} unless the request is refused, and not because something broke */
export function mustBeRefused(what: string, { status, text }: Answer): void {
  if (status >= 400 && status < 500) return;
  throw new DoorIsOpen(`${what} answered ${status}: ${text.slice(0, 160)}`);
}

/** @throws {DoorIsOpen} unless the answer says wait, and for how long */
export function mustRest(what: string, answer: Answer): void {
  mustBe(what, answer, 429);
  if (Number(answer.headers['retry-after']) > 0) return;
  throw new DoorIsOpen(`${what} is to wait, but is not told how long`);
}
