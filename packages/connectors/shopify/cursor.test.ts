import { expect, test } from 'vitest'
import { nextCursor, readCursor } from './cursor.ts'

test('paging never goes deeper than the platform allows, and misses nothing on the way', () => {
  const rows = Array.from({ length: 80_000 }, (_, at) => at + 1)
  const seen: number[] = []
  for (let text: string | undefined, pages = 0; ; pages += 1) {
    expect(pages).toBeLessThan(1_000)
    const cursor = readCursor(text)
    const start = (cursor.window === null ? 0 : Number(cursor.window)) + Number(cursor.after ?? 0)
    expect(Number(cursor.after ?? 0) + 250).toBeLessThanOrEqual(25_000)
    const page = rows.slice(start, start + 250)
    seen.push(...page)
    text = nextCursor(cursor, {
      read: page.length,
      hasNextPage: start + 250 < rows.length,
      endCursor: String(Number(cursor.after ?? 0) + page.length),
      last: String(page.at(-1)),
    })
    if (text === undefined) break
  }
  expect(seen).toEqual(rows)
})

test('a window that would begin where it began is not begun: it would never end', () => {
  const stuck = { window: 'same', read: 24_400, after: 'a' }
  const next = nextCursor(stuck, { read: 250, hasNextPage: true, endCursor: 'b', last: 'same' })
  expect(readCursor(next)).toEqual({ window: 'same', read: 24_650, after: 'b' })
})

test.each(['', 'x', '{}', '{"window":1,"read":0,"after":null}'])('%s is no cursor of ours', (text) => {
  expect(() => readCursor(text)).toThrow(expect.objectContaining({ kind: 'invalid', field: 'cursor' }))
})
