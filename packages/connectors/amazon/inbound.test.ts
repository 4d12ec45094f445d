import { inspect } from 'node:util'
import { manualClock } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inboundStateOf } from './inbound-map.ts'
import { readHeader } from './reports.ts'
import { RETURNS, toReturns } from './returns.ts'
import { atOnce, withAccount } from './testing/connected-account.ts'

const HUB_ID = '0190a5b4-7c21-7d3e-9f10-1a2b3c4d5e6f'
const since = new Date(Date.UTC(2026, 10, 26, 11))

test.each([
  ['WORKING', 'planned'],
  ['IN_TRANSIT', 'under-way'],
  ['CLOSED', 'ended'],
  ['DELETED', 'ended'],
])('a shipment that is %s is %s', (ShipmentStatus, state) => {
  expect(inboundStateOf({ ShipmentId: 'FBA1', ShipmentName: '', ShipmentStatus })).toBe(state)
})

test('a shipment is the hub’s by its name; what was told and corrected downward is told anew, and newer', () =>
  withAccount({ ...atOnce, clock: manualClock(Date.UTC(2026, 10, 26, 12)) }, async (account) => {
    const { operations, simulator, seed } = account
    await seed({ sku: 'K', keptByPlatform: true })
    const { intake } = simulator.floor
    const lines = [{ sku: 'K', quantity: 5 }]
    const announce = (reference: string) => {
      const made = intake.announce({ reference, number: 'x', facilityId: 'FBA', lines })
      if (made.kind !== 'announced') throw new Error(made.kind)
      return made.inbound
    }
    const own = announce(`PO-7 ${HUB_ID}`)
    announce('FBA STA (11/26/2026)')
    const read = async () => (await operations.warehouse?.receipts?.({ since, cursor: undefined }))?.rows
    // Nothing came yet: nothing to tell.
    expect(await read()).toEqual([])
    intake.receive(own.id, [{ sku: 'K', quantity: 3 }])
    const first = (await read())?.[0]
    expect(first).toMatchObject({ inboundId: HUB_ID, isComplete: false, lines: [{ sku: 'K', quantity: 3 }] })
    expect(first?.lines[0]?.receivedAt).toEqual(since)
    expect(await read()).toEqual([first])
    const [row] = own.received
    if (row === undefined) throw new Error('it was received')
    row.quantity = 2
    const second = (await read())?.[0]
    expect(second?.lines[0]?.quantity).toBe(2)
    expect(second?.version).toBeGreaterThan(first?.version ?? 0)
  }))

test('a shipment of more items than are told is named, and the others go on', () =>
  withAccount(atOnce, async ({ operations, simulator, seed }) => {
    await seed({ sku: 'K', keptByPlatform: true })
    const { intake } = simulator.floor
    for (const number of ['one', 'two']) {
      const made = intake.announce({ reference: number, number, facilityId: 'FBA', lines: [] })
      if (made.kind === 'announced') intake.receive(made.inbound.id, [{ sku: 'K', quantity: 1 }])
    }
    simulator.faults.rewriteAnswers((body) =>
      body.includes('FBA000004001","SellerSKU') ? body.replace('}]}', '}],"NextToken":"more"}') : body,
    )
    const page = await operations.warehouse?.receipts?.({ since: new Date(0), cursor: undefined })
    expect(page?.unreadable).toEqual([{ externalId: 'FBA000004001', version: undefined }])
    expect(page?.rows.map(({ externalId }) => externalId)).toEqual(['FBA000004002'])
  }))

const header =
  'return-date\torder-id\tsku\tquantity\tdetailed-disposition\tlicense-plate-number\tcustomer-comments'

test('I12: no unit of the report is lost, told twice or guessed at, whatever the order of its rows; no error quotes what buyers wrote', () => {
  const row = fc.record({
    sku: fc.constantFrom('A', 'B', ''),
    quantity: fc.constantFrom('1', '2', '0', '-1', 'x', ''),
    disposition: fc.constantFrom('SELLABLE', 'CUSTOMER_DAMAGED', 'DEFECTIVE', ''),
    plate: fc.constantFrom('LPN1', 'LPN2', 'LPN3', ''),
    date: fc.constantFrom('2026-11-20T10:00:00+00:00', 'yesterday'),
  })
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { maxLength: 12, selector: ({ plate, sku }) => `${plate} ${sku}` }),
      (rows) => {
        const lines = rows.map(({ sku, quantity, disposition, plate, date }) =>
          [date, '111-1', sku, quantity, disposition, plate, 'for aunt Pat'].join('\t'),
        )
        const names = readHeader(header, RETURNS)
        const read = (of: readonly string[]) =>
          toReturns(of.map((line) => RETURNS.toRow(names, line) ?? (() => '')))
        const told = read(lines)
        const sound = rows.filter(
          ({ sku, quantity, disposition, date }) =>
            sku !== '' && /^[12]$/.test(quantity) && disposition !== '' && date !== 'yesterday',
        )
        const units = (condition: string) =>
          told.rows
            .flatMap((each) => each.lines)
            .reduce((sum, line) => sum + (line.condition === condition ? line.quantity : 0), 0)
        const wanted = (isSellable: boolean) =>
          sound.reduce(
            (sum, each) =>
              sum + ((each.disposition === 'SELLABLE') === isSellable ? Number(each.quantity) : 0),
            0,
          )
        expect([units('sellable'), units('damaged')]).toEqual([wanted(true), wanted(false)])
        expect(told.unreadable).toHaveLength(rows.length - sound.length)
        const ids = (of: ReturnType<typeof toReturns>) => of.rows.map(({ externalId }) => externalId).sort()
        expect(ids(read(lines.toReversed()))).toEqual(ids(told))
        expect(new Set(ids(told)).size).toBe(told.rows.length)
        expect(inspect(told, { depth: 8 })).not.toContain('aunt')
      },
    ),
    fromEnvironment({ numRuns: 200 }),
  )
  expect(() => readHeader('for aunt Pat', RETURNS)).toThrow(/no column return-date/)
  try {
    readHeader('for aunt Pat', RETURNS)
  } catch (error) {
    expect(inspect(error, { depth: 8 })).not.toContain('aunt')
  }
})
