import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Asked, hearValue } from './own-words.ts'

test('what a field asked for comes back without disturbing it; what another says is heard', () => {
  expect(hearValue(['red'], 'red')).toEqual({ asked: [], isOthers: false })
  expect(hearValue(['r', 're', 'red'], 're')).toEqual({ asked: ['red'], isOthers: false })
  expect(hearValue(['red'], 'blue')).toEqual({ asked: [], isOthers: true })
  // By the way back and forth again.
  expect(hearValue(hearValue(['red'], '').asked, 'red')).toEqual({ asked: [], isOthers: true })
})

test('however late its own words come back, in their order and not all of them, none is taken for another’s', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { maxLength: 8 }),
      fc.infiniteStream(fc.boolean()),
      (words, coins) => {
        let asked: Asked = words
        for (const word of words) {
          if (coins.next().value === false) continue
          const heard = hearValue(asked, word)
          expect(heard.isOthers).toBe(false)
          asked = heard.asked
        }
      },
    ),
  )
})
