import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  conditions,
  type Inspected,
  inspectedLines,
  inspectScan,
  openOf,
  withoutInspected,
} from './inspection.ts'

const line = fc
  .record({
    sku: fc.constantFrom('A', 'B'),
    announced: fc.nat(6),
    restocked: fc.nat(3),
    damaged: fc.nat(2),
    disposed: fc.nat(1),
  })
  .map((each) => ({ ...each, announced: each.announced + each.restocked + each.damaged + each.disposed }))
const scans = fc.array(
  fc.record({
    sku: fc.constantFrom('A', 'B', 'C'),
    units: fc.integer({ min: 1, max: 3 }),
    condition: fc.constantFrom(...conditions),
  }),
)

test('however units are scanned, no more are inspected than are left, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), scans, (given, done) => {
      const lines = given.map((each, at) => ({ ...each, line: at + 1 }))
      let inspected: Inspected = {}
      let units = 0
      for (const scan of done) {
        const next = inspectScan(lines, inspected, scan)
        if (next === undefined) continue
        inspected = next
        units += scan.units
      }
      const sent = inspectedLines(inspected)
      expect(sent.reduce((sum, { quantity }) => sum + quantity, 0)).toBe(units)
      for (const each of lines) {
        const own = sent.filter((some) => some.line === each.line)
        expect(own.reduce((sum, { quantity }) => sum + quantity, 0)).toBeLessThanOrEqual(openOf(each))
      }
    }),
  )
})

test('what is scanned while a return is booked is left to book', () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), scans, scans, (given, before, meanwhile) => {
      const lines = given.map((each, at) => ({ ...each, line: at + 1 }))
      const scanAll = (from: Inspected, done: typeof before) =>
        done.reduce((inspected, scan) => inspectScan(lines, inspected, scan) ?? inspected, from)
      const sum = (inspected: Inspected) =>
        inspectedLines(inspected).reduce((units, { quantity }) => units + quantity, 0)
      const sent = scanAll({}, before)
      const now = scanAll(sent, meanwhile)
      expect(sum(withoutInspected(now, sent))).toBe(sum(now) - sum(sent))
      expect(withoutInspected(sent, sent)).toEqual({})
    }),
  )
})
