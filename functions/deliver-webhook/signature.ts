/**
 * Headers of Standard Webhooks (standardwebhooks.com): an id that stays the same over all attempts, the time of
 * this one in seconds, and an HMAC-SHA256 in base64 over `id.timestamp.body`.
 */
export async function signatureHeaders(
  secret: string,
  id: string,
  seconds: number,
  body: string,
): Promise<Record<string, string>> {
  const bytes = Uint8Array.from(atob(secret.replace(/^whsec_/, '')), (char) => char.charCodeAt(0));
  const key = await crypto.subtle.importKey(
    'raw',
    bytes,
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const signed = new TextEncoder().encode(`${id}.${seconds}.${body}`);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
  return {
    'content-type': 'application/json',
    'user-agent': 'Mzigo-Webhooks',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${btoa(String.fromCharCode(...mac))}`,
  };
}
