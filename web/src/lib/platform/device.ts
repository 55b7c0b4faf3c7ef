import Dexie, { type Table } from 'dexie';

/** What somebody typed and has not sent yet. */
export interface KeptDraft {
  /** Person, company and record. */
  key: string;
  value: unknown;
  /** What the form began with. */
  beginning?: unknown;
  kept_at: string;
  /** Of the record when the entry began; null for a form without one. */
  version: number | null;
}

/** What a page showed when there was network. */
export interface KeptCopy {
  key: string;
  value: unknown;
  read_at: string;
}

class DeviceStore extends Dexie {
  drafts!: Table<KeptDraft, string>;
  copies!: Table<KeptCopy, string>;

  constructor() {
    super('mzigo-device');
    this.version(1).stores({ drafts: 'key', copies: 'key, read_at' });
  }
}

/** What this device keeps of the office; the driver's trip and what he sends lie in `phone`. */
export const device = new DeviceStore();
