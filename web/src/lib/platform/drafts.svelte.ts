import { beforeNavigate, goto } from '$app/navigation';
import { onMount, untrack } from 'svelte';
import { type Compared, type Difference, differences, merged } from './compare.ts';
import { device } from './device.ts';
import { session } from './session.svelte.ts';

/** Compares what was entered; a photo counts by its size. */
function signature(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) =>
    part instanceof Blob ? `${part.type} of ${part.size}` : part,
  );
}

/** The moment, as the API writes it. */
const now = () => new Date().toISOString();

/**
 * What is typed into a form, kept on this device under the record it belongs to until it is sent or
 * thrown away. Made while a component is set up; it puts back what an earlier visit left, and asks
 * before somebody leaves in the middle.
 */
export class Draft<Value extends object> {
  /** When what was put back had been entered; null for a form that began empty. */
  restoredAt = $state<string | null>(null);
  isDirty = $state(false);
  /** Whether somebody changed the record after this entry had begun. */
  readonly isOutdated = $derived.by(() => this.isDirty && this.#begunWith !== this.#version());
  /** Whether what somebody else saved is being looked at beside it. */
  comparing = $state(false);
  /** What stands in fields of the company's own, kept with the rest; empty where the form has none. */
  own = $state<Record<string, string | number>>({});
  /** What is done with what the form made, before it is forgotten here. */
  made: ((result: unknown) => Promise<void>) | null = null;
  /** Where the person was about to go when he was asked. */
  leaving = $state<(() => void) | null>(null);

  readonly #key: string;
  readonly #read: () => Value;
  readonly #restore: (value: Value) => void;
  readonly #version: () => number | null;
  readonly #theirs: () => Value;
  readonly #parts: () => Compared<Value> | null;
  #begunWith = $state<number | null>(null);
  #beginning: Value;
  #isTouched = false;
  #isOver = false;
  #isLoaded = $state(false);
  #isRefused = $state(false);

  /**
   * @param edited for a form that changes a record: its version now, what the form would begin with now, and how its
   * parts are compared with what somebody else has saved.
   */
  constructor(
    record: string,
    read: () => Value,
    restore: (value: Value) => void,
    edited?: {
      version: () => number | null;
      begin: () => Value;
      parts: () => Compared<Value> | null;
    },
  ) {
    this.#key = [session.me?.user.id, session.tenant?.id, record].join(' ');
    this.#read = read;
    this.#restore = (value) => {
      const { own = {}, ...rest } = value as Value & { own?: Record<string, string | number> };
      this.own = own;
      restore(rest as Value);
    };
    this.#version = edited?.version ?? (() => null);
    this.#theirs = edited?.begin ?? (() => this.#beginning);
    this.#parts = edited?.parts ?? (() => null);
    this.#begunWith = untrack(this.#version);
    this.#beginning = untrack(() => this.#now());
    beforeNavigate((navigation) => {
      if (!this.isDirty || this.#isOver) return;
      navigation.cancel();
      // The browser asks by itself before it leaves the portal.
      if (navigation.willUnload || !navigation.to) return;
      const { url } = navigation.to;
      const by = navigation.type === 'popstate' ? navigation.delta : undefined;
      this.leaving = () => (by === undefined ? void goto(url) : history.go(by));
    });
    onMount(() => {
      const touch = () => (this.#isTouched = true);
      document.addEventListener('pointerdown', touch, true);
      document.addEventListener('keydown', touch, true);
      document.addEventListener('input', touch, true);
      void this.#load();
      return () => {
        document.removeEventListener('pointerdown', touch, true);
        document.removeEventListener('keydown', touch, true);
        document.removeEventListener('input', touch, true);
      };
    });
    $effect(() => {
      const value = this.#now();
      if (this.#isLoaded) void this.#follow(value);
    });
    $effect(() => {
      if (!this.#isRefused || !this.isOutdated) return;
      this.#isRefused = false;
      this.comparing = true;
    });
    // A form that nobody has typed into follows the record.
    $effect(() => {
      const version = this.#version();
      if (!this.#isLoaded || untrack(() => this.isDirty || version === this.#begunWith)) return;
      untrack(() => this.#beginAnew());
    });
  }

  /** The form was accepted: nothing of it is kept any more, and what stands there is where it begins. */
  async sent(): Promise<void> {
    this.#beginning = this.#now();
    this.#isTouched = false;
    this.#forget();
    await device.drafts.delete(this.#key);
  }

  /** The form as it would begin now: what was entered is thrown away. */
  async discard(): Promise<void> {
    this.#beginAnew();
    await device.drafts.delete(this.#key);
  }

  /** What was entered goes over what somebody changed meanwhile. */
  keepMine(): void {
    this.#beginning = this.#theirs();
    this.#begunWith = this.#version();
    this.comparing = false;
  }

  /** What reads otherwise in what somebody else has saved. */
  differences(): Difference[] {
    const parts = this.#parts();
    const sides = { was: this.#beginning, mine: this.#now(), theirs: this.#theirs() };
    return parts ? differences(parts, sides) : [];
  }

  /** Somebody else had saved first: both are shown as soon as what he saved has been read. */
  refused(): void {
    this.#isRefused = true;
  }

  /** Each part as it was chosen; it waits to be sent, over what somebody else has saved. */
  merge(chosen: Record<string, 'mine' | 'theirs'>): void {
    this.#restore(merged(this.#now(), $state.snapshot(this.#theirs()) as Value, chosen));
    this.keepMine();
  }

  /** Goes where the person was about to go. */
  async leave(keep: boolean): Promise<void> {
    const go = this.leaving;
    this.leaving = null;
    if (!keep) await this.discard();
    this.#isOver = true;
    go?.();
  }

  #now(): Value {
    const own = Object.entries(this.own).filter(([, value]) => value !== null && value !== '');
    const value = $state.snapshot(this.#read()) as Value;
    return own.length > 0 ? { ...value, own: Object.fromEntries(own) } : value;
  }

  #beginAnew(): void {
    this.#beginning = this.#theirs();
    this.#restore($state.snapshot(this.#beginning) as Value);
    this.#forget();
  }

  #forget(): void {
    this.#begunWith = this.#version();
    this.restoredAt = null;
    this.isDirty = false;
    this.comparing = false;
  }

  async #load(): Promise<void> {
    // A browser that keeps nothing (a private window, a full disk) still has a form that works.
    const kept = await device.drafts.get(this.#key).catch(() => undefined);
    if (kept) {
      this.#restore(kept.value as Value);
      if (kept.beginning) this.#beginning = kept.beginning as Value;
      this.restoredAt = kept.kept_at;
      this.#begunWith = kept.version ?? null;
      this.isDirty = true;
    }
    this.#isLoaded = true;
  }

  async #follow(value: Value): Promise<void> {
    if (this.#isOver) return;
    // What a form fills in by itself before anybody touched it is where it begins.
    if (!this.#isTouched && untrack(() => this.restoredAt) === null) {
      this.#beginning = value;
      return;
    }
    this.isDirty = signature(value) !== signature(this.#beginning);
    try {
      if (this.isDirty) {
        await device.drafts.put({
          key: this.#key,
          value,
          beginning: $state.snapshot(this.#beginning),
          kept_at: now(),
          version: untrack(() => this.#begunWith),
        });
      } else await device.drafts.delete(this.#key);
    } catch {
      // The form goes on; it is only not kept.
    }
  }
}
