import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { adjustment, openExchange, report } from '../testing/exchange-world.ts'
import { type WrittenDocument, writeDocuments } from '../write.ts'

// What a partner sends again: as it was, under numbers that it used before, or under new ones.

test('I4: other content under a used control number counts, and is told of; the same again is a repeat', async () => {
  const world = await openExchange()
  const numbered = (document: WrittenDocument) =>
    writeDocuments([document], { controlNumber: 7, at: new Date(world.clock.now()) }, world.partner)
  await world.tell(numbered(report('2026-11-26T06:00:00Z', [['BOTTLE', 50, 0]])))
  await world.tell(numbered(report('2026-11-26T06:00:00Z', [['BOTTLE', 50, 0]])))
  await world.pullAll()
  expect(await world.exchange.counts()).toMatchObject([{ stockUnitId: 'BOTTLE', onHand: 50 }])
  expect(await world.exchange.numbersUsedAgain()).toEqual([])
  // The partner began its numbers anew; the moment is the day alone, and says no order.
  await world.tell(numbered(report('2026-11-26T06:00:00Z', [['BOTTLE', 44, 0]])))
  await world.pullAll()
  expect(await world.exchange.counts()).toMatchObject([{ stockUnitId: 'BOTTLE', onHand: 44 }])
  expect(await world.exchange.numbersUsedAgain()).toEqual([
    expect.stringMatching(/^846 5550001111\/0*7\/0001$/),
  ])
  await world.tell(numbered(report('2026-11-27T06:00:00Z', [['BOTTLE', 40, 0]])))
  await world.pullAll()
  expect(await world.exchange.counts()).toMatchObject([{ stockUnitId: 'BOTTLE', onHand: 40 }])
})

test('an adjustment counts once by its own number, however often and in whatever order it comes', async () => {
  const found = adjustment('A-1', '2026-11-26T10:00:00Z', -3)
  const corrected = adjustment('A-1', '2026-11-26T10:00:00Z', -4)
  const other = adjustment('A-2', '2026-11-26T11:00:00Z', -10)
  await fc.assert(
    fc.asyncProperty(fc.shuffledSubarray([0, 1, 2, 3, 4, 5], { minLength: 6 }), async (order) => {
      const world = await openExchange()
      // Numbers in the order in which the partner wrote them.
      const first = world.write(report('2026-11-26T06:00:00Z', [['BOTTLE', 50, 0]]))
      const texts = [found, found, other, corrected, other].map((each) => world.write(each))
      const files = [first, ...texts]
      for (const at of order) await world.tell(files[at] ?? '')
      await world.pullAll()
      expect(await world.exchange.counts()).toMatchObject([{ stockUnitId: 'BOTTLE', onHand: 36 }])
    }),
    fromEnvironment({ numRuns: 15 }),
  )
})
