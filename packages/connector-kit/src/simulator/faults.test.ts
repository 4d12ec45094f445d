import { expect, test } from 'vitest'
import { createFaults, faultSettings, noFaults } from './faults.ts'
import { seededRandom } from './seeded-random.ts'

test('nothing goes wrong until it is told to', () => {
  const faults = createFaults(seededRandom(1))
  for (let count = 0; count < 100; count += 1) {
    expect(faults.before()).toEqual({ delayMs: 0, answer: undefined })
    expect(faults.after()).toBeUndefined()
    expect(faults.webhookCopies()).toEqual([{ delayMs: 0 }])
    expect(faults.shouldThrottle()).toBe(false)
  }
  expect(Object.values(faults.counts()).every((count) => count === 0)).toBe(true)
  expect(faultSettings.parse(noFaults)).toEqual(noFaults)
})

test('faults strike about as often as told, are counted, and a seed replays them', () => {
  const run = (seed: number) => {
    const faults = createFaults(seededRandom(seed))
    faults.set({ errorRate: 0.2, webhookLossRate: 0.1, webhookDuplicateRate: 0.3, webhookDelayMs: [5, 50] })
    const seen = Array.from(
      { length: 2_000 },
      () => [faults.before().answer?.status, faults.webhookCopies()] as const,
    )
    return { seen, counts: faults.counts() }
  }
  const { seen, counts } = run(7)
  expect(counts.error).toBe(seen.filter(([status]) => status === 503).length)
  expect(counts.error).toBeGreaterThan(320)
  expect(counts.error).toBeLessThan(480)
  expect(counts.webhookLoss).toBe(seen.filter(([, copies]) => copies.length === 0).length)
  expect(counts.webhookDuplicate).toBe(seen.filter(([, copies]) => copies.length === 2).length)
  for (const { delayMs } of seen.flatMap(([, copies]) => copies)) {
    expect(delayMs).toBeGreaterThanOrEqual(5)
    expect(delayMs).toBeLessThan(50)
  }
  expect(run(7).seen).toEqual(seen)
  expect(run(8).seen).not.toEqual(seen)
})

test.each([
  [{ errorRate: 1.1 }],
  [{ errorRate: -1 }],
  [{ latencyMs: [5, 1] }],
  [{ revoked: 'yes' }],
  [{ unheardOf: 1 }],
])('settings such as %j are refused', (settings) => {
  expect(faultSettings.partial().safeParse(settings).success).toBe(false)
})
