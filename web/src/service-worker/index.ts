import { version } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self as worker } from '$app/service-worker';
import needed from 'virtual:offline';

/**
 * Keeps the portal itself on the phone, so that a driver can open his trip, and who goes from door to door
 * his doors, where there is no network: their pages before anybody asks for them, what others work with
 * (papers, maps, spreadsheets, charts) once it was used. Data is never cached here: it lives in the phone's
 * own store, and everything else is read from the server or not at all.
 */
const CACHE = `mzigo-${version}`;
const SHELL = '/';
const SETTINGS = '/project.js';

const addressOf = (path: string) => new URL(path, worker.location.origin + '/').pathname;
/** Icons and the like, which have no hash in their names. */
const pictures = new Set(assets.map((file) => addressOf(file.path)));
/** Files that carry a hash in their names never change. */
const lasting = new Set(immutable.map((file) => addressOf(file.path)));

/** Each file from the moment it is there; all of them, or the worker is not installed. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all([SHELL, ...pictures, ...needed].map((address) => cache.add(address)));
}

/** From here on it keeps what is used, also on pages that were there before it. */
async function begin(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('mzigo-') && name !== CACHE);
  await Promise.all([...old.map((name) => caches.delete(name)), worker.clients.claim()]);
}

/** The kept copy, and where there is none, the file, of which a copy is kept. */
async function fromCache(request: Request): Promise<Response> {
  const copy = await caches.match(request);
  if (copy) return copy;
  const answer = await fetch(request);
  if (answer.ok) {
    const cache = await caches.open(CACHE);
    // Where the device has no room left, it is read again next time.
    await cache.put(request, answer.clone()).catch(() => undefined);
  }
  return answer;
}

/** What may change is asked for first; the kept copy answers when nobody else does. */
async function fromNetwork(request: Request, address: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    const copy = await caches.match(address);
    if (copy) return copy;
    throw cause;
  }
}

worker.addEventListener('install', (event) => event.waitUntil(keep()));
worker.addEventListener('activate', (event) => event.waitUntil(begin()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== 'GET' || origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fromNetwork(request, SHELL));
  else if (pathname === SETTINGS) event.respondWith(fromNetwork(request, SETTINGS));
  else if (lasting.has(pathname) || pictures.has(pathname)) event.respondWith(fromCache(request));
});
