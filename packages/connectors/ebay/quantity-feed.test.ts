import { gzipSync } from 'node:zlib'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ItemWrite } from './level-writes.ts'
import { fromTicket, outcomeOf, readResults, toFeedFile, toRequests, toTicket } from './quantity-feed.ts'
import { decideWays } from './set-levels.ts'
import { unpack } from './unpack.ts'
import { childrenOf, readXml, textOf } from './xml.ts'

const sku = fc
  .string({ minLength: 1, maxLength: 8, unit: 'grapheme-ascii' })
  .filter((text) => text.trim() === text)
const item = fc
  .record({
    itemId: fc.constantFrom('1', '2', '3'),
    sku: fc.option(sku, { nil: undefined }),
    quantity: fc.nat(),
    writeId: fc.uuid(),
  })
  .map(
    ({ itemId, sku: own, quantity, writeId }): ItemWrite => ({
      unit: { world: 'item', itemId, sku: own, digest: undefined },
      write: { writeId, stockUnitId: itemId, locationId: 'default', quantity, expected: undefined },
    }),
  )

test('every row stands once in the file, with the rows of its listing, four in a request', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 30 }), (items) => {
      const requests = toRequests(items)
      const root = readXml(toFeedFile(requests, 77))
      const sent = childrenOf(root, 'ReviseInventoryStatusRequest')
      expect(sent.map((each) => textOf(each, 'MessageID'))).toEqual(requests.map((_, at) => String(at + 1)))
      const rows = sent.flatMap((each) => {
        const own = childrenOf(each, 'InventoryStatus')
        expect(own.length).toBeLessThanOrEqual(4)
        expect(new Set(own.map((row) => textOf(row, 'ItemID'))).size).toBe(1)
        return own.map((row) =>
          [textOf(row, 'ItemID'), textOf(row, 'SKU'), textOf(row, 'Quantity')].join(' '),
        )
      })
      const wanted = items.map(({ unit, write }) => [unit.itemId, unit.sku, write.quantity].join(' '))
      expect(rows.toSorted()).toEqual(wanted.toSorted())
    }),
    fromEnvironment({ numRuns: 100 }),
  )
})

test('a ticket gives back what it was made of; others are none', () => {
  const ticket = fc.record({
    taskId: fc.string({ minLength: 1 }),
    messageId: fc.integer({ min: 1 }),
    itemId: fc.string({ minLength: 1 }),
    sku: fc.option(fc.string(), { nil: undefined }),
    quantity: fc.option(fc.nat(), { nil: undefined }),
  })
  fc.assert(
    fc.property(ticket, (given) => {
      expect(fromTicket(toTicket(given))).toEqual(given)
    }),
    fromEnvironment({ numRuns: 100 }),
  )
  for (const none of ['', '{', '[]', '["feed","t",0,"1",null]', '["else","t",1,"1",null]']) {
    expect(fromTicket(none)).toBeUndefined()
  }
})

test('I12: what is echoed as it was sent is applied, what an error names is refused, and the rest is unknown', () => {
  const results = readResults(`<BulkDataExchangeResponses>
    <ReviseInventoryStatusResponse><CorrelationID>1</CorrelationID><Ack>PartialFailure</Ack>
      <Errors><ErrorCode>21916635</ErrorCode><SeverityCode>Error</SeverityCode><ErrorParameters><Value>B</Value></ErrorParameters></Errors>
      <InventoryStatus><ItemID>7</ItemID><SKU>A</SKU><Quantity>5</Quantity></InventoryStatus>
      <InventoryStatus><ItemID>7</ItemID><SKU>D</SKU></InventoryStatus>
    </ReviseInventoryStatusResponse>
    <ReviseInventoryStatusResponse><CorrelationID>2</CorrelationID><Ack>Failure</Ack>
      <Errors><ErrorCode>21916750</ErrorCode><SeverityCode>Error</SeverityCode></Errors>
    </ReviseInventoryStatusResponse>
  </BulkDataExchangeResponses>`)
  const ticket = { taskId: 't', messageId: 1, itemId: '7', sku: 'A' }
  const told = (messageId: number, itemId: string, own?: string, quantity: number | undefined = 5) =>
    outcomeOf({ taskId: 't', messageId, itemId, sku: own, quantity }, results.get(messageId))
  expect(told(1, '7', 'A')).toEqual({ kind: 'applied', quantity: 5 })
  // Five left, or some left and some sold: the echo does not say.
  expect(told(1, '7', 'A', 3)).toEqual({ kind: 'unknown' })
  expect(outcomeOf({ ...ticket, quantity: undefined }, results.get(1))).toEqual({ kind: 'unknown' })
  expect(told(1, '7', 'B')).toMatchObject({ kind: 'refused' })
  expect(told(1, '7', 'C')).toEqual({ kind: 'unknown' })
  expect(told(1, '7', 'D')).toEqual({ kind: 'unknown' })
  expect(told(2, '8')).toMatchObject({ kind: 'refused' })
  expect(told(3, '9')).toEqual({ kind: 'unknown' })
})

test('I7: a decrease never goes into a file; of what is too much for now nothing is lost', () => {
  const counts = fc.record({ offers: fc.nat(300), items: fc.nat(3_000) })
  const urgency = fc.constantFrom('increase' as const, 'decrease' as const, undefined)
  fc.assert(
    fc.property(counts, urgency, fc.boolean(), (many, how, isFeedOpen) => {
      const made = (count: number, world: string) =>
        Array.from({ length: count }, (_, at) => ({ write: { writeId: `${world}${at}` } }))
      const given = { offers: made(many.offers, 'o'), items: made(many.items, 'i') }
      const ways = decideWays(given as never, { urgency: how, isFeedOpen })
      if (how !== 'increase' || !isFeedOpen) expect(ways.fed).toEqual([])
      const ids = [...ways.offers, ...ways.items, ...ways.fed].map(({ write }) => write.writeId)
      const all = [...given.offers, ...given.items].map(({ write }) => write.writeId)
      expect([...ids, ...ways.later.map(({ writeId }) => writeId)].toSorted()).toEqual(all.toSorted())
    }),
    fromEnvironment({ numRuns: 60 }),
  )
})

test('I12: a result file that is cut off is Malformed, never less than it says; plain and gzip are read too', () => {
  expect(unpack(Buffer.from('<a/>'), 'outcomes')).toBe('<a/>')
  expect(unpack(gzipSync('<a/>'), 'outcomes')).toBe('<a/>')
  expect(() => unpack(gzipSync('<a/>').subarray(0, 12), 'outcomes')).toThrow(/cannot be unpacked/)
  expect(() => unpack(Buffer.from('PK\u0003\u0004 and no more'), 'outcomes')).toThrow(/cannot be unpacked/)
  expect(() => readResults('<a><b></a>')).toThrow(/not the XML/)
})
