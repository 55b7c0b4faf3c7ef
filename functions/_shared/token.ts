/** A secret for one link, and the hash that the database keeps instead of it. */
export interface LinkToken {
  token: string;
  hash: string;
}

/** 256 random bits. */
export async function makeLinkToken(): Promise<LinkToken> {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  const token = btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
  return { token, hash: await hashOf(token) };
}

/** SHA-256 in hexadecimal digits, as the database keeps secrets. */
export async function hashOf(secret: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(secret));
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The address of a portal page that reads the token. Behind `#`, because browsers send that part to
 * no server: it stays out of logs.
 */
export function linkTo(portalUrl: string, page: string, token: string): string {
  return `${portalUrl.replace(/\/$/, '')}/${page}#token=${token}`;
}
