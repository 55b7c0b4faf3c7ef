import { PortalError, toPortalError } from '#lib/errors.ts';
import { newKey } from './command.ts';
import { perform } from './perform.ts';
import { session } from './session.svelte.ts';
import { supabase } from './supabase.ts';
import { m } from '#lib/words.ts';

const HOUR = 3600;

/** An address of a stored file that works for an hour. @throws PortalError */
export async function signedUrl(bucket: string, path: string): Promise<string> {
  const { data, error } = await supabase.storage.from(bucket).createSignedUrl(path, HOUR);
  if (error) throw toPortalError(error, storageStatus(error));
  return data.signedUrl;
}

/** Addresses of several stored files, asked for at once. @throws PortalError */
export async function signedUrls(bucket: string, paths: string[]): Promise<string[]> {
  const { data, error } = await supabase.storage.from(bucket).createSignedUrls(paths, HOUR);
  if (error) throw toPortalError(error, storageStatus(error));
  return data.map((file) => {
    if (file.error) throw toPortalError(new Error(file.error), 404);
    return file.signedUrl ?? '';
  });
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

/**
 * Stores a file in the folder of the company.
 * @returns its path. Throws PortalError.
 */
export async function storeFile(bucket: string, file: File): Promise<string> {
  const path = `${session.tenant?.id}/${newKey()}`;
  const { error } = await supabase.storage
    .from(bucket)
    .upload(path, file, { contentType: file.type });
  if (error) throw refusal(error);
  return path;
}

/** What storage says of a file that it does not take, in words. */
function refusal(error: Error): PortalError {
  const status = storageStatus(error);
  if (status !== 415) return toPortalError(error, status);
  return new PortalError({
    key: 'file_not_what_it_says',
    status,
    message: m.the_file_is_not_what_its_name(),
    hint: m.save_it_as_a_picture_jpeg_png(),
  });
}
