import adapter from '@sveltejs/adapter-static';
import { sveltekit } from '@sveltejs/kit/vite';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { words } from './paraglide.ts';
import { contextMapModule } from './context_map.ts';
import { helpModules } from './help.ts';
import { offlineModule } from './offline.ts';

/** The stack that `npm run dev -w web` talks to; the build itself always talks to its own origin. */
const stack = process.env.MZIGO_STACK_URL ?? 'http://localhost:4321';
const backend = ['/rest', '/auth', '/storage', '/functions'];

/** Packages by name. */
const packages = (...names: string[]) => new RegExp(`node_modules/(${names.join('|')})/`);

/** What of the core's packages only charts use. */
const PLOTS_ALONE =
  /node_modules\/(layerchart\/node_modules|svelte\/src\/(motion|easing|transition))\//;

/**
 * A few large files instead of a hundred small ones: the pages before the sign-in load the core and the
 * frame, everything behind it the rest as well, and then a page is one file more. A group takes the
 * dependencies of its modules along, so those that must stay apart come first.
 */
const codeSplitting = {
  groups: [
    // These two are all that may be evaluated before Kit has been told its settings.
    { name: 'payload', test: /kit\/src\/runtime\/client\/payload\.js/, priority: 7 },
    { name: 'preload', test: /vite\/preload-helper/, priority: 6 },
    { name: 'store', test: packages('dexie'), priority: 5 },
    {
      name: 'core',
      test: (id: string) =>
        (!PLOTS_ALONE.test(id) &&
          packages(
            'svelte',
            'svelte-sonner',
            'svelte-toolbelt',
            'mode-watcher',
            'runed',
            'clsx',
            'tailwind-merge',
            'devalue',
            'esm-env',
            'inline-style-parser',
            'style-to-object',
            '@supabase',
          ).test(id)) ||
        /kit\/src\/runtime\/(?!client\/(payload|entry|client-entry))/.test(id) ||
        // What every icon is made of; icons go with those who show them.
        /@lucide\/svelte\/dist\/(?!icons)/.test(id),
      priority: 4,
    },
    // Drawn with by charts alone, which are read when the first one is shown.
    {
      name: 'plots',
      test: packages(
        'layerchart',
        '@layerstack',
        '@dagrejs',
        'd3-[a-z-]+',
        'internmap',
        'memoize',
        'mimic-function',
      ),
      priority: 3,
    },
    {
      name: 'widgets',
      test: packages('bits-ui', '@internationalized', '@floating-ui', 'tabbable'),
      priority: 3,
    },
    // What the pages before the sign-in are made of, and what the sentences of a language need: the portal waits for
    // those, so it must not be part of that.
    {
      name: 'frame',
      test: /src\/lib\/(catalogues\/registry|errors|fields|first_words|platform\/(session|supabase|command|perform)|tenancy\/signing_in\.ts|ui\/(Button|ErrorPage|Form|TextField|Toaster)\.svelte)/,
      priority: 2,
    },
    // What only one page uses stays with that page. What all families share is one file, and each family one.
    {
      name: 'portal',
      test: /@lucide\/svelte\/dist\/icons\/|src\/lib\/(ui|platform|records|workflow|tenancy|charts|home|[^/]+\.ts)/,
      minShareCount: 2,
      priority: 1,
    },
    {
      debugName: 'families',
      name: (id: string) => /src\/lib\/(\w+)\//.exec(id)?.[1] ?? null,
      test: /src\/lib\//,
      minShareCount: 2,
      priority: 0,
    },
  ],
};

export default defineConfig({
  plugins: [
    ...words(),
    tailwindcss(),
    contextMapModule(),
    helpModules(),
    offlineModule(),
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
  environments: { client: { build: { rolldownOptions: { output: { codeSplitting } } } } },
  server: {
    proxy: {
      ...Object.fromEntries(backend.map((path) => [path, stack])),
      '/realtime': { target: stack, ws: true },
    },
  },
});
