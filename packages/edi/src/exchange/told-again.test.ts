import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toReference } from '../reference.ts'
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

test('a delivery that is told of in full detail twice is open until the partner says what it has agreed on', async () => {
  const inboundId = '0190a5b4-7c21-7d3e-9f10-1a2b3c4d5e6f'
  const received = (number: string, quantity: number, isComplete = false): WrittenDocument => ({
    kind: 'receipt',
    document: {
      receiptNumber: number,
      reference: toReference(inboundId, 'short'),
      locationId: 'NORTH',
      receivedAt: new Date('2026-11-26T10:00:00Z'),
      isComplete,
      lines: [
        {
          lineReference: undefined,
          sku: 'BOTTLE',
          quantity,
          condition: 'sellable',
          lot: undefined,
          expiresOn: undefined,
        },
      ],
    },
  })
  const world = await openExchange()
  const told = async () =>
    (await world.exchange.receipts({ since: new Date(0), cursor: undefined })).rows.map(
      ({ isComplete, lines }) => [isComplete, lines.map(({ quantity }) => quantity)],
    )
  const first = world.write(received('R-1', 60))
  expect(first).toContain('W17*F*')
  await world.tell(first)
  expect(await told()).toEqual([[false, [60]]])
  await world.tell(world.write(received('R-2', 40)))
  expect(await told()).toEqual([[false, [60, 40]]])
  await world.tell(world.write(received('R-3', 1, true)))
  expect(await told()).toEqual([[true, [60, 40, 1]]])
})
