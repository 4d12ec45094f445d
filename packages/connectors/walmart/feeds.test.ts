import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { feedReport } from './answers.ts'
import { fromTicket, judgeFeed, toNodeFeed, toOutcome, toPlainFeed, toTicket } from './feeds.ts'

const write = (stockUnitId: string, locationId: string, quantity: number) => ({
  writeId: `${stockUnitId} ${locationId}`,
  stockUnitId,
  locationId,
  quantity,
  expected: undefined,
})

test('the two feeds are written as Walmart’s examples show them, capitals and all', () => {
  expect(toPlainFeed([write('test1', 'default', 10)])).toEqual({
    InventoryHeader: { version: '1.4' },
    Inventory: [{ sku: 'test1', quantity: { unit: 'EACH', amount: 10 } }],
  })
  const writes = [
    write('test1', '10000003527', 13),
    write('b', '10000003527', 0),
    write('test1', '1000000352', 12),
  ]
  expect(toNodeFeed(writes)).toEqual({
    inventoryHeader: { version: '1.5' },
    inventory: [
      {
        sku: 'test1',
        shipNodes: [
          { shipNode: '10000003527', quantity: { unit: 'EACH', amount: 13 } },
          { shipNode: '1000000352', quantity: { unit: 'EACH', amount: 12 } },
        ],
      },
      { sku: 'b', shipNodes: [{ shipNode: '10000003527', quantity: { unit: 'EACH', amount: 0 } }] },
    ],
  })
})

test('a ticket gives back what it was made of, whatever characters a SKU has; others are none', () => {
  const text = fc.string({ minLength: 1, unit: 'binary' })
  const ticket = fc.record({ feedId: text, sku: text, locationId: text, quantity: fc.nat() })
  fc.assert(
    fc.property(ticket, (given) => {
      expect(fromTicket(toTicket(given))).toEqual(given)
    }),
    fromEnvironment({ numRuns: 200 }),
  )
  for (const none of ['', '{', '[]', 'null', '["f","s","l",-1]', '["f","s","l",1,2]', '["","s","l",1]']) {
    expect(fromTicket(none)).toBeUndefined()
  }
})

describe('what a report says', () => {
  const report = (rest: object) => feedReport.parse({ feedId: 'F@A', feedStatus: 'PROCESSED', ...rest })
  const row = { sku: 'A', quantity: 7 }
  const errors = (type: string, rest: object = {}) => ({ ingestionError: [{ type, code: 'ERR_1', ...rest }] })

  test('processed says nothing of the rows unless all of them succeeded', () => {
    const all = { itemsReceived: 3, itemsSucceeded: 3, itemsFailed: 0, itemsProcessing: 0 }
    expect(judgeFeed(report(all))).toEqual({ kind: 'all-applied' })
    for (const change of [
      { itemsSucceeded: 2, itemsFailed: 1 },
      { itemsSucceeded: 2, itemsProcessing: 1 },
      { itemsSucceeded: undefined },
      { itemsFailed: undefined },
      { itemsReceived: 0, itemsSucceeded: 0 },
    ]) {
      expect(judgeFeed(report({ ...all, ...change }))).toBeUndefined()
    }
  })

  test.each(['RECEIVED', 'INPROGRESS', 'INVENTED_LATER'])('%s: asked again', (feedStatus) => {
    const judged = judgeFeed(report({ feedStatus }))
    expect(judged && toOutcome(row, judged)).toEqual({ kind: 'accepted' })
  })

  test('a file that could not be read is refused; one that Walmart failed at waits again', () => {
    const outcomeOf = (ingestionErrors: unknown) => {
      const judged = judgeFeed(report({ feedStatus: 'ERROR', ingestionErrors }))
      return judged && toOutcome(row, judged)
    }
    expect(outcomeOf(errors('DATA_ERROR'))).toMatchObject({ kind: 'refused', error: { kind: 'invalid' } })
    expect(outcomeOf(undefined)).toMatchObject({ kind: 'refused', error: { kind: 'invalid' } })
    expect(outcomeOf(errors('SYSTEM_ERROR'))).toEqual({ kind: 'untouched' })
  })

  test.each([
    ['SUCCESS', undefined, { kind: 'applied', quantity: 7 }],
    ['INPROGRESS', undefined, { kind: 'accepted' }],
    ['DATA_ERROR', undefined, { kind: 'refused', error: { kind: 'invalid' } }],
    ['SYSTEM_ERROR', undefined, { kind: 'refused', error: { kind: 'unavailable', sent: true } }],
    ['TIMEOUT_ERROR', undefined, { kind: 'refused', error: { kind: 'unavailable', sent: true } }],
    ['INVENTED_LATER', undefined, { kind: 'unknown' }],
  ])('a row that is %s', (status, error, outcome) => {
    expect(toOutcome(row, { kind: 'rows', rows: new Map([['A', { status, error }]]) })).toMatchObject(outcome)
  })

  test('a row that the report does not have is unknown, never applied', () => {
    expect(toOutcome(row, { kind: 'rows', rows: new Map() })).toEqual({ kind: 'unknown' })
    expect(toOutcome(row, { kind: 'gone' })).toEqual({ kind: 'unknown' })
  })
})
