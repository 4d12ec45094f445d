import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Cancelling, type CancellingLine, decideAsked, decideCancelling } from './cancellation.ts'

const line = (given: Partial<CancellingLine>): CancellingLine => ({
  lineId: 'l',
  externalId: 'x',
  current: 5,
  shipped: 0,
  platformShipped: 0,
  committed: 0,
  units: 5,
  stays: 0,
  ...given,
})
const part = { units: 2, stays: 3 }
const two = [{ lineExternalId: 'x', quantity: 2 }]

test.each<[string, Partial<Cancelling>, Partial<CancellingLine>, object]>([
  ['nobody has it: all of it is told', {}, {}, { kind: 'tell', lines: undefined }],
  ['some of it: those units', { isWhole: false }, part, { kind: 'tell', lines: two }],
  ['its channel shows it', { state: 'cancelled' }, { current: 0 }, { kind: 'done', missed: 0 }],
  [
    'the line is as it is to be, by whomever',
    { isWhole: false },
    { ...part, current: 3 },
    { kind: 'done', missed: 0 },
  ],
  ['a warehouse may still send it', {}, { committed: 1 }, { kind: 'wait' }],
  [
    'what stays may be on its way',
    { isWhole: false },
    { ...part, committed: 3 },
    { kind: 'tell', lines: two },
  ],
  ['but not more than that', { isWhole: false }, { ...part, committed: 4 }, { kind: 'wait' }],
  ['some has left, and its channel does not know', { takes: 'lines' }, { shipped: 1 }, { kind: 'wait' }],
  [
    'some has left: the rest',
    { takes: 'lines' },
    { shipped: 1, platformShipped: 1 },
    { kind: 'tell', lines: undefined },
  ],
  ['of which whole orders alone are taken', {}, { shipped: 1, platformShipped: 1 }, { kind: 'left' }],
  ['all has left', { takes: 'lines' }, { shipped: 5, platformShipped: 5 }, { kind: 'left' }],
  [
    'what could be cancelled is, and some had left',
    { takes: 'lines' },
    { current: 2, shipped: 2, platformShipped: 2 },
    { kind: 'done', missed: 2 },
  ],
])('%s', (_, given, ofLine, step) => {
  const cancelling = { state: 'open', isWhole: true, takes: 'order', ...given } as const
  expect(decideCancelling({ ...cancelling, lines: [line(ofLine)] })).toEqual(step)
})

test.each<[string, { shipped?: number }, number | undefined, 'order' | 'lines', object]>([
  [
    'all of it',
    {},
    undefined,
    'order',
    { kind: 'asked', isWhole: true, lines: [{ lineId: 'l', units: 5, stays: 0 }] },
  ],
  [
    'some of it',
    {},
    2,
    'lines',
    { kind: 'asked', isWhole: false, lines: [{ lineId: 'l', units: 2, stays: 3 }] },
  ],
  ['by number, all of it', {}, 5, 'order', { kind: 'asked', isWhole: true }],
  ['more than has not left', { shipped: 2 }, 4, 'lines', { kind: 'invalid', field: 'lines.0.quantity' }],
  ['some, where whole orders are taken', {}, 2, 'order', { kind: 'whole-only' }],
  [
    'what is left of one, where whole orders are taken',
    { shipped: 2 },
    undefined,
    'order',
    { kind: 'has-left' },
  ],
  ['one that has left', { shipped: 5 }, undefined, 'lines', { kind: 'nothing' }],
])('asked: %s', (_, given, quantity, takes, decided) => {
  const lines = [{ sku: 'MUG', title: 'Mug', ...line(given) }]
  const asked = quantity === undefined ? undefined : [{ lineId: 'l', quantity }]
  expect(decideAsked(lines, asked, takes)).toMatchObject(decided)
})

const anyLine = fc
  .record({
    stays: fc.nat(3),
    units: fc.integer({ min: 1, max: 3 }),
    cancelled: fc.nat(4),
    shipped: fc.nat(4),
    told: fc.nat(4),
    committed: fc.nat(4),
  })
  .map(({ stays, units, cancelled, shipped: left, told, committed }) => {
    const current = Math.max(0, stays + units - cancelled)
    const shipped = Math.min(current, left)
    return line({
      stays,
      units,
      current,
      shipped,
      platformShipped: Math.min(shipped, told),
      committed: Math.min(committed, current - shipped),
    })
  })

test('a channel is told of no unit that has left or may leave, and told of all there is it is done', () => {
  fc.assert(
    fc.property(
      fc
        .array(anyLine, { minLength: 1, maxLength: 3 })
        .map((lines) => lines.map((each, nth) => ({ ...each, externalId: `x${nth}` }))),
      fc.boolean(),
      fc.constantFrom('order' as const, 'lines' as const),
      (lines, isWhole, takes) => {
        const ofWhole = isWhole
          ? lines.map((each) => ({ ...each, stays: Math.min(each.stays, each.shipped) }))
          : lines
        const cancelling: Cancelling = { state: 'open', isWhole, takes, lines: ofWhole }
        const step = decideCancelling(cancelling)
        if (step.kind !== 'tell') return
        const after = ofWhole.map((each) => {
          const told =
            step.lines?.find(({ lineExternalId }) => lineExternalId === each.externalId)?.quantity ?? 0
          const current = step.lines === undefined ? each.shipped : each.current - told
          expect(current).toBeGreaterThanOrEqual(each.shipped + each.committed)
          expect(each.current - current).toBeLessThanOrEqual(
            each.units + Math.max(0, each.current - each.stays - each.units),
          )
          return { ...each, current }
        })
        expect(decideCancelling({ ...cancelling, lines: after }).kind).toBe('done')
      },
    ),
    fromEnvironment(300),
  )
})
