import { defineConfig } from 'vitest/config';
export default defineConfig({ test: { root: '/work/wt/rules', testTimeout: 120000, hookTimeout: 120000, maxWorkers: 2, include: ['tests/database/_*/**/*.test.ts','tests/repository/**/*.test.ts'] } });
