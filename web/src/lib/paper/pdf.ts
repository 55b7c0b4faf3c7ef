import pdfmake from 'pdfmake/build/pdfmake.js';
import fonts from 'pdfmake/build/vfs_fonts.js';
import type { TDocumentDefinitions } from 'pdfmake/interfaces.js';
import { LAYOUTS } from './layout.ts';

// The build for browsers runs everywhere; what it draws with comes along, so nothing is fetched.
pdfmake.addVirtualFileSystem(fonts);
pdfmake.addTableLayouts(LAYOUTS);
pdfmake.setUrlAccessPolicy(() => false);

const bytesOf = (definition: TDocumentDefinitions) => pdfmake.createPdf(definition).getBuffer();

/** Stands for a picture that cannot be drawn. */
const NOTHING =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';

/** Pictures are only looked at when they are drawn: a damaged logo must not keep an invoice from its customer. */
async function drawable(picture: string): Promise<string> {
  try {
    await bytesOf({ content: [{ image: picture }] });
    return picture;
  } catch {
    return NOTHING;
  }
}

/** The bytes of a paper. Large: loaded when somebody wants one. */
export async function toPdf(definition: TDocumentDefinitions): Promise<Uint8Array<ArrayBuffer>> {
  const images: Record<string, string> = {};
  for (const [name, picture] of Object.entries(definition.images ?? {})) {
    images[name] = await drawable(String(picture));
  }
  return new Uint8Array(await bytesOf({ ...definition, images }));
}
