import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pagesFor } from './item-window.ts'

test('the first screen needs the first page, the middle its neighbours, the end nothing beyond', () => {
  expect(pagesFor({ first: 0, last: 30, total: 100_000, pageRows: 200 })).toEqual([0])
  expect(pagesFor({ first: 190, last: 230, total: 100_000, pageRows: 200 })).toEqual([0, 1])
  expect(pagesFor({ first: 99_970, last: 99_999, total: 100_000, pageRows: 200 })).toEqual([499])
  expect(pagesFor({ first: 0, last: 30, total: 0, pageRows: 200 })).toEqual([0])
})

test('every visible row lies in a page that is read', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.nat(80), fc.integer({ min: 1, max: 100_001 }), (at, height, total) => {
      const first = Math.min(at, total - 1)
      const last = Math.min(first + height, total - 1)
      const pages = pagesFor({ first, last, total, pageRows: 200 })
      for (let row = first; row <= last; row++) expect(pages).toContain(Math.floor(row / 200))
      expect(pages.every((page) => page * 200 < total)).toBe(true)
    }),
  )
})
