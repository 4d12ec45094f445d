import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Counts, enteredLines, keyOf, notWrittenDown, withoutWritten } from './counting-entries.ts'

const line = (sku: string, more: { lot?: string; serials?: object; counted?: number } = {}) => ({
  ...{ line: 1, sku, lot: more.lot ?? null, serials: more.serials ?? null, counted: more.counted ?? null },
})
const keyA = keyOf(line('A'))

test('what is entered is sent as the hub takes it; nothing is not sent, and zero is', () => {
  const lines = [line('A'), line('B', { lot: 'L1' }), line('C', { serials: {} }), line('D')]
  const counts = { [keyOf(line('A'))]: 0, [keyOf(line('B', { lot: 'L1' }))]: 3, [keyOf(line('C'))]: 'S1, S2' }
  expect(enteredLines(lines, counts)).toEqual([
    { sku: 'A', quantity: 0 },
    { sku: 'B', lot: 'L1', quantity: 3 },
    { sku: 'C', quantity: 2, serials: ['S1', 'S2'] },
  ])
})

test('nothing that was entered is lost, whenever it is saved and whoever else saves', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('scan' as const), sku: fc.constantFrom('A', 'B', 'C') }),
    fc.record({ kind: fc.constant('other' as const), sku: fc.constantFrom('A', 'B', 'C') }),
    fc.constant({ kind: 'send' as const }),
    fc.constant({ kind: 'answer' as const }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const counted = new Map<string, number>()
      const rows = () => ['A', 'B', 'C'].map((sku) => line(sku, { counted: counted.get(sku) as never }))
      const scanned = new Map<string, number>()
      let counts: Counts = {}
      let sent: { open: ReturnType<typeof rows>; counts: Counts } | undefined
      for (const each of steps) {
        if (each.kind === 'scan' && !counted.has(each.sku)) {
          const key = keyOf(line(each.sku))
          counts = { ...counts, [key]: Number(counts[key] ?? 0) + 1 }
          scanned.set(each.sku, (scanned.get(each.sku) ?? 0) + 1)
        }
        if (each.kind === 'other' && !counted.has(each.sku)) counted.set(each.sku, 77)
        if (each.kind === 'send' && sent === undefined) {
          const open = rows().filter((row) => row.counted === null)
          sent = { open, counts }
        }
        if (each.kind === 'answer' && sent !== undefined) {
          const lines = enteredLines(sent.open, sent.counts)
          // The hub takes all of them or, where somebody was first, none.
          if (lines.every(({ sku }) => !counted.has(sku))) {
            for (const { sku, quantity } of lines) counted.set(sku, quantity)
            counts = withoutWritten(counts, sent.open, sent.counts)
          }
          sent = undefined
        }
      }
      const told = new Map(notWrittenDown(rows(), counts, {}).map(({ line: { sku }, units }) => [sku, units]))
      const open = new Map(
        enteredLines(
          rows().filter((row) => row.counted === null),
          counts,
        ).map(({ sku, quantity }) => [sku, quantity]),
      )
      for (const [sku, units] of scanned)
        expect(told.get(sku) ?? open.get(sku) ?? counted.get(sku), sku).toBe(units)
    }),
  )
})

test('what is being written down is not told as left over while it is', () => {
  const rows = [line('A', { counted: 2 })]
  expect(notWrittenDown(rows, { [keyA]: 2 }, { [keyA]: 2 })).toEqual([])
  expect(notWrittenDown(rows, { [keyA]: 3 }, { [keyA]: 2 })).toEqual([{ line: rows[0], units: 3 }])
})
