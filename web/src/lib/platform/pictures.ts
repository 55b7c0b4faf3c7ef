import { notReady } from '#lib/errors.ts';
import { m } from '#lib/words.ts';

/**
 * A picture drawn anew, no longer than so many points on either side: it is one whatever the file calls
 * itself, small, and without the place where a photo was taken.
 * @throws {PortalError} where the browser finds no picture in the file
 */
export async function drawn(file: Blob, longest: number): Promise<HTMLCanvasElement> {
  const bitmap = await createImageBitmap(file).catch(() => {
    throw notReady({ picture: m.this_file_is_not_a_picture() });
  });
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  // JPEG knows nothing transparent: what was becomes the white of the paper.
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return canvas;
}

/** The picture as a file that is stored. */
export function asJpeg(canvas: HTMLCanvasElement): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error(m.this_photo_could_not_be_read()))),
      'image/jpeg',
      0.8,
    ),
  );
}
