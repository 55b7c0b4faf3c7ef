import { invalidate } from '$app/navigation';
import { PortalError, sentence, toPortalError } from '#lib/errors.ts';
import { commandNamed, newKey } from '#lib/platform/command.ts';
import { session } from '#lib/platform/session.svelte.ts';
import { m } from '#lib/words.ts';
import { phone, type Waiting } from './phone.ts';
import { photoPath, storePhoto } from './photos.ts';

const RETRY_MS = 15_000;

/**
 * What somebody on the road did and the server has not confirmed yet. It is written to the phone before
 * anything is sent, goes out in the order it happened, and leaves only when the server has answered.
 */
class RoadQueue {
  items = $state<Waiting[]>([]);
  #sending = false;
  /** Something was given while the rest was on its way. */
  #again = false;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Commands that still wait for the network. */
  get waiting(): Waiting[] {
    return this.items.filter((item) => item.problem === null);
  }

  /** Commands that the server refused. */
  get refused(): Waiting[] {
    return this.items.filter((item) => item.problem !== null);
  }

  /** What waits about an order, a door or a trip. */
  of(id: string): Waiting[] {
    return this.items.filter((item) => item.about_id === id);
  }

  /** Whether the goods of an order were handed over, or not, as far as this phone knows. */
  hasLeft(orderId: string): boolean {
    return this.of(orderId).some(
      ({ rpc, problem }) =>
        problem === null && (rpc === 'complete_delivery' || rpc === 'fail_delivery'),
    );
  }

  /** Sales from the van of a trip that the server does not know yet. */
  sales(tripId: string): Waiting[] {
    return this.items.filter(
      (item) => item.rpc === 'sell_from_van' && item.args.trip_id === tripId,
    );
  }

  /** Whether what was found on the van of a trip waits to be sent. */
  hasCheck(tripId: string): boolean {
    return this.waiting.some((item) => item.rpc === 'check_vehicle' && item.about_id === tripId);
  }

  /** Begins to send whenever there is something; returns a function that stops it. */
  start(): () => void {
    const send = () => void this.flush();
    window.addEventListener('online', send);
    this.#timer = setInterval(send, RETRY_MS);
    void this.#reload().then(send);
    return () => {
      window.removeEventListener('online', send);
      clearInterval(this.#timer);
    };
  }

  /**
   * Keeps a command and begins to send it.
   * @throws PortalError or the browser's own error when the phone could not keep it; then nothing
   * was recorded.
   */
  async give(
    rpc: Waiting['rpc'],
    about: { id: string; number: string },
    args: Record<string, unknown>,
    photos: Blob[] = [],
    key = newKey(),
  ): Promise<void> {
    const { user, tenant } = session.me ?? {};
    if (!user || !tenant) throw toPortalError({ code: 'session_expired' }, 401);
    await phone.waiting.add({
      key,
      rpc,
      user_id: user.id,
      tenant_id: tenant.id,
      about_id: about.id,
      about: about.number,
      args,
      photos,
      stored: 0,
      given_at: new Date().toISOString(),
      problem: null,
    });
    await this.#reload();
    void this.flush();
  }

  /** Sends everything that waits, oldest first, and stops at the first sign of no network. */
  async flush(): Promise<void> {
    if (session.me === null) return;
    if (this.#sending) {
      this.#again = true;
      return;
    }
    this.#sending = true;
    this.#again = false;
    let sent = false;
    try {
      for (const item of this.waiting) {
        const failure = await this.#send(item);
        if (!failure) {
          await phone.waiting.delete(item.key);
          sent = true;
        } else if (failure.retryable || failure.status === 401) {
          break;
        } else {
          await phone.waiting.update(item.key, {
            problem: sentence(failure),
            refusal: failure.key,
          });
        }
      }
    } finally {
      this.#sending = false;
      await this.#reload();
    }
    if (sent) {
      await Promise.all(
        (['trip', 'order', 'door', 'expense'] as const).map((entity) =>
          invalidate(`entity:${entity}`),
        ),
      );
    }
    if (this.#again) await this.flush();
  }

  async retry(key: string): Promise<void> {
    await phone.waiting.update(key, { problem: null });
    await this.#reload();
    await this.flush();
  }

  /** Sends a refused delivery again, with the reason why there is no code. */
  async sendWithoutCode(item: Waiting, because: string): Promise<void> {
    // The store of a phone takes no proxies.
    const args = { ...$state.snapshot(item.args), no_code_because: because };
    await phone.waiting.update(item.key, { args });
    await this.retry(item.key);
  }

  async discard(key: string): Promise<void> {
    await phone.waiting.delete(key);
    await this.#reload();
  }

  async #send(item: Waiting): Promise<PortalError | null> {
    try {
      const paths = await this.#store(item);
      await commandNamed(item.rpc, withPhotos(item, paths), item.key);
      return null;
    } catch (cause) {
      return toPortalError(cause);
    }
  }

  /**
   * Stores the photos of an entry, each under a name of its own that stays the same: a network that goes away
   * in between costs the photo that was on its way, never those before it, and none is stored twice.
   * @returns their paths.
   */
  async #store({ key, tenant_id, rpc, photos, stored }: Waiting): Promise<string[]> {
    const bucket = bucketOf(rpc);
    const names = photos.map((_, at) => (at === 0 ? key : `${key}-${at + 1}`));
    for (const [at, photo] of photos.entries()) {
      if (at < stored) continue;
      await storePhoto(tenant_id, names[at] ?? key, photo, bucket);
      await phone.waiting.update(key, { stored: at + 1 });
    }
    return names.map((name) => photoPath(tenant_id, name));
  }

  async #reload(): Promise<void> {
    const user = session.me?.user.id;
    this.items = user ? await phone.waiting.where('user_id').equals(user).sortBy('given_at') : [];
  }
}

/** Files of a document lie with its others, proofs in a place of their own. */
function bucketOf(rpc: Waiting['rpc']): 'attachments' | 'proofs' {
  return rpc === 'visit_door' || rpc === 'record_trip_expense' ? 'attachments' : 'proofs';
}

/** What a command is sent with, the paths of its photos included. */
function withPhotos({ rpc, args }: Waiting, paths: string[]): Record<string, unknown> {
  if (paths.length === 0) return args;
  if (rpc === 'complete_delivery') return { ...args, photo_paths: paths };
  if (rpc !== 'check_vehicle') return { ...args, photo_path: paths[0] };
  const results = args.results as (Record<string, unknown> & { photo?: number })[];
  return {
    ...args,
    results: results.map(({ photo, ...result }) =>
      photo === undefined ? result : { ...result, photo_path: paths[photo] },
    ),
  };
}

export const queue = new RoadQueue();

/** Hands a command to the phone's own store. @throws PortalError when even that failed. */
export async function keepEntry(...given: Parameters<RoadQueue['give']>): Promise<void> {
  try {
    await queue.give(...given);
  } catch (cause) {
    if (cause instanceof PortalError) throw cause;
    throw new PortalError({
      key: 'phone_storage_full',
      status: 0,
      message: m.this_phone_could_not_keep_the_entry(),
      hint: m.free_some_storage_and_try_again_nothing(),
    });
  }
}
