import { defineConfig } from 'vitest/config'

const EVERYWHERE_IGNORED = ['**/node_modules/**', '**/data/**']

/** Two projects: `fast` may not start a server; `e2e` starts real ones and therefore waits longer. */
export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: 2,
    // Files in a fixed order and tests in the order written: a failure is the same failure the next time.
    sequence: { shuffle: false, concurrent: false },
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['packages/**/*.test.ts', 'tools/**/*.test.ts'],
          exclude: [...EVERYWHERE_IGNORED, '**/*.e2e.test.ts'],
          testTimeout: 15_000,
          hookTimeout: 15_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['e2e/**/*.test.ts', 'packages/**/*.e2e.test.ts', 'bench/src/**/*.test.ts'],
          exclude: EVERYWHERE_IGNORED,
          testTimeout: process.env['KEYWRIGHT_TEST_LONG'] === '1' ? 600_000 : 60_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
