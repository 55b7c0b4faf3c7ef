import { SvelteSet } from 'svelte/reactivity';

/** As many rows as somebody can act on at once. */
export const MOST_ROWS = 5000;

/** The rows that somebody picked out of a list; it outlives a change of page. */
export class Selection {
  readonly ids = new SvelteSet<string>();
  #last: string | null = null;

  has(id: string): boolean {
    return this.ids.has(id);
  }

  /** Takes a row in or out; with `shown`, and all rows between it and the one before. */
  toggle(id: string, shown: string[] = []): void {
    const wanted = !this.ids.has(id);
    const [from, to] = [shown.indexOf(this.#last ?? ''), shown.indexOf(id)].sort((a, b) => a - b);
    const range = from === undefined || from < 0 ? [id] : shown.slice(from, (to ?? 0) + 1);
    this.set(range, wanted);
    this.#last = id;
  }

  set(ids: Iterable<string>, wanted: boolean): void {
    for (const id of ids) {
      if (!wanted) this.ids.delete(id);
      else if (this.ids.size < MOST_ROWS) this.ids.add(id);
    }
  }

  clear(): void {
    this.ids.clear();
    this.#last = null;
  }
}
