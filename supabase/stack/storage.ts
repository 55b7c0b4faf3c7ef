import { createHash, createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type pg from 'pg';
import { z } from 'zod';
import { errorCode } from './errors.ts';
import { isRecognisable, typeByContent } from './file_type.ts';
import { openPool } from './pool.ts';
import type { Secrets } from './secrets.ts';
import { verifyToken, type Claims } from './tokens.ts';

/**
 * Supabase Storage for private files: upload, download, list, remove and signed addresses, with the
 * HTTP shape of storage-js. Who may do what is decided by the policies on `storage.objects`; the
 * bytes lie in a folder under names that no caller chooses.
 */
export interface Storage {
  fetch(request: Request): Promise<Response>;
  close(): Promise<void>;
}

export interface StorageOptions {
  /** As `supabase_storage_admin`. */
  databaseUrl: string;
  folder: string;
  secrets: Secrets;
  /** The statement to run in the caller's name before anything else; null for none. */
  preRequest(): string | null;
}

/** A refusal as Supabase words it: mostly HTTP 400, the real status in the body. */
class StorageRefusal extends Error {
  override name = 'StorageRefusal';
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  toResponse(): Response {
    const body = { statusCode: String(this.status), error: this.code, message: this.message };
    return Response.json(body, { status: [401, 413].includes(this.status) ? this.status : 400 });
  }
}

const notFound = () => new StorageRefusal(404, 'not_found', 'Object not found');
const badInput = (message: string) => new StorageRefusal(400, 'InvalidRequest', message);

const signSchema = z.object({ expiresIn: z.number().int().min(1).max(604_800) });
const signManySchema = signSchema.extend({ paths: z.array(z.string()).max(500) });
const removeSchema = z.object({ prefixes: z.array(z.string()).min(1).max(1000) });
const listSchema = z.object({
  prefix: z.string().max(1024).default(''),
  limit: z.number().int().min(1).max(1000).default(100),
  offset: z.number().int().min(0).default(0),
  search: z.string().max(200).default(''),
});
const metadataSchema = z.object({
  mimetype: z.string(),
  size: z.number(),
  eTag: z.string(),
  cacheControl: z.string(),
});

interface ObjectRow {
  id: string;
  name: string;
  version: string;
  metadata: unknown;
  created_at: string;
  updated_at: string;
  last_accessed_at: string;
}

interface BucketRow {
  public: boolean;
  file_size_limit: string | null;
  allowed_mime_types: string[] | null;
}

/** What Supabase accepts in a key, without steps up or doubled slashes. */
const KEY = /^[\w!\-.*'() &$@=;:+,?]+(\/[\w!\-.*'() &$@=;:+,?]+)*$/;
const MAX_KEY = 1024;
const MAX_FILE = 10 * 1024 * 1024;

function checkKey(key: string): string {
  const hasSteps = key.split('/').some((part) => part === '.' || part === '..');
  if (key.length > MAX_KEY || hasSteps || !KEY.test(key)) {
    throw new StorageRefusal(400, 'InvalidKey', 'Invalid key');
  }
  return key;
}

async function writeWhole(path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(`${path}.new`, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } catch (error) {
    await rm(`${path}.new`, { force: true });
    throw error;
  } finally {
    await file.close();
  }
  await rename(`${path}.new`, path);
}

