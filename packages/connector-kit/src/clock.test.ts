import { expect, test } from 'vitest'
import { manualClock, scaledClock, systemClock } from './clock.ts'

test('a manual clock wakes sleepers in the order of their moments', async () => {
  const clock = manualClock(1_000)
  const woken: string[] = []
  clock.sleep(20).then(() => woken.push(`late at ${clock.monotonic()}`))
  clock.sleep(10).then(() => woken.push(`first at ${clock.monotonic()}`))
  clock.sleep(10).then(() => woken.push(`second at ${clock.monotonic()}`))
  await clock.advance(15)
  expect(woken).toEqual(['first at 10', 'second at 10'])
  expect(clock.now()).toBe(1_015)
  expect(clock.nextWake()).toBe(20)
  await clock.advance(5)
  expect(woken).toHaveLength(3)
  expect(clock.sleepers()).toBe(0)
})

test('a sleeper woken by a manual clock may sleep again within the same advance', async () => {
  const clock = manualClock()
  const at: number[] = []
  const beat = async () => {
    for (let count = 0; count < 3; count += 1) {
      await clock.sleep(10)
      at.push(clock.monotonic())
    }
  }
  const beating = beat()
  await clock.advance(100)
  await beating
  expect(at).toEqual([10, 20, 30])
})

test.each([
  ['manual', manualClock()],
  ['system', systemClock],
] as const)('the %s clock gives up a sleep with the reason of its signal', async (_name, clock) => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const asleep = clock.sleep(60_000, controller.signal)
  controller.abort(reason)
  await expect(asleep).rejects.toBe(reason)
  await expect(clock.sleep(60_000, controller.signal)).rejects.toBe(reason)
})

test('the system clock never wakes early', async () => {
  const before = systemClock.monotonic()
  await systemClock.sleep(1.5)
  expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(1.5)
})

test('a scaled clock runs by its factor from its origin on, and sleeps that much shorter', async () => {
  const base = manualClock(1_000)
  const clock = scaledClock(10, 1_000, base)
  expect(clock.now()).toBe(1_000)
  let isAwake = false
  const asleep = clock.sleep(500).then(() => {
    isAwake = true
  })
  await base.advance(49)
  expect([clock.now(), clock.monotonic(), isAwake]).toEqual([1_490, 490, false])
  await base.advance(1)
  await asleep
  expect([clock.now(), isAwake]).toEqual([1_500, true])
})

test('every clock stamps whole milliseconds, as a stamp in a ticket or a cursor is read back', async () => {
  const manual = manualClock(1_000)
  await manual.advance(0.7)
  expect([manual.now(), manual.monotonic()]).toEqual([1_000, 0.7])
  expect(scaledClock(1.5, 0, manual).now()).toBe(1_500)
  await manual.advance(0.7)
  expect([manual.now(), scaledClock(1.5, 0, manual).now()]).toEqual([1_001, 1_501])
})
