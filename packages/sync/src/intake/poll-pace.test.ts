import { manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import type { WorkerContext } from '../worker/worker-context.ts'
import { PollPace } from './poll-pace.ts'

function createPace() {
  const clock = manualClock()
  // As far as the pace looks.
  const context = {
    clock,
    connection: { ordersPollMs: 1_000 },
    connector: { manifest: { budgets: [] } },
    budgets: { snapshot: () => ({ left: 1 }) },
  } as unknown as WorkerContext
  return { clock, pace: new PollPace(context, () => 'none') }
}

test('a list of which something was told while it was read is read again at once', async () => {
  const { clock, pace } = createPace()
  const began = new Date(clock.now())
  await clock.advance(300)
  pace.hurry(new Set(['counts']))
  await clock.advance(300)
  pace.noteRead('counts', { fresh: 1, requests: 1, paceMs: 60_000, began })
  expect(pace.isDue('counts')).toBe(true)
})

test('what was told before it was read is in it', async () => {
  const { clock, pace } = createPace()
  pace.hurry(new Set(['counts']))
  await clock.advance(300)
  pace.noteRead('counts', { fresh: 1, requests: 1, paceMs: 60_000, began: new Date(clock.now()) })
  expect(pace.isDue('counts')).toBe(false)
  await clock.advance(60_000)
  expect(pace.isDue('counts')).toBe(true)
})
