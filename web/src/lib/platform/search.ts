/** A record that the palette found. */
export interface Hit {
  href: string;
  title: string;
  note: string;
}

/** Finds records by number, code or name in every family that the caller may read. */
export async function searchRecords(_text: string): Promise<Hit[]> {
  return [];
}
