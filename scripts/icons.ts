/** Draws the icons of the installed portal from `web/static/mark.svg`: `npm run icons`. Needs Chromium (`CHROMIUM_PATH`). */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startBrowser } from '../tests/harness/browser.ts';

const STATIC = join(import.meta.dirname, '../web/static');

/** A maskable icon is cut to whatever shape the device has: what matters lies in its inner four fifths. */
const ICONS = [
  { file: 'icon-192.png', size: 192, inner: 1 },
  { file: 'icon-512.png', size: 512, inner: 1 },
  { file: 'icon-maskable-512.png', size: 512, inner: 0.72 },
  { file: 'apple-touch-icon.png', size: 180, inner: 0.86 },
];

const mark = await readFile(join(STATIC, 'mark.svg'), 'utf8');
const ground = /fill="(#[0-9a-f]{6})"/.exec(mark)?.[1] ?? '#ffffff';
const browser = await startBrowser();
try {
  const page = await browser.newPage();
  for (const { file, size, inner } of ICONS) {
    await page.setViewportSize({ width: size, height: size });
    const drawn = mark.replace('<svg ', `<svg width="${size * inner}" height="${size * inner}" `);
    await page.setContent(
      `<body style="margin:0;width:${size}px;height:${size}px;display:grid;place-items:center;background:${inner === 1 ? 'transparent' : ground}">${drawn}</body>`,
    );
    await writeFile(join(STATIC, file), await page.screenshot({ omitBackground: true }));
  }
} finally {
  await browser.close();
}
