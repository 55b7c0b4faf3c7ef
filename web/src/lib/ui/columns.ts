/** A column of a DataTable; the first one names the record and links to it. */
export interface Column<Row> {
  key: string;
  label: string;
  value: (row: Row) => string | null;
  /** The figure behind the text, for those who go on calculating with it. */
  figure?: (row: Row) => number | null;
  /** Database column to sort by; without it the head is plain text. */
  sort?: string;
  kind?: 'text' | 'tag' | 'status';
  /** Right-aligned figures. */
  end?: boolean;
  /** Secondary text. */
  quiet?: boolean;
  /** Not shown until the user chooses it. */
  hidden?: boolean;
  /**
   * Where it stands on the card that a row becomes on a phone: in the second line, as the figure at
   * its right (an amount of money says what it is, a count needs its label), or below without its
   * label because it speaks for itself. Otherwise below with it.
   */
  phone?: 'lead' | 'figure' | 'count' | 'plain' | 'none';
}

export type Filter =
  | { name: string; label: string; kind?: 'choice'; options: { value: string; label: string }[] }
  | { name: string; label: string; kind: 'date' }
  | {
      name: string;
      label: string;
      kind: 'record';
      /** The records that a text may mean, and the one that the address names. */
      search: (text: string) => Promise<NamedRecord[]>;
      find: (id: string) => Promise<NamedRecord | null>;
    };

export type NamedRecord = { id: string; name: string; code: string };

/** For records that are retired, never deleted: the column and the filter that tell them apart. */
export function inUseColumn<Row extends { is_active: boolean }>(): Column<Row> {
  return {
    key: 'active',
    label: 'State',
    value: (row) => (row.is_active ? 'active' : 'retired'),
    kind: 'status',
  };
}

export const inUseFilter: Filter = {
  name: 'active',
  label: 'State',
  options: [
    { value: 'yes', label: 'Active' },
    { value: 'no', label: 'Retired' },
  ],
};
