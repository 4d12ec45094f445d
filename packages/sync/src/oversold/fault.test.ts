// Whose fault each unit beyond what was there was: every cause, and which comes first.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Beyond, findBeyond, type StockEvent } from './beyond.ts'
import {
  FAULT_CAUSES,
  findFault,
  type OversoldFacts,
  UNAVOIDABLE_CALLS_MS,
  type UntoldUnits,
} from './fault.ts'
import { shownBefore } from './shown.ts'

const at = (ms: number) => new Date(1_000_000 + ms)
const PLACED = at(100_000)

const sale = (afterMs: number, of: Partial<UntoldUnits> = {}): UntoldUnits => ({
  units: 1,
  what: 'sale',
  by: 'Outlet 7',
  at: new Date(PLACED.getTime() - afterMs),
  seenAt: undefined,
  appliedAt: undefined,
  sentAt: undefined,
  shownAt: undefined,
  visibilityLagMs: 0,
  ...of,
})

const facts = (of: Partial<OversoldFacts> = {}): OversoldFacts => ({
  units: 1,
  ordered: 1,
  placedAt: PLACED,
  shown: 1,
  sellsBeyondZero: false,
  isByHand: false,
  editedUp: 0,
  isFixed: false,
  stopped: undefined,
  isGuaranteed: false,
  untold: [],
  takenLater: [],
  ...of,
})

const LONG = 60_000
const SHORT = UNAVOIDABLE_CALLS_MS
const stopped = { since: at(0), reason: 'audit' }

test.each<[string, Partial<OversoldFacts>, [string, string, number][]]>([
  ['nothing on record', {}, [['unexplained', 'nothing-on-record', 1]]],
  ['a sale elsewhere just before', { untold: [sale(SHORT)] }, [['race', 'within-window', 1]]],
  ['a sale elsewhere long before', { untold: [sale(SHORT + 1)] }, [['delay', 'told-late', 1]]],
  [
    'a sale that its platform lists late',
    { untold: [sale(30_000, { visibilityLagMs: 30_000 })] },
    [['race', 'within-window', 1]],
  ],
  [
    'no window where none is accepted',
    { untold: [sale(SHORT)], isGuaranteed: true },
    [['delay', 'told-late', 1]],
  ],
  ['more than the platform showed', { shown: 0, untold: [sale(LONG)] }, [['platform', 'beyond-shown', 1]]],
  ['it showed less than nothing', { shown: -3 }, [['platform', 'beyond-shown', 1]]],
  ['not known what it showed', { shown: undefined, untold: [sale(LONG)] }, [['delay', 'told-late', 1]]],
  [
    'it is told to sell beyond zero',
    { shown: 0, sellsBeyondZero: true },
    [['person', 'sells-beyond-zero', 1]],
  ],
  ['an edit on the platform', { shown: 0, editedUp: 1 }, [['person', 'edited-on-platform', 1]]],
  [
    'an edit, and the platform beyond it',
    { units: 3, ordered: 3, shown: 0, editedUp: 2 },
    [
      ['platform', 'beyond-shown', 1],
      ['person', 'edited-on-platform', 2],
    ],
  ],
  ['a fixed number', { isFixed: true, untold: [sale(LONG)] }, [['person', 'fixed-policy', 1]]],
  ['writes stopped', { stopped, untold: [sale(LONG)] }, [['person', 'stopped: audit', 1]]],
  [
    'stopped only when it should long have been told',
    { stopped: { since: at(99_000), reason: 'audit' }, untold: [sale(LONG)] },
    [['delay', 'told-late', 1]],
  ],
  [
    'stock taken out just before',
    { untold: [sale(SHORT, { what: 'stock-change' })] },
    [['person', 'stock-change', 1]],
  ],
  [
    'stock taken out long before',
    { untold: [sale(LONG, { what: 'stock-change' })] },
    [['delay', 'told-late', 1]],
  ],
  [
    'stock taken out afterwards, before all else',
    { shown: 0, takenLater: [{ units: 1, by: 'count', at: at(200_000) }] },
    [['person', 'taken-out-later', 1]],
  ],
  [
    'a late and an unavoidable sale: ours first',
    { untold: [sale(SHORT), sale(LONG)] },
    [['delay', 'told-late', 1]],
  ],
  [
    'each unit its own',
    {
      units: 5,
      ordered: 5,
      shown: 4,
      untold: [sale(SHORT), sale(LONG), sale(SHORT, { what: 'stock-change' })],
    },
    [
      ['platform', 'beyond-shown', 1],
      ['person', 'stock-change', 1],
      ['delay', 'told-late', 1],
      ['race', 'within-window', 1],
      ['unexplained', 'nothing-on-record', 1],
    ],
  ],
])('%s', (_, of, expected) => {
  const found = findFault(facts(of)).flatMap(({ cause, parts }) =>
    parts.map(({ because, units }) => [cause, because, units]),
  )
  expect(found).toEqual(expected)
})

test('a delay is told by its steps', () => {
  const placedAt = sale(LONG).at.getTime()
  const step = (ms: number) => new Date(placedAt + ms)
  const untold = sale(LONG, {
    seenAt: step(10),
    appliedAt: step(30),
    sentAt: step(70),
    shownAt: step(90_000),
  })
  const [fault] = findFault(facts({ untold: [untold] }))
  expect(fault?.parts).toEqual([
    {
      units: 1,
      because: 'told-late',
      by: 'Outlet 7',
      afterMs: LONG,
      delay: { seenMs: 10, appliedMs: 20, writtenMs: 40, platformMs: 89_930 },
    },
  ])
})

