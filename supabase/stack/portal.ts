import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { errorCode } from './errors.ts';

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
};
const COMPRESSIBLE = /^(text|application\/(json|manifest|wasm)|image\/svg)/;

interface Asset {
  bytes: Buffer;
  type: string;
  etag: string;
  modified: number;
  encoded: Map<string, Promise<Buffer>>;
}

/** Serves the built portal; every path that is no file is a page of the single-page application. */
export class Portal {
  readonly #folder: string;
  readonly #settings: string;
  readonly #assets = new Map<string, Asset>();

  /** @param settings what `/project.js` tells the portal about this stack */
  constructor(folder: string, settings: Record<string, string>) {
    this.#folder = folder;
    this.#settings = `globalThis.mzigoProject=${JSON.stringify(settings)}`;
  }

  async handle(request: IncomingMessage, response: ServerResponse, path: string): Promise<void> {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
      return;
    }
    if (path === '/project.js') {
      await this.#send(request, response, this.#make(this.#settings, TYPES['.js'] ?? ''), false);
      return;
    }
    const asset = await this.#find(path);
    if (asset) {
      await this.#send(request, response, asset, path.startsWith('/_app/immutable/'));
      return;
    }
    const page = extname(path) === '' ? await this.#find('/200.html') : null;
    if (page) return this.#send(request, response, page, false);
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('Not found\n');
  }

  async #find(path: string): Promise<Asset | null> {
    let name: string;
    try {
      name = normalize(decodeURIComponent(path));
    } catch {
      return null;
    }
    const file = join(this.#folder, name);
    if (name.includes('\0') || !file.startsWith(this.#folder + sep)) return null;
    try {
      const info = await stat(file);
      if (!info.isFile()) return null;
      const known = this.#assets.get(file);
      if (known?.modified === info.mtimeMs) return known;
      const type = TYPES[extname(file)] ?? 'application/octet-stream';
      const asset = { ...this.#make(await readFile(file), type), modified: info.mtimeMs };
      this.#assets.set(file, asset);
      return asset;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) return null;
      throw error;
    }
  }

  #make(content: string | Buffer, type: string): Asset {
    const bytes = Buffer.from(content);
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 20)}"`;
    return { bytes, type, etag, modified: 0, encoded: new Map() };
  }

  async #send(
    request: IncomingMessage,
    response: ServerResponse,
    asset: Asset,
    isImmutable: boolean,
  ): Promise<void> {
    response.setHeader('content-type', asset.type);
    response.setHeader('etag', asset.etag);
    response.setHeader('vary', 'accept-encoding');
    response.setHeader(
      'cache-control',
      isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    if (request.headers['if-none-match'] === asset.etag) {
      response.writeHead(304).end();
      return;
    }
    const encoding = chooseEncoding(asset, String(request.headers['accept-encoding'] ?? ''));
    const bytes = encoding === null ? asset.bytes : await encode(asset, encoding);
    if (encoding !== null) response.setHeader('content-encoding', encoding);
    response.setHeader('content-length', bytes.length);
    response.writeHead(200).end(request.method === 'HEAD' ? undefined : bytes);
  }
}

function chooseEncoding(asset: Asset, accepted: string): 'br' | 'gzip' | null {
  if (asset.bytes.length < 1024 || !COMPRESSIBLE.test(asset.type)) return null;
  if (/\bbr\b/.test(accepted)) return 'br';
  return /\bgzip\b/.test(accepted) ? 'gzip' : null;
}

/** Each file is compressed once per run. */
function encode(asset: Asset, encoding: 'br' | 'gzip'): Promise<Buffer> {
  const known = asset.encoded.get(encoding);
  if (known) return known;
  const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } };
  const encoded =
    encoding === 'br'
      ? promisify(brotliCompress)(asset.bytes, quality)
      : promisify(gzip)(asset.bytes, { level: 6 });
  asset.encoded.set(encoding, encoded);
  return encoded;
}
