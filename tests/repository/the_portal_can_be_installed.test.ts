import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const STATIC = join(import.meta.dirname, '../../web/static');

interface Manifest {
  start_url: string;
  icons: { src: string; sizes: string; type: string; purpose: string }[];
}

const read = (file: string) => readFileSync(join(STATIC, file));
const manifest = JSON.parse(read('manifest.webmanifest').toString()) as Manifest;

/** The width and height that stand in the head of a PNG. */
function sizeOf(file: string): string {
  const head = read(file);
  expect(head.subarray(1, 4).toString()).toBe('PNG');
  return `${head.readUInt32BE(16)}x${head.readUInt32BE(20)}`;
}

test('the pictures that the manifest names are there, in the sizes that it says', () => {
  for (const { src, sizes, type } of manifest.icons) {
    if (type === 'image/png') expect(sizeOf(src), src).toBe(sizes);
    else expect(read(src).toString()).toContain('<svg');
  }
  expect(sizeOf('apple-touch-icon.png')).toBe('180x180');
});

test('there is an icon for every kind of device, and one that may be cut to any shape', () => {
  const pictures = manifest.icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`);
  expect(pictures).toEqual(
    expect.arrayContaining(['192x192 any', '512x512 any', '512x512 maskable']),
  );
});
