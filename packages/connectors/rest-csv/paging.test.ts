import type { HttpResponse } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Paging } from './definition.ts'
import { nextCursor, nextLink, pageQuery } from './paging.ts'

const response = (headers: Record<string, string> = {}): HttpResponse => ({
  status: 200,
  headers,
  text: '',
  date: undefined,
  durationMs: 0,
})
const url = 'https://api.example/v1/items'

test('every row of a list of any length is read once, by pages and by offsets', () => {
  fc.assert(
    fc.property(
      fc.nat(300),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom<('page' | 'offset')[]>('page', 'offset'),
      fc.boolean(),
      (length, size, kind, isTold) => {
        const all = Array.from({ length }, (_, at) => at)
        const more = isTold ? { more: 'more' } : {}
        const paging: Paging =
          kind === 'page'
            ? { kind, parameter: 'p', first: 1, size, sizeParameter: 'n', ...more }
            : { kind, parameter: 'p', size, sizeParameter: 'n', ...more }
        const seen: number[] = []
        let cursor: string | undefined
        do {
          const query = pageQuery(paging, cursor)
          expect(query.n).toBe(String(size))
          const from = kind === 'page' ? (Number(query.p) - 1) * size : Number(query.p)
          const rows = all.slice(from, from + size)
          seen.push(...rows)
          const told = isTold ? from + size < length : undefined
          cursor = nextCursor(paging, { cursor, rows: rows.length, told, response: response(), url })
        } while (cursor !== undefined)
        expect(seen).toEqual(all)
      },
    ),
    fromEnvironment(),
  )
})

test('a cursor is what the answer says; nothing ends the list, and the same one again is no way to go on', () => {
  const paging: Paging = { kind: 'cursor', parameter: 'after', next: 'next' }
  const next = (told: unknown, cursor?: string) =>
    nextCursor(paging, { cursor, rows: 1, told, response: response(), url })
  expect(pageQuery(paging, undefined)).toEqual({})
  expect(pageQuery(paging, 'x y')).toEqual({ after: 'x y' })
  expect([next('b'), next(7), next(null), next(''), next(undefined), next(false)]).toEqual([
    'b',
    '7',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect(() => next('b', 'b')).toThrow('the one that was just read')
  expect(() => next({})).toThrow('neither text nor number')
})

test.each([
  ['<https://api.example/v1/items?page=2>; rel="next"', 'https://api.example/v1/items?page=2'],
  ['<?page=1>; rel="prev", <?page=3>; rel="next"', 'https://api.example/v1/items?page=3'],
  ['<?page=3>; title="a"; rel="last next"', 'https://api.example/v1/items?page=3'],
  ['<?page=3>; rel=next', 'https://api.example/v1/items?page=3'],
  ['<?page=3>; rel="prev"', undefined],
  ['nonsense', undefined],
  [undefined, undefined],
])('a Link header %s leads to %s', (header, wanted) => {
  expect(nextLink(header, url)).toBe(wanted)
})
