import type { Tables } from '#lib/database.types.ts';
import { command } from '#lib/platform/command.ts';
import { asJpeg, drawn } from '#lib/platform/pictures.ts';
import { signedUrl, storeFile } from '#lib/platform/storage.ts';
import { supabase } from '#lib/platform/supabase.ts';

export type Picture = Tables<'product_images'>;

/** What a list reads of a product to show its first picture, and how it is found there. */
export interface Pictured {
  product_images: Pick<Picture, 'thumbnail'>[];
}
export const pictureOf = (row: Partial<Pictured> & { id: string }): string | null =>
  row.product_images?.[0]?.thumbnail ?? null;

const BUCKET = 'product-images';
const LONGEST = 1280;
const LONGEST_SMALL = 96;

/** An address of a picture that works for an hour. @throws PortalError */
export const pictureUrl = (path: string): Promise<string> => signedUrl(BUCKET, path);

/** Stores a picture, made small on the device before it is sent, and gives it to a product. @throws PortalError */
export async function addPicture(productId: string, file: File): Promise<Picture> {
  const jpeg = await asJpeg(await drawn(file, LONGEST));
  const small = await drawn(jpeg, LONGEST_SMALL);
  const path = await storeFile(BUCKET, new File([jpeg], 'picture.jpg', { type: 'image/jpeg' }));
  return command('add_product_image', {
    product_id: productId,
    path,
    thumbnail: small.toDataURL('image/jpeg', 0.7),
  });
}

/** @throws {PortalError} version_conflict where somebody else described it first */
export function describePicture(picture: Pick<Picture, 'id' | 'version'>, alt: string) {
  return command('describe_product_image', {
    product_image_id: picture.id,
    alt,
    expected_version: picture.version,
  });
}

export function leadWithPicture(id: string) {
  return command('lead_with_product_image', { product_image_id: id });
}

/** Takes a picture off its product and out of storage. */
export async function removePicture(id: string) {
  const removed = await command('remove_product_image', { product_image_id: id });
  await supabase.storage.from(BUCKET).remove([removed.path]);
  return removed;
}
