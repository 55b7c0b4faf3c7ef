import { afterEach, expect, test, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

async function languageOn(languages: string[], kept: object | null): Promise<string> {
  const stored = kept === null ? null : JSON.stringify(kept);
  vi.stubGlobal('navigator', { languages });
  vi.stubGlobal('localStorage', { getItem: () => stored, setItem: () => undefined });
  return (await import('../../web/src/lib/words.ts')).language;
}

test('until somebody chooses the portal speaks the first language of the device that it knows', async () => {
  expect(await languageOn(['sw-KE', 'en-KE'], null)).toBe('sw');
});

test('a device whose languages the portal does not know begins in English', async () => {
  expect(await languageOn(['fr-FR'], null)).toBe('en');
});

test('what was chosen on the device stays', async () => {
  expect(await languageOn(['sw-KE'], { language: 'en', terminology: {} })).toBe('en');
});
