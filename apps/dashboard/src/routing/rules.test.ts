import fc from 'fast-check'
import { expect, test } from 'vitest'
import { addableKinds, isSame, moveRule, namesIn, ruleKinds, startOf, tidyRule, toNames } from './rules.ts'

const rows = fc
  .array(fc.constantFrom(...ruleKinds), { maxLength: 12 })
  .map((kinds) => kinds.map((kind, at) => ({ key: String(at), rule: startOf(kind) })))

test('moving keeps every rule once, and puts it where it was meant to be', () => {
  fc.assert(
    fc.property(rows, fc.nat(15), fc.integer({ min: -3, max: 15 }), (list, from, to) => {
      const moved = moveRule(list, from, to)
      expect(moved.map(({ key }) => key).sort()).toEqual(list.map(({ key }) => key).sort())
      if (from >= list.length) return
      expect(moved.findIndex(({ key }) => key === String(from))).toBe(
        Math.max(0, Math.min(list.length - 1, to)),
      )
      // The others stay in their order.
      const others = (some: typeof list) => some.map(({ key }) => key).filter((key) => key !== String(from))
      expect(others(moved)).toEqual(others(list))
    }),
  )
})

test('what may be said once is offered once', () => {
  fc.assert(
    fc.property(rows, (list) => {
      const kinds = addableKinds(list)
      expect(kinds).toEqual(expect.arrayContaining(['serves', 'channel', 'item', 'capacity']))
      for (const kind of ['split', 'nearest', 'lowest-cost'] as const)
        expect(kinds.includes(kind)).toBe(!list.some(({ rule }) => rule.kind === kind))
    }),
  )
})

test('empty fields say nothing', () => {
  expect(tidyRule({ kind: 'serves', countries: ['DE'], regions: [], locations: ['BER'] })).toEqual({
    kind: 'serves',
    countries: ['DE'],
    locations: ['BER'],
  })
  expect(tidyRule({ kind: 'cut-off', onTimeOnly: false })).toEqual({ kind: 'cut-off' })
  expect(tidyRule({ kind: 'safety-stock', units: 0 })).toEqual({ kind: 'safety-stock', units: 0 })
  expect(isSame([{ kind: 'capacity', perDay: undefined }], [{ kind: 'capacity' }])).toBe(true)
  expect(
    isSame([{ kind: 'nearest' }, { kind: 'capacity' }], [{ kind: 'capacity' }, { kind: 'nearest' }]),
  ).toBe(false)
  expect(toNames(' DE, FR,\nDE ,')).toEqual(['DE', 'FR'])
  expect(namesIn({ kind: 'serves' }, 'countries')).toEqual([])
})
