import type { SyncJobView } from '@plimsoll/client'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { importStandingOf } from './import-standing.ts'

const job = (rest: Partial<SyncJobView>): SyncJobView => ({
  jobId: 'job',
  connectionId: 'connection',
  kind: 'import',
  state: 'running',
  reason: 'asked',
  from: null,
  to: null,
  listingId: null,
  total: null,
  done: 0,
  result: {},
  problem: null,
  problemTold: null,
  createdAt: '2026-11-27T00:00:00.000Z',
  startedAt: null,
  finishedAt: null,
  ...rest,
})

test('how far an import is never goes back while it goes on, and is no share that nobody can know', () => {
  const counts = fc.record({
    total: fc.integer({ min: 0, max: 100_000 }),
    levels: fc.integer({ min: 0, max: 300_000 }),
  })
  fc.assert(
    fc.property(counts, ({ total, levels }) => {
      const steps = [
        { stage: 'locations' },
        ...[0, 0.3, 1].map((share) => ({ stage: 'listings', listings: Math.floor(share * total) })),
        { stage: 'mapping', listings: total },
        ...[0, 0.5, 1].map((share) => ({
          stage: 'levels',
          listings: total,
          levels: Math.floor(share * levels),
        })),
        { stage: 'finish', listings: total, levels },
      ]
      const percents = steps.map((result) => {
        const standing = importStandingOf(job({ result, total }))
        return standing.kind === 'running' ? (standing.percent ?? -1) : -1
      })
      expect(percents).toEqual([...percents].sort((a, b) => a - b))
      expect(percents.every((percent) => percent >= 0 && percent <= 100)).toBe(true)
    }),
  )
  expect(importStandingOf(job({ result: { stage: 'listings', listings: 7 } }))).toMatchObject({
    listings: 7,
    percent: undefined,
  })
})
