/** What was typed, or null where nothing was: an empty text is no value for the database. */
export function orNull(text: string): string | null {
  return text.trim() || null;
}
