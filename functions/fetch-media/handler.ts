import { fileTypeFromBuffer } from 'file-type';
import { z } from 'zod';
import { askMeta, fetchMedia, type Graph, MetaFailure } from '../_shared/meta.ts';
import type { Storage } from '../_shared/storage.ts';
import { type Attempt, makeErrand, type WorkerDependencies } from '../_shared/worker.ts';

/** As large as the bucket takes, and WhatsApp brings of anything but papers. */
const MOST_BYTES = 16 * 1024 * 1024;
const BUCKET = 'messages';
/** What is kept, by what its content is found to be, and what storage calls it. */
const KEPT: Record<string, string> = {
  'image/jpeg': 'image/jpeg',
  'image/png': 'image/png',
  'image/webp': 'image/webp',
  'application/pdf': 'application/pdf',
  'audio/ogg': 'audio/ogg',
  'audio/mpeg': 'audio/mpeg',
  'audio/mp4': 'audio/mp4',
  'audio/x-m4a': 'audio/mp4',
  'audio/aac': 'audio/aac',
  'audio/amr': 'audio/amr',
  'video/mp4': 'video/mp4',
  'video/3gpp': 'video/3gpp',
};

const wantedSchema = z.object({
  media_id: z.string(),
  access_token: z.string().nullable(),
  path: z.string(),
});
const shownSchema = z.object({ url: z.url(), file_size: z.coerce.number().optional() });

export interface Dependencies extends WorkerDependencies {
  graph: Graph;
  /** For channels without a token of their own. */
  accessToken: string | null;
  storage: Storage;
}

/**
 * Fetches what customers send besides words, once, and stores it in the folder of their company. What it is
 * says its content, not its sender; what is not known to be harmless is not kept.
 */
export function makeHandler(dependencies: Dependencies): (request: Request) => Promise<Response> {
  return makeErrand(
    {
      worker: 'fetch-media',
      queue: 'fetch_media',
      batch: 4,
      visibilitySeconds: 120,
      id: 'message_id',
      find: 'media_to_fetch',
      found: wantedSchema,
      record: 'record_media',
      words: { taken: 'fetched', givenUp: 'refused' },
      attempt: (wanted) => attempt(wanted, dependencies),
    },
    dependencies,
  );
}

const refused = (error: string): Attempt => ({ error, isFinal: true, result: {} });

async function attempt(
  { media_id, access_token, path }: z.infer<typeof wantedSchema>,
  { graph, accessToken, storage }: Dependencies,
): Promise<Attempt> {
  const token = access_token ?? accessToken;
  if (token === null) return refused('media_token_missing');
  try {
    const shown = shownSchema.safeParse(await askMeta(graph, media_id, token));
    if (!shown.success) return refused('media_gone');
    if ((shown.data.file_size ?? 0) > MOST_BYTES) return refused('media_too_large');
    const bytes = await fetchMedia(graph, shown.data.url, token, MOST_BYTES);
    if (bytes === null) return refused('media_too_large');
    const found = (await fileTypeFromBuffer(bytes))?.mime.split(';')[0] ?? '';
    const type = KEPT[found];
    if (type === undefined) return refused('media_type_refused');
    await storage.put(BUCKET, path, bytes, type);
    return { error: null, isFinal: false, result: { path, type, bytes: bytes.length } };
  } catch (error) {
    if (!(error instanceof MetaFailure)) throw error;
    const key = error.isFinal ? 'media_gone' : 'media_unreachable';
    return { error: key, isFinal: error.isFinal, result: {} };
  }
}
