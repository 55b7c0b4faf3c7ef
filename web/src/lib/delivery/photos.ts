import { toPortalError } from '#lib/errors.ts';
import { signedUrls, storageStatus } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';
import { m } from '#lib/words.ts';

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
export async function shrink(file: Blob): Promise<Blob> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST_SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(m.this_photo_could_not_be_read()))),
      'image/jpeg',
      0.8,
    ),
  );
}
