interface Signature {
  type: string;
  /** Bytes and where they stand; everything has to fit. */
  marks: [at: number, bytes: string][];
}

/** How the files begin that somebody may have to look at: photos, signatures, papers. */
const SIGNATURES: Signature[] = [
  {
    type: 'image/png',
    marks: [
      [0, '\x89PNG\r\n\x1a\n'],
      [12, 'IHDR'],
    ],
  },
  { type: 'image/jpeg', marks: [[0, '\xff\xd8\xff']] },
  {
    type: 'image/webp',
    marks: [
      [0, 'RIFF'],
      [8, 'WEBPVP8'],
    ],
  },
  { type: 'application/pdf', marks: [[0, '%PDF-']] },
];

/** What a file is by its first bytes, whatever it calls itself; null when that is not known. */
export function typeByContent(bytes: Buffer): string | null {
  const found = SIGNATURES.find(({ marks }) =>
    marks.every(([at, mark]) => bytes.toString('latin1', at, at + mark.length) === mark),
  );
  return found?.type ?? null;
}

/** True for a type whose files can be told by their content. */
export function isRecognisable(type: string): boolean {
  return SIGNATURES.some((signature) => signature.type === type);
}
