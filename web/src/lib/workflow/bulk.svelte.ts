import type { Component } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { type DocumentName, DOCUMENTS } from '#lib/documents.ts';
import { sentence, toPortalError } from '#lib/errors.ts';
import { commandNamed, newKey } from '#lib/platform/command.ts';
import { rows } from '#lib/platform/read.ts';
import { untyped } from '#lib/platform/supabase.ts';
import type { CommandLook } from './workflow.ts';

/** Which commands a list of documents offers for many of them at once. */
export interface Bulk {
  machine: DocumentName;
  looks: Record<string, CommandLook>;
  commands: string[];
  /** What there is to see, or to say, before a command is given to all of them. */
  before?: Record<string, Component<BeforeMany>>;
}

/** What is shown before a command is given to many: it writes what the command also needs into `words`. */
export interface BeforeMany {
  command: string;
  ids: string[];
  words: Record<string, string>;
}

/** A command that the looks do not name is a type error. */
export function inBulk<Look extends string>(
  machine: DocumentName,
  looks: Record<Look, CommandLook>,
  ...commands: NoInfer<Look>[]
): Bulk {
  return { machine, looks, commands };
}

/** A selected document with what the caller may do with it now. */
export interface Offer {
  id: string;
  title: string;
  version: number;
  allowed: string[];
}

/** Ids per request, so that an address never grows too long for a proxy. */
const CHUNK = 100;

/** What the caller may do now with each of these documents; those that he no longer sees are left out. */
export async function offersOf(machine: DocumentName, ids: string[]): Promise<Offer[]> {
  const { table, number } = DOCUMENTS[machine];
  const select = ['id', 'version', 'allowed_commands', number].filter(Boolean).join(',');
  const offers: Offer[] = [];
  for (let at = 0; at < ids.length; at += CHUNK) {
    const found = await rows(
      untyped
        .from(table)
        .select(select)
        .in('id', ids.slice(at, at + CHUNK))
        .limit(CHUNK)
        .overrideTypes<Record<string, unknown>[], { merge: false }>(),
    );
    offers.push(
      ...found.map((row) => ({
        id: String(row.id),
        title: String((number && row[number]) ?? ''),
        version: Number(row.version),
        allowed: (row.allowed_commands as string[] | null) ?? [],
      })),
    );
  }
  return offers;
}

/** How many documents are on their way at the same time. */
const AT_ONCE = 3;

export interface Failure {
  id: string;
  title: string;
  sentence: string;
}

/**
 * One command for many documents, through the same RPC as for one. Each has a key of its own, which stays
 * with it while nobody knows whether it was done: sent again it is not done twice.
 */
export class BulkRun {
  total = $state(0);
  done = $state(0);
  isRunning = $state(false);
  failures = $state<Failure[]>([]);
  #isStopped = false;
  readonly #keys = new SvelteMap<string, string>();

  /** Those on their way are waited for; the others are left as they are. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Resolves when all have their answer; `succeeded` hears of each that was done. */
  async give(
    command: string,
    machine: DocumentName,
    offers: Offer[],
    words: Record<string, string>,
    succeeded: (id: string) => void,
  ): Promise<void> {
    await this.each(
      offers,
      JSON.stringify([command, words]),
      ({ id, version }, key) =>
        commandNamed(
          `${command}_${machine}`,
          { [`${machine}_id`]: id, expected_version: version, ...words },
          key,
        ),
      succeeded,
    );
  }

  /**
   * The same for whatever is done with each of them.
   * @param named what it is: the same one sent again to the same document has the same key
   */
  async each(
    offers: Offer[],
    named: string,
    send: (offer: Offer, key: string) => Promise<unknown>,
    succeeded: (id: string) => void,
  ): Promise<void> {
    Object.assign(this, { total: offers.length, done: 0, failures: [], isRunning: true });
    this.#isStopped = false;
    const queue = [...offers];
    const work = async () => {
      for (let next = queue.shift(); next && !this.#isStopped; next = queue.shift()) {
        await this.#sendOne(next, named, send, succeeded);
        this.done += 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    this.isRunning = false;
  }

  async #sendOne(
    offer: Offer,
    named: string,
    send: (offer: Offer, key: string) => Promise<unknown>,
    succeeded: (id: string) => void,
  ): Promise<void> {
    const { id, title } = offer;
    const request = `${named} ${id}`;
    const key = this.#keys.get(request) ?? newKey();
    this.#keys.set(request, key);
    try {
      await send(offer, key);
      this.#keys.delete(request);
      succeeded(id);
    } catch (cause) {
      const failure = toPortalError(cause);
      if (!failure.retryable) this.#keys.delete(request);
      this.failures.push({ id, title, sentence: sentence(failure) });
    }
  }
}
