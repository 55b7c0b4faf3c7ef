import type { Waiting } from '../../../web/src/lib/delivery/phone.ts';

/** The store of a phone in memory, with the few calls of Dexie that the queue makes. */
export class MemoryPhone {
  readonly entries = new Map<string, Waiting>();
  /** Set to let the next entry fail, as a full phone does. */
  isFull = false;

  readonly waiting = {
    add: (entry: Waiting): Promise<void> => {
      if (this.isFull) return Promise.reject(new Error('QuotaExceededError'));
      this.entries.set(entry.key, entry);
      return Promise.resolve();
    },
    update: (key: string, change: Partial<Waiting>): Promise<void> => {
      const entry = this.entries.get(key);
      if (entry) this.entries.set(key, { ...entry, ...change });
      return Promise.resolve();
    },
    delete: (key: string): Promise<void> => {
      this.entries.delete(key);
      return Promise.resolve();
    },
    where: (field: 'user_id') => ({
      equals: (value: string) => ({
        sortBy: (order: 'given_at'): Promise<Waiting[]> =>
          Promise.resolve(
            [...this.entries.values()]
              .filter((entry) => entry[field] === value)
              .sort((a, b) => a[order].localeCompare(b[order])),
          ),
      }),
    }),
  };
}
