import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countReasons, differences, rowsOf, type ShadowRow, toCsv } from './shadow-rows.ts'

const text = fc.string({ maxLength: 12 })
const anyRow: fc.Arbitrary<ShadowRow> = fc.record({
  levelId: fc.uuid(),
  listing: text,
  sku: fc.option(text),
  title: text,
  location: text,
  shows: fc.option(fc.nat(50)),
  wouldShow: fc.option(fc.nat(50)),
  because: fc.option(fc.constantFrom('available', 'capped', 'paused')),
  difference: fc.constantFrom(...differences),
})

test('every row stands under exactly one difference and one reason, and none is lost', () => {
  fc.assert(
    fc.property(fc.array(anyRow), (rows) => {
      const shown = differences.flatMap((difference) => rowsOf(rows, difference))
      expect(shown.length).toBe(rows.length)
      expect(new Set(shown)).toEqual(new Set(rows))
      expect(countReasons(rows).reduce((sum, [, count]) => sum + count, 0)).toBe(rows.length)
    }),
    fromEnvironment(),
  )
})

test('what is downloaded has a line for each row, and no field is a formula', () => {
  fc.assert(
    fc.property(fc.array(anyRow), (rows) => {
      const fields = parse(toCsv(rows))
      expect(fields.length).toBe(rows.length + 1)
      expect(fields.every((line) => line.length === 8)).toBe(true)
      expect(fields.flat().filter((field) => /^[=+@\t\r-]/.test(field))).toEqual([])
      // A title that has the apostrophe itself is left as it is, so both read the same.
      const plain = (title: string) => title.replace(/^'(?=[=+\-@\t\r])/, '')
      const titles = rows.map(({ title }) => plain(title))
      expect(fields.slice(1).map((line) => plain(line[2] ?? ''))).toEqual(titles)
    }),
    fromEnvironment(),
  )
})

/** RFC 4180, read sign by sign. */
function parse(csv: string): string[][] {
  const lines: string[][] = []
  let line: string[] = []
  let field = ''
  let isQuoted = false
  for (let at = 0; at < csv.length; at += 1) {
    const sign = csv[at] as string
    if (isQuoted) {
      if (sign !== '"') field += sign
      else if (csv[at + 1] === '"') {
        field += '"'
        at += 1
      } else isQuoted = false
    } else if (sign === '"') isQuoted = true
    else if (sign === ',') {
      line.push(field)
      field = ''
    } else if (sign === '\r' && csv[at + 1] === '\n') {
      lines.push([...line, field])
      line = []
      field = ''
      at += 1
    } else field += sign
  }
  return lines
}
