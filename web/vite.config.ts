import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The stack that `npm run dev -w web` talks to; the build itself always talks to its own origin. */
const stack = process.env.MZIGO_STACK_URL ?? 'http://localhost:4321';
const backend = ['/rest', '/auth', '/storage', '/functions'];

export default defineConfig({
  plugins: [
    tailwindcss(),
    sveltekit({
      compilerOptions: { runes: true },
      adapter: adapter({ fallback: '200.html', precompress: false }),
      csp: {
        mode: 'hash',
        directives: {
          'default-src': ['self'],
          'script-src': ['self'],
          // Floating panels and toasts position themselves with style attributes.
          'style-src': ['self', 'unsafe-inline'],
          // The address of a hosted project is known only when the portal starts (`/_app/env.js`).
          'img-src': ['self', 'data:', 'blob:', 'https:'],
          'connect-src': ['self', 'ws:', 'wss:', 'https:'],
          'worker-src': ['self', 'blob:'],
          'object-src': ['none'],
          'base-uri': ['self'],
          'form-action': ['self'],
        },
      },
    }),
  ],
  server: {
    proxy: {
      ...Object.fromEntries(backend.map((path) => [path, stack])),
      '/realtime': { target: stack, ws: true },
    },
  },
});
