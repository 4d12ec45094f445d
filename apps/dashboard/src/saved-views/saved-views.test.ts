import { defaultParseSearch } from '@tanstack/react-router'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isShown, toViewSearch, viewHref } from './view-queries.ts'

test('the address of a view holds all of it: read again it is the same view', () => {
  const name = fc.constantFrom('q', 'filter', 'standing', 'channel', 'view', 'cause')
  const value = fc.oneof(
    fc.string({ minLength: 1, maxLength: 30 }).filter((text) => text.isWellFormed()),
    fc.constantFrom('12345', '0', '-7', 'true', 'null', '"quoted"', '{"a":1}', '杯子 & co', '1e3', '[1]'),
  )
  fc.assert(
    fc.property(fc.dictionary(name, value), (search) => {
      const href = viewHref({ screen: 'items', search })
      const read = defaultParseSearch(href.split('?')[1] ?? '')
      expect(toViewSearch(read)).toEqual({ ...search })
      expect(isShown({ search }, read)).toBe(true)
      expect(isShown({ search: { ...search, more: 'x' } }, read)).toBe(false)
    }),
  )
})
