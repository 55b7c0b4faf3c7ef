import { toPortalError } from '#lib/errors.ts';
import { asJpeg, drawn } from '#lib/platform/pictures.ts';
import { signedUrls, storageStatus } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';

const BUCKET = 'proofs';

/** Addresses of stored photos that work for an hour. @throws PortalError */
export function photoUrls(paths: string[]): Promise<string[]> {
  return signedUrls(BUCKET, paths);
}

/** Where a photo of a company lies. */
export const photoPath = (tenantId: string, name: string) => `${tenantId}/${name}.jpg`;

/**
 * Stores a photo taken on the road in the folder of the company. Stored photos are never replaced, so
 * a retry after a lost answer finds its own photo and goes on.
 */
export async function storePhoto(
  tenantId: string,
  name: string,
  photo: Blob,
  bucket: 'proofs' | 'attachments',
): Promise<void> {
  const { error } = await supabase.storage
    .from(bucket)
    .upload(photoPath(tenantId, name), photo, { contentType: 'image/jpeg' });
  if (error && !isDuplicate(error)) throw toPortalError(error, storageStatus(error));
}

function isDuplicate(error: Error): boolean {
  return storageStatus(error) === 409 || /exists|duplicate/i.test(error.message);
}

const LONGEST_SIDE = 1280;

/** A phone's photo at the size that still shows what was delivered. */
export const shrink = async (file: Blob): Promise<Blob> => asJpeg(await drawn(file, LONGEST_SIDE));
