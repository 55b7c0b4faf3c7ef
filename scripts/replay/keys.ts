import { createHash } from 'node:crypto';

/**
 * A UUID that always comes out the same for the same name (version 5 of RFC 9562), so that a command
 * that is sent again after an interruption carries the key of its first attempt.
 *
 * @param namespace a UUID, here that of the company
 */
export function idempotencyKey(namespace: string, ...name: (string | number)[]): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name.join('/'))
    .digest()
    .subarray(0, 16);
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join('-');
}
