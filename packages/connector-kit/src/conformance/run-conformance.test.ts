import { expect, test } from 'vitest'
import { manualClock } from '../clock.ts'
import type { Connector } from '../contract.ts'
import { conformanceCases, unclaimedCases } from './conformance-cases.ts'
import { runConformance } from './run-conformance.ts'
import { sampleConnector } from './sample/sample-connector.ts'
import type { ConformanceWorld } from './world.ts'

/** How the suite is run without a test runner; that it catches defects is shown in sample/sample.test.ts. */

type Sample = typeof sampleConnector extends Connector<infer S, infer C> ? Connector<S, C> : never
const declaring = (
  less: Partial<Sample['manifest']['capabilities']>,
  without: (keyof Sample)[] = [],
): Sample => {
  const { manifest, ...rest } = sampleConnector
  const kept = Object.fromEntries(
    Object.entries(rest).filter(([name]) => !without.some((each) => each === name)),
  )
  return {
    ...(kept as Omit<Sample, 'manifest'>),
    manifest: { ...manifest, capabilities: { ...manifest.capabilities, ...less } },
  }
}
const plain = () => declaring({ writeStyle: 'absolute', cancel: false, webhooks: [] }, ['tokens', 'grant'])

test('what declares everything leaves nothing unclaimed', () => {
  expect(unclaimedCases(sampleConnector)).toEqual([])
})

test('what is declared and what is not are the whole suite together, and each reason is the right one', () => {
  const connector = plain()
  const owed = new Set(conformanceCases(connector).map(({ title }) => title))
  const unclaimed = unclaimedCases(connector)
  for (const { title } of conformanceCases(sampleConnector)) {
    expect(owed.has(title) || unclaimed.some((each) => each.title === title), title).toBe(true)
  }
  expect(unclaimed.filter(({ title }) => owed.has(title))).toEqual([])
  expect(new Set(unclaimed.map(({ title }) => title)).size).toBe(unclaimed.length)
  const whyOf = (start: string) =>
    new Set(unclaimed.filter(({ title }) => title.startsWith(start)).map(({ why }) => why))
  expect([...whyOf('tokens:')]).toEqual([expect.stringContaining('`tokens`')])
  expect([...whyOf('grant:')]).toEqual([expect.stringContaining('`grant`')])
  expect([...whyOf('webhooks:')]).toEqual(['the manifest’s `webhooks` are empty'])
  expect([...whyOf('I3: cancel: the whole')]).toEqual(['the manifest’s `cancel` is false'])
  expect([...whyOf('I3: cancel: one of three')]).toEqual(['the manifest’s `cancel` is not `lines`'])
  expect([...whyOf('cancel: some units')]).toEqual(['the manifest’s `cancel` is not `lines`'])
  expect([...whyOf('setLevels: a lost compare')]).toEqual([expect.stringContaining('`compare-and-set`')])
})

const world = (given: Partial<ConformanceWorld> = {}) =>
  ({ close: async () => undefined, ...given }) as ConformanceWorld

test('a world that does not start, or does not end, is a failure of its case alone', async () => {
  const told: string[] = []
  const results = await runConformance(
    { connector: sampleConnector, start: () => Promise.reject(new Error('the port is taken')) },
    { isWanted: (title) => title.startsWith('access: check()'), onResult: ({ title }) => told.push(title) },
  )
  expect(results).toMatchObject([
    {
      outcome: 'failed',
      why: 'the port is taken',
      where: expect.stringContaining('run-conformance.test.ts'),
    },
    { outcome: 'failed', why: 'the port is taken' },
  ])
  expect(told).toEqual(results.map(({ title }) => title))
})

test('a story that never ends is given up after its time, and its world is closed', async () => {
  const clock = manualClock()
  let closed = 0
  const check = () => new Promise<never>(() => undefined)
  const running = runConformance(
    {
      connector: sampleConnector,
      start: async () =>
        world({
          operations: { check } as unknown as ConformanceWorld['operations'],
          async close() {
            closed += 1
          },
        }),
    },
    {
      clock,
      timeoutMs: 5_000,
      isWanted: (title) => title === 'access: check() names the account and misses no right',
    },
  )
  while (clock.sleepers() === 0) await clock.advance(0)
  await clock.advance(5_000)
  expect(await running).toMatchObject([
    { outcome: 'failed', durationMs: 5_000, why: 'It did not end within 5 seconds.' },
  ])
  expect(closed).toBe(1)
})

test('a simulator that does not stop fails the case that it served', async () => {
  const operations = {
    check: async () => ({ account: 'A', missingScopes: [] }),
  } as unknown as ConformanceWorld['operations']
  const close = () => Promise.reject(new Error('busy'))
  const results = await runConformance(
    { connector: sampleConnector, start: async () => world({ operations, close }) },
    { isWanted: (title) => title === 'access: check() names the account and misses no right' },
  )
  expect(results).toMatchObject([{ outcome: 'failed', why: 'The simulator did not stop: busy' }])
})
