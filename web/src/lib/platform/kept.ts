import { invalidate } from '$app/navigation';
import { isHttpError } from '@sveltejs/kit';
import { toPortalError } from '#lib/errors.ts';
import { device } from './device.ts';
import { PATIENCE_MS, session } from './session.svelte.ts';

/** How old what a page shows is; null when the server said so just now. */
export interface Kept {
  kept: { name: string; at: string; isAsking: boolean } | null;
}

/** Copies on one device; the oldest makes room. */
const COPIES = 40;

/** What came after the copy was shown, until the page takes it. */
const outcomes = new Map<string, () => Kept>();
/** Answers that are still on their way, by name. */
const onTheirWay = new Map<string, Promise<void>>();

/** Resolves when the answer that a shown copy stands in for has come, or nobody could give one. */
export async function answerOfCopy(name: string): Promise<void> {
  await onTheirWay.get(name);
  // SvelteKit forgets what is invalidated before it has finished opening the first page.
  await new Promise((resolve) => setTimeout(resolve, 0));
}

/** Has the page take the answer, or forgets it where the page is no longer open. */
export async function takeAnswer(name: string, isOpen: boolean): Promise<void> {
  if (isOpen) await invalidate(`kept:${name}`);
  outcomes.delete(keyOf(name));
}

/** Copies belong to a person in a company. */
const keyOf = (name: string) => [session.me?.user.id, session.tenant?.id, name].join(' ');

/**
 * What a page reads, with the copy of the last time shown at once where the network is slow or away.
 * The page depends on `kept:<name>`; the frame around it takes the answer when it has come.
 * @throws PortalError when there is neither an answer nor a copy
 */
export async function keptFirst<Value extends object>(
  name: string,
  read: () => Promise<Value>,
): Promise<Value & Kept> {
  const key = keyOf(name);
  const outcome = outcomes.get(key);
  if (outcome) {
    outcomes.delete(key);
    return outcome() as Value & Kept;
  }
  // A browser that keeps nothing still reads from the server.
  const copy = await device.copies.get(key).catch(() => undefined);
  const asked = readAndKeep(key, read);
  if (!copy) return asked;

  const shown = (isAsking: boolean) =>
    ({ ...(copy.value as Value), kept: { name, at: copy.read_at, isAsking } }) as Value & Kept;
  const settled = asked.then(
    (value) => () => value,
    (cause: unknown) => () => {
      if (isHttpError(cause) || !toPortalError(cause).retryable) throw cause;
      return shown(false);
    },
  );
  const late = new Promise<null>((resolve) =>
    setTimeout(() => resolve(null), navigator.onLine ? PATIENCE_MS : 0),
  );
  const inTime = await Promise.race([settled, late]);
  if (inTime) return inTime();
  onTheirWay.set(
    name,
    settled.then((answer) => {
      outcomes.set(key, answer);
      onTheirWay.delete(name);
    }),
  );
  return shown(true);
}

async function readAndKeep<Value extends object>(
  key: string,
  read: () => Promise<Value>,
): Promise<Value & Kept> {
  const value = await read();
  await keep(key, value).catch(() => undefined);
  return { ...value, kept: null };
}

async function keep(key: string, value: object): Promise<void> {
  await device.copies.put({ key, value, read_at: new Date().toISOString() });
  const over = (await device.copies.count()) - COPIES;
  if (over > 0) await device.copies.orderBy('read_at').limit(over).delete();
}

/** Copies are no longer needed, and not for the next person at this device. */
export async function forgetCopies(): Promise<void> {
  outcomes.clear();
  await device.copies.clear().catch(() => undefined);
}