const anyUnits = fc.integer({ min: 0, max: 6 })
const anyUntold = fc
  .record({
    units: fc.integer({ min: 1, max: 4 }),
    afterMs: fc.integer({ min: 0, max: 2 * LONG }),
    what: fc.constantFrom('sale' as const, 'stock-change' as const),
  })
  .map(({ afterMs, ...of }) => sale(afterMs, of))
const anyFacts = fc
  .record({
    units: fc.integer({ min: 1, max: 8 }),
    more: anyUnits,
    shown: fc.option(fc.integer({ min: -4, max: 9 }), { nil: undefined }),
    sellsBeyondZero: fc.boolean(),
    editedUp: anyUnits,
    isFixed: fc.boolean(),
    stopped: fc.option(fc.constant(stopped), { nil: undefined }),
    isGuaranteed: fc.boolean(),
    untold: fc.array(anyUntold, { maxLength: 5 }),
    takenLater: fc.array(
      fc.record({
        units: fc.integer({ min: 1, max: 3 }),
        by: fc.constant('count'),
        at: fc.constant(at(200_000)),
      }),
      { maxLength: 2 },
    ),
  })
  .map(({ more, ...of }) => facts({ ...of, ordered: of.units + more }))

test('I10: every unit beyond what was there has exactly one cause', () => {
  fc.assert(
    fc.property(anyFacts, (of) => {
      const found = findFault(of)
      expect(found.reduce((sum, { units }) => sum + units, 0)).toBe(of.units)
      expect(new Set(found.map(({ cause }) => cause)).size).toBe(found.length)
      for (const { cause, units, parts } of found) {
        expect(FAULT_CAUSES).toContain(cause)
        expect(parts.reduce((sum, part) => sum + part.units, 0)).toBe(units)
        for (const part of parts) expect(part.units).toBeGreaterThan(0)
      }
    }),
  )
})

const take = (ms: number, takeId: string, units: number, knownMs = ms): StockEvent => ({
  kind: 'take',
  at: at(ms),
  takeId,
  knownAt: at(knownMs),
  units: -units,
})
const other = (ms: number, units: number): StockEvent => ({ kind: 'other', at: at(ms), by: 'adjust', units })
const short = (found: readonly Beyond[]) => found.map(({ takeId, units }) => [takeId, units])

test.each<[string, number, StockEvent[], [string, number][]]>([
  ['enough for all', 3, [take(1, 'a', 1), take(2, 'b', 2)], []],
  ['the second is short, whichever is told first', 1, [take(2, 'b', 1), take(1, 'a', 1)], [['b', 1]]],
  ['a part of it', 3, [take(1, 'a', 2), take(2, 'b', 2)], [['b', 1]]],
  ['stock that came before counts', 0, [other(1, 2), take(2, 'a', 2)], []],
  ['stock that came after was not there', 0, [take(1, 'a', 1), other(2, 1)], [['a', 1]]],
  [
    'stock that goes later leaves the newest short',
    2,
    [take(1, 'a', 1), take(2, 'b', 1), other(3, -1)],
    [['b', 1]],
  ],
  ['stock entered when the order was open already', 0, [take(1, 'a', 1, 3), other(2, 1)], []],
  ['short before', -2, [take(1, 'a', 1)], [['a', 1]]],
])('beyond what was there: %s', (_, opening, events, expected) => {
  expect(short(findBeyond(opening, events))).toEqual(expected)
})

test('as many units are beyond as were missing at the worst, where nothing comes', () => {
  const anyEvents = fc.array(fc.record({ ms: fc.nat(50), units: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 1,
    maxLength: 8,
  })
  fc.assert(
    fc.property(fc.nat(6), anyEvents, (opening, sold) => {
      const events = sold.map(({ ms, units }, nth) => take(ms, `t${nth}`, units))
      const found = findBeyond(opening, events)
      const all = sold.reduce((sum, { units }) => sum + units, 0)
      expect(found.reduce((sum, { units }) => sum + units, 0)).toBe(Math.max(0, all - opening))
      for (const { takeId, units } of found)
        expect(units).toBeLessThanOrEqual(
          -(events.find((e) => e.kind === 'take' && e.takeId === takeId)?.units ?? 0),
        )
    }),
  )
})

test('what a platform had to sell: the greatest of the numbers that may have stood', () => {
  const number = (quantity: number | null, from: number, until: number | null) => ({
    levelId: 'l',
    quantity,
    from: at(from),
    until: until === null ? null : at(until),
  })
  const none: [] = []
  expect(shownBefore(PLACED, ['l'], none, none)).toBeUndefined()
  expect(shownBefore(PLACED, [], none, none)).toBeUndefined()
  expect(shownBefore(PLACED, ['l'], [number(9, 0, 50_000), number(4, 40_000, null)], none)).toBe(4)
  // In flight when the order was placed: either may have stood.
  expect(shownBefore(PLACED, ['l'], [number(9, 0, 100_001), number(4, 99_999, null)], none)).toBe(9)
  expect(
    shownBefore(PLACED, ['l'], [number(null, 0, 100_001), number(4, 99_999, null)], none),
  ).toBeUndefined()
  const sales = [
    { at: at(10), units: 2 },
    { at: at(60_000), units: 1 },
  ]
  expect(shownBefore(PLACED, ['l'], [number(9, 0, 50_000), number(4, 40_000, null)], sales)).toBe(3)
})
