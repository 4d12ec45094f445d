import { availableParallelism } from 'node:os'
import path from 'node:path'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import { LONGEST, LongestFirst } from './scripts/longest-first.ts'

// Hubs and commands that tests start as processes find their code compiled already: half of what a start costs.
process.env.NODE_COMPILE_CACHE ??= path.join(import.meta.dirname, 'node_modules', '.cache', 'compiled')

const all = ['{packages,apps,laboratory,bench}/**/*.test.{ts,tsx}', 'scripts/**/*.test.ts']
const never = ['**/node_modules/**', '**/dist/**']

/** Files with a process of their own: those that change it, measure it, or start and kill others; and the longest. */
const alone = [
  '{laboratory,bench}/**/*.test.ts',
  'apps/dashboard/test/*.test.ts',
  'apps/hub/src/cli/**/*.test.ts',
  'packages/database/**/*.test.ts',
  '**/several-processes.test.ts',
  'packages/connector-kit/src/{http,expressions/evaluator,files/ftps-folder}.test.ts',
  'scripts/look-around.test.ts',
  ...LONGEST,
]

const common: TestProjectInlineConfiguration['test'] = {
  pool: 'forks',
  // Node's own loader, as a hub has it, and not Vite's, which transforms all that is imported and hands it to each worker.
  // There is no `vi.mock` with it, and none here.
  experimental: { viteModuleRunner: false, nodeLoader: false },
  // One more than there are processors, for a worker often waits: for its database, a process, a browser, a clock.
  maxWorkers: Math.min(availableParallelism(), 3) + 1,
  // Of the tests of one file that say they may run side by side: those that wait for clocks, not for the processor.
  maxConcurrency: 10,
  // None is a measurement: on a busy machine one takes ten times as long.
  testTimeout: 60_000,
  hookTimeout: 60_000,
  // Polled until it is so; a second, the default, is less than a busy machine needs for a page.
  expect: { poll: { timeout: 10_000 } },
}

export default defineConfig({
  test: {
    ...common,
    // One embedded PostgreSQL for the run; each test database is a clone of its migrated template. And one built dashboard.
    globalSetup: ['packages/database/src/testing/global-setup.ts', 'apps/dashboard/test/built-once.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { ...common, name: 'alone', include: alone, exclude: never } },
      {
        test: {
          ...common,
          name: 'together',
          include: all,
          exclude: [...never, ...alone],
          // A process and all that it imports (0.5 s of the processor's time) for each worker, not for each file.
          isolate: false,
          setupFiles: ['scripts/leaves-nothing.ts'],
        },
      },
    ],
  },
})
