import { DoorIsOpen, type Door } from './door.ts';
import { Target, type Address } from './target.ts';

export interface Result {
  name: string;
  isHeld: boolean;
  /** What held, or the evidence that it did not. */
  found: string;
}

/**
 * Tries one door after the other, each from a network address of its own.
 *
 * @param tell is called with every result as it comes
 */
export async function attack(
  address: Address,
  doors: Door[],
  tell: (result: Result) => void = () => {},
): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, attempt } of doors) {
    const target = new Target(address);
    const result = await attempt(target).then(
      (found): Result => ({ name, isHeld: true, found }),
      (error: unknown): Result => ({ name, isHeld: false, found: evidence(error) }),
    );
    target.close();
    tell(result);
    results.push(result);
  }
  return results;
}

/** A door that could not be tried is not known to be closed. */
function evidence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return error instanceof DoorIsOpen ? text : `could not be tried: ${text}`;
}
