/** What is known of where an address lies. */
export interface Place {
  precision: 'exact' | 'street' | 'town' | 'region';
  /** Degrees, WGS 84. */
  latitude: number;
  longitude: number;
}

/** Somebody who knows where addresses lie. */
export interface Geocoder {
  name: string;
  /**
   * @param country as ISO 3166 writes it, in two capitals
   * @returns null where nothing is known. Throws {@link GeocoderFailure}.
   */
  find(address: string, country: string): Promise<Place | null>;
}

/** Why there is no answer. */
export class GeocoderFailure extends Error {
  override name = 'GeocoderFailure';
  readonly key: 'geocoder_refused' | 'geocoder_unreachable';

  constructor(key: GeocoderFailure['key'], message: string) {
    super(message);
    this.key = key;
  }

  /** Nothing but a person helps. */
  get isFinal(): boolean {
    return this.key === 'geocoder_refused';
  }
}

export type Fetch = typeof globalThis.fetch;

const TIMEOUT_MS = 10_000;

/** The JSON at an address. Throws {@link GeocoderFailure}. */
export async function getJson(send: Fetch, url: URL): Promise<unknown> {
  try {
    const response = await send(url, {
      headers: { 'user-agent': 'Mzigo', accept: 'application/json' },
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.ok) return await response.json();
    await response.body?.cancel();
    const isRefused = response.status === 401 || response.status === 403;
    throw new GeocoderFailure(
      isRefused ? 'geocoder_refused' : 'geocoder_unreachable',
      `It answered ${response.status}`,
    );
  } catch (error) {
    if (error instanceof GeocoderFailure) throw error;
    // Never the whole message: it may name the address with the key in it.
    throw new GeocoderFailure('geocoder_unreachable', error instanceof Error ? error.name : '');
  }
}
