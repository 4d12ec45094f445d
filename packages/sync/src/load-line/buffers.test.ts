import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Delay, decideBuffers, type SellingLevel } from './buffers.ts'

const now = new Date(0)
const levelOf = (connectionId: string, unitsPerHour: number): SellingLevel => ({
  connectionId,
  unitsEach: 1,
  measured: {
    recentPerHour: unitsPerHour,
    usualPerHour: 0,
    unitsPerSale: 1,
    squaredPerSale: 1,
    measuredAt: now,
  },
})
const delayOf = ([seenMs, writtenMs]: readonly [number, number]): Delay => ({
  seenMs,
  writtenMs,
  usualSeenMs: seenMs,
  usualWrittenMs: writtenMs,
})

type Channel = { demand: number; delay: readonly [seenMs: number, writtenMs: number]; pauseMs?: number }

const decide = (channels: Record<string, Channel>, isDealt = false) =>
  decideBuffers(
    'bottle',
    Object.entries(channels).map(([id, { demand }]) => levelOf(id, demand)),
    {
      delayOf: (id) => delayOf(channels[id]?.delay ?? [0, 0]),
      pauseMs: (id) => channels[id]?.pauseMs ?? 0,
      now,
      oversellsPerMillion: 1_000,
      isDealt,
    },
  )
const bufferAt = (id: string, channels: Record<string, Channel>) =>
  decide(channels).buffers.find(({ connectionId }) => connectionId === id) ?? { units: 0, autoUnits: 0 }

test('a channel keeps back what the others sell while it does not show it yet, and not what it sells itself', () => {
  const slow = { demand: 6, delay: [1_000, 89_000] } as const
  const fast = { demand: 600, delay: [1_000, 1_000] } as const
  // 600 an hour for 90 s are 15, and then the tail of one in a thousand.
  expect(bufferAt('slow', { slow, fast }).units).toBe(28)
  // Six an hour for two seconds.
  expect(bufferAt('fast', { slow, fast }).units).toBe(1)
  expect(decide({ slow })).toEqual({ itemId: 'bottle', tightenUnits: null, buffers: [] })
})

test('sales of a channel whose orders come late are unseen for longer', () => {
  const seller = (delay: Channel['delay']) => ({
    own: { demand: 1, delay: [0, 1_000] as const },
    other: { demand: 600, delay },
  })
  expect(bufferAt('own', seller([60_000, 1_000])).units).toBeGreaterThan(
    bufferAt('own', seller([1_000, 1_000])).units,
  )
})

test('automatically less is kept back, and nothing where most is sold: else the last units were shown nowhere', () => {
  const channels = {
    most: { demand: 700, delay: [30_000, 30_000] },
    other: { demand: 600, delay: [30_000, 30_000] },
  } as const
  expect(bufferAt('most', channels)).toMatchObject({ autoUnits: 0 })
  const { units, autoUnits } = bufferAt('other', channels)
  expect(autoUnits).toBeGreaterThan(0)
  expect(autoUnits).toBeLessThan(units)
})

test('dealing is worth it where it costs no pauses and much would be oversold; what is dealt stays so a little longer', () => {
  const channel = (pauseMs: number) => ({ demand: 600, delay: [1_000, 10_000] as const, pauseMs })
  expect(decide({ one: channel(0), other: channel(0) }).tightenUnits).toBeGreaterThan(0)
  expect(decide({ one: channel(120_000), other: channel(120_000) }).tightenUnits).toBeNull()
  const between = { one: channel(60_000), other: channel(60_000) }
  expect(decide(between).tightenUnits).toBeNull()
  expect(decide(between, true).tightenUnits).toBeGreaterThan(0)
})

test('whatever is sold: automatic never keeps back more than buffered, some channel nothing, and one that is slower no less', () => {
  const anyChannel = fc.record({
    demand: fc.integer({ min: 0, max: 2_000 }),
    delay: fc.tuple(fc.integer({ min: 0, max: 120_000 }), fc.integer({ min: 0, max: 120_000 })),
    pauseMs: fc.integer({ min: 0, max: 120_000 }),
  })
  fc.assert(
    fc.property(fc.record({ a: anyChannel, b: anyChannel, c: anyChannel }), (channels) => {
      const { buffers } = decide(channels)
      for (const { units, autoUnits } of buffers) expect(autoUnits).toBeLessThanOrEqual(units)
      expect(buffers.filter(({ autoUnits }) => autoUnits > 0).length).toBeLessThan(3)
      const [seenMs, writtenMs] = channels.a.delay
      const slower = { ...channels, a: { ...channels.a, delay: [seenMs, writtenMs + 30_000] as const } }
      expect(bufferAt('a', slower).units).toBeGreaterThanOrEqual(bufferAt('a', channels).units)
    }),
    fromEnvironment(200),
  )
})