export function startStorage(options: StorageOptions): Storage {
  const { secrets } = options;
  const pool = openPool(options.databaseUrl, { max: 4 });
  const pathOf = (version: string) => join(options.folder, version.slice(0, 2), version);

  /** One transaction in the caller's name, so that the policies see him. */
  async function as<T>(claims: Claims, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(
        `select set_config('request.jwt.claims', $1, true),
                set_config('request.jwt.claim.sub', $2, true),
                set_config('request.jwt.claim.role', $3, true),
                set_config('role', $3, true)`,
        [JSON.stringify(claims), claims.sub ?? '', claims.role],
      );
      const check = options.preRequest();
      if (check !== null) await client.query(check);
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch(() => {});
      const isDenied = errorCode(error) === '42501';
      if (isDenied) {
        throw new StorageRefusal(403, 'Unauthorized', 'new row violates row-level security policy');
      }
      throw error;
    } finally {
      client.release();
    }
  }

  function callerOf(request: Request): Claims {
    if (request.headers.get('apikey') === secrets.secretKey) return { role: 'service_role' };
    const token = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    if (token === undefined || token.startsWith('sb_')) {
      return { role: token === secrets.secretKey ? 'service_role' : 'anon' };
    }
    const verdict = verifyToken(token, secrets.jwtSecret);
    if ('claims' in verdict) return verdict.claims;
    throw new StorageRefusal(403, 'Unauthorized', 'jwt expired or not valid');
  }

  async function bucketOf(id: string): Promise<BucketRow> {
    const found = await pool.query<BucketRow>(
      'select public, file_size_limit, allowed_mime_types from storage.buckets where id = $1',
      [id],
    );
    if (!found.rows[0]) throw new StorageRefusal(404, 'Bucket not found', 'Bucket not found');
    return found.rows[0];
  }

  async function find(claims: Claims, bucket: string, key: string): Promise<ObjectRow> {
    const found = await as(claims, (client) =>
      client.query<ObjectRow>('select * from storage.objects where bucket_id = $1 and name = $2', [
        bucket,
        key,
      ]),
    );
    if (!found.rows[0]) throw notFound();
    return found.rows[0];
  }

  async function download(request: Request, row: ObjectRow): Promise<Response> {
    const metadata = metadataSchema.parse(row.metadata);
    const headers = {
      'content-type': metadata.mimetype,
      'content-length': String(metadata.size),
      'cache-control': metadata.cacheControl,
      etag: metadata.eTag,
      'last-modified': new Date(row.updated_at).toUTCString(),
    };
    if (request.headers.get('if-none-match') === metadata.eTag) {
      return new Response(null, { status: 304, headers: { etag: metadata.eTag } });
    }
    const bytes = await readFile(pathOf(row.version)).catch((error: unknown) => {
      throw errorCode(error) === 'ENOENT' ? notFound() : error;
    });
    return new Response(request.method === 'HEAD' ? null : new Uint8Array(bytes), { headers });
  }

  async function upload(request: Request, bucketId: string, key: string): Promise<Response> {
    const claims = callerOf(request);
    const bucket = await bucketOf(bucketId);
    const { bytes, mimetype, cacheControl } = await fileIn(request);
    const limit = Math.min(Number(bucket.file_size_limit ?? MAX_FILE), MAX_FILE);
    if (bytes.length > limit) {
      const message = 'The object exceeded the maximum allowed size';
      throw new StorageRefusal(413, 'Payload too large', message);
    }
    if (bucket.allowed_mime_types && !bucket.allowed_mime_types.includes(mimetype)) {
      const message = `mime type ${mimetype.slice(0, 100)} is not supported`;
      throw new StorageRefusal(415, 'invalid_mime_type', message);
    }
    const content = typeByContent(bytes);
    if (content !== mimetype && (content !== null || isRecognisable(mimetype))) {
      const message = `The content is ${content ?? 'something else'}, not ${mimetype} as it says; send the file with its own type`;
      throw new StorageRefusal(415, 'invalid_mime_type', message);
    }
    const mayReplace = request.method === 'PUT' || request.headers.get('x-upsert') === 'true';
    const [id, version] = [randomUUID(), randomUUID()];
    const metadata = {
      eTag: `"${createHash('sha256').update(bytes).digest('hex').slice(0, 32)}"`,
      size: bytes.length,
      mimetype,
      cacheControl,
      lastModified: new Date().toISOString(),
      contentLength: bytes.length,
      httpStatusCode: 200,
    };
    await writeWhole(pathOf(version), bytes);
    let replaced: string | undefined;
    try {
      await as(claims, async (client) => {
        if (mayReplace) {
          const old = await client.query<{ version: string }>(
            'select version from storage.objects where bucket_id = $1 and name = $2 for update',
            [bucketId, key],
          );
          replaced = old.rows[0]?.version;
        }
        const row = [id, bucketId, key, claims.sub ?? null, JSON.stringify(metadata), version];
        await client.query(
          `insert into storage.objects (id, bucket_id, name, owner, owner_id, metadata, version)
           values ($1, $2, $3, $4::uuid, $4::text, $5, $6)${
             replaced === undefined
               ? ''
               : ` on conflict (bucket_id, name) do update
                   set metadata = excluded.metadata, version = excluded.version, updated_at = now()`
           }`,
          row,
        );
      });
    } catch (error) {
      await rm(pathOf(version), { force: true });
      if (errorCode(error) === '23505') {
        throw new StorageRefusal(409, 'Duplicate', 'The resource already exists');
      }
      throw error;
    }
    if (replaced !== undefined) await rm(pathOf(replaced), { force: true });
    return Response.json({ Id: id, Key: `${bucketId}/${key}` });
  }

  async function remove(request: Request, bucket: string, keys: string[]): Promise<Response> {
    const removed = await as(callerOf(request), (client) =>
      client.query<ObjectRow>(
        'delete from storage.objects where bucket_id = $1 and name = any ($2) returning *',
        [bucket, keys],
      ),
    );
    for (const row of removed.rows) await rm(pathOf(row.version), { force: true });
    return Response.json(removed.rows.map(({ version: _version, ...row }) => row));
  }

  /** The entries directly below a prefix; deeper ones show as folders without an id. */
  async function list(request: Request, bucket: string): Promise<Response> {
    const { prefix, limit, offset, search } = await inputOf(request, listSchema);
    const start = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    const found = await as(callerOf(request), (client) =>
      client.query(
        `select entries.name,
                case when entries.is_file then min(entries.id::text) end as id,
                case when entries.is_file then min(entries.updated_at) end as updated_at,
                case when entries.is_file then min(entries.created_at) end as created_at,
                case when entries.is_file then min(entries.last_accessed_at) end as last_accessed_at,
                case when entries.is_file then (array_agg(entries.metadata))[1] end as metadata
         from (
           select split_part(substr(o.name, length($2) + 1), '/', 1) as name,
                  strpos(substr(o.name, length($2) + 1), '/') = 0 as is_file,
                  o.id, o.updated_at, o.created_at, o.last_accessed_at, o.metadata
           from storage.objects as o
           where o.bucket_id = $1 and starts_with(o.name, $2)
         ) as entries
         where strpos(lower(entries.name), lower($3)) > 0 or $3 = ''
         group by entries.name, entries.is_file
         order by entries.name
         limit $4 offset $5`,
        [bucket, start, search, limit, offset],
      ),
    );
    return Response.json(found.rows);
  }

  /** Signed with a key of its own kind, so that an access token never opens a file by itself. */
  const signature = (payload: string) =>
    createHmac('sha256', `storage:${secrets.jwtSecret}`).update(payload).digest('base64url');

  const isSigned = (payload: string, given: string) => {
    const [expected, actual] = [Buffer.from(signature(payload)), Buffer.from(given)];
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  };

  async function sign(claims: Claims, bucket: string, key: string, seconds: number) {
    await find(claims, bucket, checkKey(key));
    const expires = Math.floor(Date.now() / 1000) + seconds;
    const payload = Buffer.from(JSON.stringify([bucket, key, expires])).toString('base64url');
    const path = [bucket, ...key.split('/')].map(encodeURIComponent).join('/');
    return `/object/sign/${path}?token=${payload}.${signature(payload)}`;
  }

  async function signMany(request: Request, bucket: string): Promise<Response> {
    const claims = callerOf(request);
    const { paths, expiresIn } = await inputOf(request, signManySchema);
    const signed = await Promise.all(
      paths.map(async (path) => {
        try {
          return { error: null, path, signedURL: await sign(claims, bucket, path, expiresIn) };
        } catch (error) {
          if (!(error instanceof StorageRefusal)) throw error;
          return {
            error: 'Either the object does not exist or you do not have access to it',
            path,
            signedURL: null,
          };
        }
      }),
    );
    return Response.json(signed);
  }

  async function openSigned(request: Request, bucket: string, key: string): Promise<Response> {
    const [payload = '', given = ''] = (new URL(request.url).searchParams.get('token') ?? '').split(
      '.',
    );
    if (payload === '' || !isSigned(payload, given)) {
      throw new StorageRefusal(400, 'InvalidJWT', 'The address is not valid');
    }
    const [forBucket, forKey, expires] = z
      .tuple([z.string(), z.string(), z.number()])
      .parse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    if (expires * 1000 < Date.now() || forBucket !== bucket || forKey !== key) {
      throw new StorageRefusal(400, 'InvalidJWT', 'The address has expired');
    }
    return download(request, await find({ role: 'service_role' }, bucket, key));
  }

  async function route(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname.replace(/^\/storage\/v1\//, '');
    const parts = path.split('/').map((part) => decodeURIComponent(part));
    if (parts.shift() !== 'object') throw new StorageRefusal(404, 'not_found', 'Route not found');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isPost = request.method === 'POST';
    const kind = ['sign', 'list', 'public', 'authenticated'].find((name) => name === parts[0]);
    if (kind !== undefined) parts.shift();
    const [bucket = '', ...rest] = parts;
    const key = () => checkKey(rest.join('/'));

    if (kind === 'list' && isPost) return list(request, bucket);
    if (kind === 'sign' && isPost && rest.length === 0) return signMany(request, bucket);
    if (kind === 'sign' && isPost) {
      const { expiresIn } = await inputOf(request, signSchema);
      return Response.json({ signedURL: await sign(callerOf(request), bucket, key(), expiresIn) });
    }
    if (kind === 'sign' && isRead) return openSigned(request, bucket, key());
    if (kind === 'public' && isRead) {
      if (!(await bucketOf(bucket)).public) throw notFound();
      return download(request, await find({ role: 'service_role' }, bucket, key()));
    }
    if (isRead) return download(request, await find(callerOf(request), bucket, key()));
    if (kind === undefined && (isPost || request.method === 'PUT')) {
      return upload(request, bucket, key());
    }
    if (kind === undefined && request.method === 'DELETE') {
      const keys = rest.length > 0 ? [key()] : (await inputOf(request, removeSchema)).prefixes;
      return remove(request, bucket, keys);
    }
    throw new StorageRefusal(404, 'not_found', 'Route not found');
  }

  return {
    async fetch(request) {
      try {
        return await route(request);
      } catch (error) {
        if (error instanceof StorageRefusal) return error.toResponse();
        if (error instanceof URIError) return badInput('The path is not valid').toResponse();
        const code = errorCode(error) ?? '';
        if (code === 'PT401') {
          return new StorageRefusal(401, 'Unauthorized', 'You were signed out').toResponse();
        }
        // A value that the database cannot even read, such as one with a NUL in it.
        if (/^22...$/.test(code)) return badInput('A value is not valid').toResponse();
        throw error;
      }
    },
    close: () => pool.end(),
  };
}

