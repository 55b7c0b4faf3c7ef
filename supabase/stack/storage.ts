import { createHash, randomBytes } from 'node:crypto';
import { copyFile, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { App } from '@supabase/lite';
import { z } from 'zod';
import { errorCode } from './errors.ts';

type Store = NonNullable<App['_storageAdapter']>;
type Metadata = Awaited<ReturnType<Store['headObject']>>;
type Body = Parameters<Store['uploadObject']>[3];

const describedSchema = z.object({
  mimetype: z.string(),
  cacheControl: z.string(),
  size: z.number(),
  eTag: z.string(),
  lastModified: z.coerce.date(),
});

type Described = z.infer<typeof describedSchema>;

/**
 * Uploaded files on the disk. Names are hashes, so that no key can point outside the folder; beside
 * each file lies what is known about it. A file appears whole or not at all.
 */
export class FileStore implements Store {
  readonly driver = null;
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  #path(bucket: string, key: string, version: string | undefined): string {
    const name = createHash('sha256')
      .update(`${bucket}\0${key}\0${version ?? ''}`)
      .digest('hex');
    return join(this.#folder, name.slice(0, 2), name);
  }

  async uploadObject(
    bucket: string,
    key: string,
    version: string | undefined,
    body: Body,
    contentType: string,
    cacheControl: string,
  ): Promise<Metadata> {
    const bytes = await collect(body);
    const described: Described = {
      mimetype: contentType,
      cacheControl,
      size: bytes.length,
      eTag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
      lastModified: new Date(),
    };
    const path = this.#path(bucket, key, version);
    await mkdir(dirname(path), { recursive: true });
    await writeWhole(`${path}.json`, Buffer.from(JSON.stringify(described)));
    await writeWhole(path, bytes);
    return toMetadata(described);
  }

  async headObject(bucket: string, key: string, version: string | undefined): Promise<Metadata> {
    return toMetadata(await describe(this.#path(bucket, key, version)));
  }

  async getObject(
    bucket: string,
    key: string,
    version: string | undefined,
    headers?: Parameters<Store['getObject']>[3],
  ): Promise<Awaited<ReturnType<Store['getObject']>>> {
    const path = this.#path(bucket, key, version);
    const metadata = toMetadata(await describe(path));
    if (headers?.ifNoneMatch === metadata.eTag) return { metadata, httpStatusCode: 304 };
    return { metadata, httpStatusCode: 200, body: await readFile(path) };
  }

  async copyObject(
    sourceBucket: string,
    source: string,
    version: string | undefined,
    destinationBucket: string,
    destination: string,
    destinationVersion: string | undefined,
  ): Promise<Pick<Metadata, 'httpStatusCode' | 'eTag' | 'lastModified'>> {
    const from = this.#path(sourceBucket, source, version);
    const to = this.#path(destinationBucket, destination, destinationVersion);
    const described = await describe(from);
    await mkdir(dirname(to), { recursive: true });
    await copyFile(`${from}.json`, `${to}.json`);
    await copyFile(from, to);
    return { httpStatusCode: 200, eTag: described.eTag, lastModified: described.lastModified };
  }

  async deleteObject(bucket: string, key: string, version: string | undefined): Promise<void> {
    const path = this.#path(bucket, key, version);
    await rm(path, { force: true });
    await rm(`${path}.json`, { force: true });
  }

  async deleteObjects(bucket: string, keys: string[]): Promise<void> {
    await Promise.all(keys.map((key) => this.deleteObject(bucket, key, undefined)));
  }

  async privateAssetUrl(bucket: string, key: string, version: string | undefined): Promise<string> {
    return `file://${this.#path(bucket, key, version)}`;
  }
}

function toMetadata(described: Described): Metadata {
  return { ...described, contentLength: described.size, httpStatusCode: 200 };
}

async function describe(path: string): Promise<Described> {
  try {
    return describedSchema.parse(JSON.parse(await readFile(`${path}.json`, 'utf8')));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    // The engine turns this name into its 404.
    throw Object.assign(new Error('Object not found'), { name: 'NotFound', httpStatusCode: 404 });
  }
}

async function collect(body: Body): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path).catch(async (error: unknown) => {
    await rm(draft, { force: true });
    throw error;
  });
}
