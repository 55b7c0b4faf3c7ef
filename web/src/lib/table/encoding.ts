/** The text of a file, and how it was written. */
export interface Decoded {
  text: string;
  encoding: string;
}

const MARKS: [string, string, number[]][] = [
  ['UTF-8 with a byte order mark', 'utf-8', [0xef, 0xbb, 0xbf]],
  ['UTF-16', 'utf-16le', [0xff, 0xfe]],
  ['UTF-16 (big endian)', 'utf-16be', [0xfe, 0xff]],
];

/**
 * Decodes a file that does not say how it is written: by its byte order mark; else as UTF-16 if every
 * other byte is zero, as text in Latin letters has it; else as UTF-8 if it is valid; else as
 * Windows-1252, what spreadsheets in western Europe and East Africa write.
 *
 * @throws {Error} with a sentence, when it is none of these
 */
export function decode(bytes: Uint8Array): Decoded {
  for (const [encoding, label, mark] of MARKS) {
    if (mark.every((byte, index) => bytes[index] === byte)) return read(bytes, label, encoding);
  }
  const halves = [0, 0];
  for (const [index, byte] of bytes.subarray(0, 1000).entries()) {
    if (byte === 0) halves[index % 2] = (halves[index % 2] ?? 0) + 1;
  }
  const [even = 0, odd = 0] = halves;
  if (odd > 0 && even === 0) return read(bytes, 'utf-16le', 'UTF-16');
  if (even > 0 && odd === 0) return read(bytes, 'utf-16be', 'UTF-16 (big endian)');
  if (even > 0)
    throw new Error('The file is not text. Save the sheet as CSV (UTF-8) and try again.');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'UTF-8' };
  } catch {
    return read(bytes, 'windows-1252', 'Windows-1252');
  }
}

function read(bytes: Uint8Array, label: string, encoding: string): Decoded {
  const text = new TextDecoder(label).decode(bytes);
  // Letters that Windows-1252 does not have, or bytes that are none.
  if (/[\u0080-\u009f\ufffd]/.test(text)) {
    throw new Error(
      `The file cannot be read as ${encoding}, which it seems to be. Save it as CSV (UTF-8) and try again.`,
    );
  }
  return { text, encoding };
}
