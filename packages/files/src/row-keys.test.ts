import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RowKeys } from './row-keys.ts'

test('rows with the same key are told from others as a map would, however many there are', () => {
  const row = fc.record({ key: fc.string({ maxLength: 2 }), content: fc.nat(2) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 400 }), (rows) => {
      const keys = new RowKeys()
      const first = new Map<string, { row: number; content: number }>()
      for (const [at, { key, content }] of rows.entries()) {
        const known = first.get(key)
        const expected =
          known === undefined ? undefined : { row: known.row, isSame: known.content === content }
        expect(keys.add(key, String(content), at)).toEqual(expected)
        if (known === undefined) first.set(key, { row: at, content })
      }
    }),
    fromEnvironment(),
  )
})

test('it grows past its first size and forgets nothing', () => {
  const keys = new RowKeys()
  for (let row = 1; row <= 20_000; row += 1) expect(keys.add(`SKU-${row}`, 'x', row)).toBeUndefined()
  for (let row = 1; row <= 20_000; row += 1)
    expect(keys.add(`SKU-${row}`, 'x', 0)).toEqual({ row, isSame: true })
})
