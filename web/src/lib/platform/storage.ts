import { toPortalError } from '#lib/errors.ts';
import { perform } from './perform.ts';
import { supabase } from './supabase.ts';
import { m } from '#lib/words.ts';

const HOUR = 3600;

/** An address of a stored file that works for an hour. @throws PortalError */
export async function signedUrl(bucket: string, path: string): Promise<string> {
  const { data, error } = await supabase.storage.from(bucket).createSignedUrl(path, HOUR);
  if (error) throw toPortalError(error, storageStatus(error));
  return data.signedUrl;
}

/** The status that storage means; it mostly answers 400 and says the real one in the body. */
export function storageStatus(error: object): number {
  const { status, statusCode } = error as { status?: unknown; statusCode?: unknown };
  return Number(statusCode ?? status) || 0;
}

/** Opens a stored file in a window of its own. */
export async function openStored(address: () => Promise<string>): Promise<void> {
  // Opened before the address is known: a browser lets a click open a window, not its answer.
  const shown = window.open('', '_blank');
  const url = await perform(address, { done: m.the_file_is_open(), touches: [] });
  if (url && shown) shown.location.href = url;
  else shown?.close();
}
