const TIMEOUT_MS = 30_000;

/** Stored files, as a function reaches them: with the project's own key, past the policies. */
export interface Storage {
  /** Stores a file, in place of one that lies there. */
  put(bucket: string, path: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<void>;
  get(bucket: string, path: string): Promise<Uint8Array<ArrayBuffer>>;
}

export interface StorageOptions {
  url: string;
  key: string;
  fetch?: typeof globalThis.fetch;
}

export function connectStorage({ url, key, fetch: send = fetch }: StorageOptions): Storage {
  const headers = { apikey: key, authorization: `Bearer ${key}` };
  const call = async (bucket: string, path: string, init: RequestInit) => {
    const response = await send(`${url}/storage/v1/object/${bucket}/${path}`, {
      ...init,
      headers: { ...headers, ...init.headers },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok) throw new Error(`Storage answered ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  return {
    put: async (bucket, path, bytes, type) => {
      const upsert = { 'content-type': type, 'x-upsert': 'true' };
      await call(bucket, path, { method: 'POST', body: bytes, headers: upsert });
    },
    get: (bucket, path) => call(bucket, path, {}),
  };
}