async function inputOf<T>(request: Request, schema: z.ZodType<T>): Promise<T> {
  const parsed = schema.safeParse(await request.json().catch(() => null));
  if (!parsed.success) throw badInput(z.prettifyError(parsed.error));
  return parsed.data;
}

/** The file of an upload: a plain body, or the one file in a browser's form. */
async function fileIn(request: Request) {
  const type = request.headers.get('content-type') ?? 'application/octet-stream';
  if (!type.startsWith('multipart/form-data')) {
    const bytes = Buffer.from(await request.arrayBuffer());
    const cacheControl = request.headers.get('cache-control') ?? 'no-cache';
    return { bytes, mimetype: plainType(type), cacheControl };
  }
  const form = await request.formData().catch(() => {
    throw badInput('The form is not valid');
  });
  const file = [...form.values()].find((value) => typeof value !== 'string');
  if (file === undefined) throw badInput('The form has no file');
  const seconds = Number(form.get('cacheControl') ?? 3600);
  return {
    bytes: Buffer.from(await file.arrayBuffer()),
    mimetype: plainType(file.type || 'application/octet-stream'),
    cacheControl: `max-age=${Number.isInteger(seconds) && seconds >= 0 ? seconds : 3600}`,
  };
}

function plainType(type: string): string {
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]+\/[\w.+-]+$/.test(plain) ? plain : 'application/octet-stream';
}
