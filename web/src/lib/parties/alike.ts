import { m } from '#lib/words.ts';

const WORDS: Record<string, () => string> = {
  phone: m.same_phone,
  tax_id: m.same_tax_number,
  name: m.nearly_the_same_name,
};

/** What two customers have in common, in words. */
export function sharedBy(same: string[]): string {
  return same.map((what) => WORDS[what]?.() ?? what).join(', ');
}
