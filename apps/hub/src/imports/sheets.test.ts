import { normalizeName } from '@plimsoll/files'
import { expect, test } from 'vitest'
import { IMPORTS } from './sheet.ts'
import { SHEETS, sheetOf } from './sheets.ts'
import { needsConfirmation } from './stampede.ts'

test.each(IMPORTS)('no two columns of %s are called alike, in either language', (what) => {
  const { columns, ignored = [] } = SHEETS[what]
  const names = Object.entries(columns).flatMap(([field, { header, aliases }]) =>
    [...new Set([field, header, ...aliases].map(normalizeName))].map((name) => ({ name, field })),
  )
  const twice = names.filter(({ name }, at) => names.findIndex((each) => each.name === name) !== at)
  expect(twice).toEqual([])
  expect(names.filter(({ name }) => ignored.map(normalizeName).includes(name))).toEqual([])
  expect(sheetOf(what).what).toBe(what)
})

test.each([
  [{ zeroed: 0, stocked: 0 }, false],
  [{ zeroed: 9, stocked: 9 }, false],
  [{ zeroed: 10, stocked: 10 }, true],
  [{ zeroed: 10, stocked: 100 }, false],
  [{ zeroed: 11, stocked: 100 }, true],
  [{ zeroed: 900, stocked: 10_000 }, false],
])('%j must be confirmed by a person: %s', (figures, expected) => {
  expect(needsConfirmation(figures)).toBe(expected)
})
