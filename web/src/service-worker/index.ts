import { version } from '$app/env';
import { assets, immutable } from '$app/manifest';
import { self as worker } from '$app/service-worker';

/**
 * Keeps the portal itself on the phone, so that a driver can open his trip where there is no
 * network. Data is never cached here: it lives in the driver's own store, and everything else is
 * read from the server or not at all.
 */
const CACHE = `mzigo-${version}`;
const SHELL = '/';
const SETTINGS = '/project.js';

const kept = [...immutable, ...assets].map(
  (file) => new URL(file.path, worker.location.origin + '/'),
);
const addresses = new Set(kept.map((url) => url.pathname));

/** Each file from the moment it is there; all of them, or the worker is not installed. */
async function keep(): Promise<void> {
  const cache = await caches.open(CACHE);
  await Promise.all([SHELL, ...addresses].map((address) => cache.add(address)));
}

async function dropOld(): Promise<void> {
  const names = await caches.keys();
  const old = names.filter((name) => name.startsWith('mzigo-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
}

/** Files that carry a hash in their name never change. */
async function fromCache(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
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
worker.addEventListener('activate', (event) => event.waitUntil(dropOld()));
worker.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== worker.location.origin) return;
  if (request.mode === 'navigate') event.respondWith(fromNetwork(request, SHELL));
  else if (url.pathname === SETTINGS) event.respondWith(fromNetwork(request, SETTINGS));
  else if (addresses.has(url.pathname)) event.respondWith(fromCache(request));
});
