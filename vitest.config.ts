import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { catalogues } from './web/paraglide.ts';

const PORTAL = 'tests/harness/with_portal.ts';

/** Layers of tests. Each has its own folder under tests/ and its own preparation. */
function layer(name: string, include: string[], globalSetup: string[] = []) {
  return {
    extends: true as const,
    test: { name, include, globalSetup, exclude: ['**/node_modules/**'] },
  };
}

/** For tests that walk through the whole house. */
function withTime(project: ReturnType<typeof layer>) {
  return { ...project, test: { ...project.test, testTimeout: 300_000 } };
}

/** For the portal's own logic: its runes are compiled, and SvelteKit's modules are stood in for. */
function withSvelte(project: ReturnType<typeof layer>) {
  const support = join(import.meta.dirname, 'tests', 'web', '_support');
  return {
    ...project,
    test: {
      ...project.test,
      setupFiles: ['tests/harness/random.ts', join(support, 'project.ts')],
      server: { deps: { inline: ['@lucide/svelte'] } },
    },
    plugins: [catalogues(), svelte({ configFile: false })],
    resolve: {
      alias: {
        // A file for each of four thousand sentences would be read anew by every file of tests.
        '#lib/paraglide': join(import.meta.dirname, 'web', 'src', 'lib', 'catalogues'),
        '$app/navigation': join(support, 'navigation.ts'),
        '$app/state': join(support, 'state.ts'),
      },
    },
  };
}

export default defineConfig({
  test: {
    testTimeout: 60_000,
    hookTimeout: 180_000,
    // What is waited for comes when it comes; a second is short on a busy machine.
    expect: { poll: { timeout: 30_000 } },
    // One per core, and two at least: a test waits for its database or its stack most of the time.
    maxWorkers: Math.max(2, availableParallelism()),
    setupFiles: ['tests/harness/random.ts'],
    projects: [
      layer('unit', ['tests/functions/**/*.test.ts']),
      withSvelte(layer('web', ['tests/web/**/*.test.ts'])),
      layer('stack', ['tests/stack/**/*.test.ts'], [PORTAL]),
      layer('database', ['tests/database/**/*.test.ts'], ['tests/harness/with_server.ts']),
      layer('repository', ['tests/repository/**/*.test.ts'], ['tests/harness/with_server.ts']),
      layer('api', ['tests/api/**/*.test.ts'], [PORTAL, 'tests/harness/with_stack.ts']),
      withTime(layer('browser', ['tests/browser/**/*.test.ts'], [PORTAL])),
      withTime(
        layer('replay', ['tests/replay/**/*.test.ts'], [PORTAL, 'tests/harness/with_stack.ts']),
      ),
    ],
  },
});
