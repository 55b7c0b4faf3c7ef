import { toPortalError } from '#lib/errors.ts';
import { supabase } from '#lib/platform/supabase.ts';

const BUCKET = 'delivery-proofs';
const HOUR = 3600;

/** An address of a stored photo that works for an hour. @throws PortalError */
export async function photoUrl(path: string): Promise<string> {
  const { data, error } = await supabase.storage.from(BUCKET).createSignedUrl(path, HOUR);
  if (error) throw toPortalError(error);
  return data.signedUrl;
}

/**
 * Stores the photo of a delivery in the folder of the company. Sending it again replaces it, so a
 * retry after a lost answer leaves one file.
 */
export async function storePhoto(tenantId: string, orderId: string, photo: Blob): Promise<string> {
  const path = `${tenantId}/${orderId}.jpg`;
  const { error } = await supabase.storage
    .from(BUCKET)
    .upload(path, photo, { contentType: 'image/jpeg', upsert: true });
  if (error) throw toPortalError(error);
  return path;
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
      (blob) => (blob ? resolve(blob) : reject(new Error('The photo could not be read.'))),
      'image/jpeg',
      0.8,
    ),
  );
}
