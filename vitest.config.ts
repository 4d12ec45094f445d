import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './scripts/longest-first.ts'

// Hubs and commands that tests start as processes find their code compiled already: half of what a start costs.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, 'node_modules', '.cache', 'compiled')

export default defineConfig({
  test: {
    include: ['{packages,apps,laboratory,bench}/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**'],
    // One embedded PostgreSQL for the run; each test database is a clone of its migrated template.
    globalSetup: ['packages/database/src/testing/global-setup.ts'],
    pool: 'forks',
    // One more than there are processors, for a worker often waits: for its database, a process, a browser, a clock.
    maxWorkers: Math.min(availableParallelism(), 3) + 1,
    sequence: { sequencer: LongestFirst },
    // Of the tests of one file that say they may run side by side: those that wait for clocks, not for the processor.
    maxConcurrency: 10,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
})
