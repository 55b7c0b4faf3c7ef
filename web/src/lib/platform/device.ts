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

function severalPhotos(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('photo' in value)) return value;
  const { photo, ...rest } = value;
  return { ...rest, photos: photo ? [photo] : [] };
}

class DeviceStore extends Dexie {
  drafts!: Table<KeptDraft, string>;
  copies!: Table<KeptCopy, string>;

  constructor() {
    super('mzigo-device');
    this.version(1).stores({ drafts: 'key', copies: 'key, read_at' });
    // A form on the road took one photo; what was entered before the portal was updated keeps it.
    this.version(2).upgrade((change) =>
      change
        .table<KeptDraft>('drafts')
        .toCollection()
        .modify((draft) => {
          draft.value = severalPhotos(draft.value);
          draft.beginning = severalPhotos(draft.beginning);
        }),
    );
  }
}

/** What this device keeps of the office; the driver's trip and what he sends lie in `phone`. */
export const device = new DeviceStore();
