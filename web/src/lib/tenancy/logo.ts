import { notReady } from '#lib/errors.ts';
import { m } from '#lib/words.ts';

/** As large as a logo is drawn at 300 dots per inch, on paper and on the screen. */
const WIDTH = 750;
const HEIGHT = 240;
/** What the database takes (`logo_is_a_small_picture`), in characters of the data URL. */
const LARGEST = 200_000;

/**
 * A picture as the head of documents keeps it: drawn anew, so it is one whatever the file calls itself, small, and
 * without the place where a photo was taken. As PNG, a photo too large for it as JPEG.
 * @throws PortalError when the browser finds no picture in the file
 */
export async function asLogo(file: File): Promise<string> {
  const picture = await createImageBitmap(file).catch(() => {
    throw notReady({ logo: m.this_file_is_not_a_picture() });
  });
  const scale = Math.min(1, WIDTH / picture.width, HEIGHT / picture.height);
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const context = canvas.getContext('2d') as CanvasRenderingContext2D;
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  const asPng = canvas.toDataURL('image/png');
  if (asPng.length <= LARGEST) return asPng;
  // JPEG knows nothing transparent: what was becomes the white of the paper.
  context.globalCompositeOperation = 'destination-over';
  context.fillStyle = 'white';
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/jpeg', 0.85);
}
