import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCursors } from './follow.ts'
import { shipmentOf, withEnvironment } from './testing/connected-environment.ts'

const AT = '2026-06-01T12:00:00.123'

test('many that changed in one moment are all read, over the edges of pages', () =>
  withEnvironment(async ({ warehouse, floor, simulator }) => {
    const request = shipmentOf({ floor }, ['S-1'])
    await warehouse.requestShipment(request)
    for (let at = 0; at < 250; at += 1)
      floor.requests.ask({
        reference: crypto.randomUUID(),
        number: `#${at}`,
        facilityId: 'DC-NORTH',
        recipient: request.recipient,
        lines: [{ sku: 'S-1', quantity: 1 }],
      })
    for (const one of floor.requests.all()) one.changedAtMs = 1_780_000_000_000
    const told = new Set<string | undefined>()
    let calls = 0
    for (let cursor: string | undefined; ; ) {
      const page = await warehouse.shipments?.({ since: new Date(0), cursor })
      for (const { shipmentId } of page?.rows ?? []) told.add(shipmentId)
      cursor = page?.next
      calls += 1
      if (cursor === undefined || calls > 20) break
    }
    expect(told.size).toBe(251)
    expect(calls).toBeLessThan(10)
    expect(simulator.faults.counts().error).toBe(0)
  }))

test('pages that do not go on are Malformed, not an endless reading', () =>
  withEnvironment(async ({ warehouse, floor, simulator }) => {
    await warehouse.requestShipment(shipmentOf({ floor }, ['S-1']))
    const row = { OriginalOrderId: 'x', UpdatedTimestamp: AT, MinimumStatus: '1000', MaximumStatus: '1000' }
    const body = JSON.stringify({ success: true, data: Array.from({ length: 100 }, () => row) })
    // Whatever orders are asked for, it is the same hundred.
    simulator.faults.rewriteAnswers((text) => (text.includes('"MinimumStatus"') ? body : text))
    const first = await warehouse.shipments?.({ since: new Date(0), cursor: undefined })
    expect(first?.rows).toHaveLength(100)
    await expect(warehouse.shipments?.({ since: new Date(0), cursor: first?.next })).rejects.toMatchObject({
      kind: 'malformed',
    })
  }))

test('a cursor leads on through facilities and lists; what is none begins anew', () => {
  const since = new Date('2026-06-01T00:00:00Z')
  const cursors = createCursors(['orders', 'olpns'])
  const facilities = ['A', 'B']
  const start = {
    pass: 'orders',
    facility: 'A',
    position: { at: '2026-06-01T00:00:00.000', after: undefined },
  }
  expect(cursors.read(undefined, since, facilities)).toEqual(start)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (cursor) => {
      expect(cursors.read(cursor, since, facilities)).toEqual(start)
    }),
    fromEnvironment({ numRuns: 300 }),
  )
  const seen: string[] = []
  for (let cursor: string | undefined; ; ) {
    const reading = cursors.read(cursor, since, facilities)
    seen.push(`${reading.pass} ${reading.facility} ${reading.position.at}`)
    cursor = cursors.next(reading, undefined, facilities)
    if (cursor === undefined) break
  }
  expect(seen).toEqual(
    ['orders A', 'orders B', 'olpns A', 'olpns B'].map((each) => `${each} 2026-06-01T00:00:00.000`),
  )
  const reading = cursors.read(undefined, since, facilities)
  const next = cursors.next(reading, { at: AT, after: "a'b" }, facilities)
  expect(cursors.read(next, since, facilities)).toEqual({ ...reading, position: { at: AT, after: "a'b" } })
  // Of facilities that the settings no longer name.
  expect(cursors.read(next, since, ['C'])).toMatchObject({ facility: 'C', position: start.position })
})

test(
  'whatever changes between two pages, and however many at one moment, no order is passed over',
  { timeout: 120_000 },
  () =>
    withEnvironment(async ({ warehouse, floor, open }) => {
      const request = shipmentOf({ floor }, ['S-1'])
      await warehouse.requestShipment(request)
      for (let at = 0; at < 239; at += 1)
        floor.requests.ask({
          reference: crypto.randomUUID(),
          number: `#${at}`,
          facilityId: at % 5 === 0 ? 'DC-SOUTH' : 'DC-NORTH',
          recipient: request.recipient,
          lines: [{ sku: 'S-1', quantity: 1 }],
        })
      const all = floor.requests.all()
      // Few moments, so that many share one; what changes later gets a later one.
      const moments = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 240, maxLength: 240 })
      const changes = fc.array(fc.array(fc.nat(239), { maxLength: 60 }), { maxLength: 12 })
      await fc.assert(
        fc.asyncProperty(moments, changes, async (first, later) => {
          all.forEach((one, at) => {
            one.changedAtMs = 1_780_000_000_000 + (first[at] ?? 0)
          })
          const told = new Set<string | undefined>()
          const connection = open()
          let page = 0
          for (let cursor: string | undefined; ; page += 1) {
            const read = await connection.warehouse.shipments?.({ since: new Date(0), cursor })
            for (const { shipmentId } of read?.rows ?? []) told.add(shipmentId)
            cursor = read?.next
            if (cursor === undefined) break
            for (const at of later[page] ?? []) {
              const one = all[at]
              if (one !== undefined) one.changedAtMs = 1_780_000_001_000 + page
            }
          }
          expect(all.filter(({ reference }) => !told.has(reference))).toEqual([])
        }),
        fromEnvironment({ numRuns: 12 }),
      )
    }),
)
