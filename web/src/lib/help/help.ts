import { language, type Language } from '#lib/words.ts';

const FILES: Record<Language, () => Promise<{ default: Record<string, string> }>> = {
  en: () => import('virtual:help/en'),
  sw: () => import('virtual:help/sw'),
};

/** The part that says most about a page: its own, or that of the nearest page above it. */
export function partFor(parts: Record<string, string>, path: string): string {
  for (let at = path; at.length > 1; at = at.slice(0, at.lastIndexOf('/'))) {
    const own = parts[at];
    if (own !== undefined) return own;
  }
  return parts['/'] ?? '';
}

/** What the page is for and how one works with it, as HTML of our own. */
export async function helpFor(path: string): Promise<string> {
  const { default: parts } = await FILES[language]();
  return partFor(parts, path);
}
