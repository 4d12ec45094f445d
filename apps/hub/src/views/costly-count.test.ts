import { manualClock } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { CostlyCount, decideCount } from './costly-count.ts'

test.each([
  ['nothing is known', undefined, 0, 'count'],
  ['it is cheap', { isCostly: false, countedMs: 0, tookMs: 5 }, 1, 'count'],
  ['it is new', { isCostly: true, countedMs: 0, tookMs: 900 }, 8_000, 'answer'],
  ['it has rested', { isCostly: true, countedMs: 0, tookMs: 900 }, 9_001, 'count-behind'],
  ['it is too old', { isCostly: true, countedMs: 0, tookMs: 9_000 }, 60_001, 'count'],
] as const)('where %s', (_, known, nowMs, step) => {
  expect(decideCount(known && { ...known, counted: 1 }, nowMs)).toBe(step)
})

test('a costly count runs once for all who ask, behind their answers, and a failed one is told', async () => {
  const clock = manualClock()
  const told: unknown[] = []
  const kept = new CostlyCount<number>({
    clock,
    isCostly: (counted) => counted >= 100,
    onTrouble: (error) => told.push(error),
  })
  let runs = 0
  const count = (result: number | Error) => async () => {
    runs += 1
    await clock.sleep(1_000)
    if (result instanceof Error) throw result
    return result
  }
  const ask = async (result: number | Error) => {
    const answer = kept.get(count(result))
    await clock.advance(1_000)
    return await answer
  }
  expect([await ask(7), await ask(8)]).toEqual([7, 8])
  expect(await ask(100)).toBe(100)
  expect([await ask(101), runs]).toEqual([100, 3])
  await clock.advance(20_000)
  const all = [kept.get(count(200)), kept.get(count(201))]
  expect(await Promise.all(all)).toEqual([100, 100])
  await clock.advance(1_000)
  expect([await ask(300), runs]).toEqual([200, 4])
  await clock.advance(20_000)
  expect(await ask(new Error('away'))).toBe(200)
  await clock.advance(1_000)
  expect(told.map(String)).toEqual(['Error: away'])
})
