import { invalidate } from '$app/navigation';
import { toast } from 'svelte-sonner';
import { type PortalError, toPortalError } from '#lib/errors.ts';
import { problemWords } from '#lib/fields.ts';
import { m } from '#lib/first_words.ts';

/**
 * Runs a write and tells the user how it went. What the page shows of the named entities is read
 * again afterwards, also after a failure: the record may have moved on under it.
 * @returns the result, or null after a failure that was shown.
 */
export async function perform<Result>(
  write: () => Promise<Result>,
  options: { done: string | ((result: Result) => string); touches: string[] },
): Promise<Result | null> {
  try {
    const result = await write();
    toast.success(typeof options.done === 'string' ? options.done : options.done(result));
    await refresh(options.touches);
    return result;
  } catch (cause) {
    showError(toPortalError(cause));
    await refresh(options.touches);
    return null;
  }
}

export function showError(error: PortalError): void {
  toast.error(error.message, { description: describe(error), duration: 12_000 });
}

/** The next step, and the lines concerned where the database named them. */
function describe(error: PortalError): string {
  const lines = Object.values(error.details)
    .filter(Array.isArray)
    .flat()
    .map((line: unknown) => {
      if (typeof line !== 'object' || line === null) return '';
      const { name, sku, required, available, problem } = line as Record<string, unknown>;
      const what = name ?? sku;
      if (!what) return '';
      if (problem) return `${what}: ${problemWords(String(problem))}`;
      return available === undefined
        ? String(what)
        : m.what_required_wanted_available_available({
            what: String(what),
            required: String(required),
            available: String(available),
          });
    })
    .filter(Boolean);
  return [error.hint, ...lines.slice(0, 5)].filter(Boolean).join(' · ');
}

export async function refresh(entities: string[]): Promise<void> {
  await Promise.all(entities.map((entity) => invalidate(`entity:${entity}`)));
}
