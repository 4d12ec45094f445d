import fc from 'fast-check'
import { expect, test } from 'vitest'
import { declaredDelayMs, toChannels, UnknownChannel } from './channels.ts'
import { clockOption, readClockOption, timeScaleFor } from './demo-clock.ts'
import { toPlatforms } from './settle.ts'

test('the demo of quick channels lives as fast as we do, that of slow ones faster', async () => {
  expect(timeScaleFor(await toChannels(['shopify', 'woocommerce']), 1).factor).toBe(1)
  expect(timeScaleFor([{ usualMs: 8 * 60_000, delayMs: 8 * 60_000 }], 1).factor).toBe(6)
  expect(timeScaleFor([{ usualMs: 60_000, delayMs: 40 * 60_000 }], 1).factor).toBe(8)
  expect(timeScaleFor([{ usualMs: 60_000, delayMs: 24 * 3_600_000 }], 1).factor).toBe(10)
})

test('a channel that is not there is named, with those that are', async () => {
  const asked = toChannels(['shopify', 'shopfy'])
  await expect(asked).rejects.toThrow(UnknownChannel)
  await expect(asked).rejects.toThrow(/"shopfy"; there are: .*shopify, .*woocommerce/)
})

test('what a child process is told of the clock is what it reads', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 4e12 }), (factor, originMs) => {
      const [, text = ''] = clockOption({ factor, originMs })
      expect(readClockOption(text)).toEqual({ factor, originMs })
    }),
  )
  for (const text of ['', '10', '0.5@1', 'x@1', '2@'])
    expect(() => readClockOption(text)).toThrow('--demo-clock')
})

test('a platform converged when it fell into step, for good, within its own delays and ours', () => {
  const channel = {
    connector: 'slow',
    name: 'Slow',
    options: [],
    ordersPollMs: 1,
    usualMs: 1,
    delayMs: 60_000,
  }
  const after = (ms: number | undefined) =>
    toPlatforms([channel], { ms: 0, shopMs: new Map([['slow', ms]]) }, 10).slow
  expect(after(1_000)).toMatchObject({ convergedAfterMs: 10_000, converged: true })
  // 60 s of its own and 30 s of ours at ten times the speed: 36 s by our clock.
  expect(after(36_000)?.converged).toBe(true)
  expect(after(36_100)?.converged).toBe(false)
  expect(after(undefined)).toMatchObject({ convergedAfterMs: null, converged: false })
})

test('what a platform declares adds up to what it may take', () => {
  const quick = { visibilityLagMs: 0, latestEffectMs: 100 }
  expect(declaredDelayMs(quick, 1_000)).toEqual({ usualMs: 1_000, delayMs: 1_200 })
  const slow = { visibilityLagMs: 500, latestEffectMs: 100, tickets: { askEveryMs: 2_000 } }
  expect(declaredDelayMs(slow, 1_000)).toEqual({ usualMs: 6_000, delayMs: 6_200 })
})
