import fc from 'fast-check'
import { expect, test } from 'vitest'
import { linesToPack, type Packed, scan, setPacked, toParcel } from './packing.ts'

const line = (sku: string, units: number, shipped = 0) => ({
  shipmentLineId: sku,
  lineId: sku,
  sku,
  name: sku,
  barcodes: [
    { barcode: `1${sku}`, units: 1 },
    { barcode: `6${sku}`, units: 6 },
  ],
  tracking: 'plain',
  bin: null,
  units,
  shipped,
  givenUp: 0,
})
const told = { carrier: ' DHL ', trackingNumber: '', lots: {}, isLast: false }

test('two lines of one item are packed as one, and what has left is packed no more', () => {
  const lines = linesToPack({ lines: [line('MUG', 3, 1), line('MUG', 2), line('CUP', 1, 1)] })
  expect(lines).toMatchObject([{ sku: 'MUG', toPack: 4 }])
})

test('a SKU is one unit, a barcode as many as it says, and nothing goes in that is not to leave', () => {
  const lines = linesToPack({ lines: [line('MUG', 7)] })
  expect(scan(lines, {}, 'MUG\n')).toMatchObject({ kind: 'packed', packed: { MUG: 1 } })
  expect(scan(lines, { MUG: 1 }, '6MUG')).toMatchObject({ kind: 'packed', packed: { MUG: 7 } })
  expect(scan(lines, { MUG: 2 }, '6MUG')).toEqual({ kind: 'enough', sku: 'MUG' })
  expect(scan(lines, {}, 'CUP')).toEqual({ kind: 'unknown', code: 'CUP' })
})

test('whatever is scanned and typed, a parcel holds at most what is to leave, and says just that', () => {
  const act = fc.oneof(
    fc.constantFrom('MUG', '6MUG', 'CUP', '1CUP', 'other').map((code) => ({ code })),
    fc.record({ sku: fc.constantFrom('MUG', 'CUP'), units: fc.integer({ min: -3, max: 20 }) }),
  )
  fc.assert(
    fc.property(fc.array(act, { maxLength: 20 }), fc.nat(9), fc.nat(9), (acts, mugs, cups) => {
      const lines = linesToPack({ lines: [line('MUG', mugs), line('CUP', cups)] })
      let packed: Packed = {}
      for (const each of acts) {
        if ('units' in each) packed = setPacked(lines, packed, each.sku, each.units)
        else {
          const scanned = scan(lines, packed, each.code)
          if (scanned.kind === 'packed') packed = scanned.packed
        }
      }
      const parcel = toParcel(lines, packed, told)
      const unitsOf = (sku: string) => parcel?.lines.find((each) => each.sku === sku)?.units ?? 0
      expect(unitsOf('MUG')).toBeLessThanOrEqual(mugs)
      expect(unitsOf('CUP')).toBeLessThanOrEqual(cups)
      expect(parcel === undefined).toBe(unitsOf('MUG') + unitsOf('CUP') === 0)
      if (parcel !== undefined) expect(parcel.carrier).toBe('DHL')
    }),
  )
})
