import { fromEnvironment } from '@plimsoll/database/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { lineOf, orderOf, placeOf, ROUTING_TIME, stockOf } from '../testing/routing-cases.ts'
import { type AllocationRule, compareRanked } from './allocation-rule.ts'
import { decideAllocation, type WaitingOrder } from './decide-allocation.ts'

const at = ROUTING_TIME
const minute = (count: number) => new Date(at.getTime() + count * 60_000)

function waits(orderId: string, units: number, more: Partial<WaitingOrder> = {}): WaitingOrder {
  const line = lineOf('mug', units, { lineId: `line-${orderId}` })
  return { ...orderOf([line]), orderId, shipBy: null, ...more } as WaitingOrder
}
const sentOf = (plans: ReturnType<typeof decideAllocation>) =>
  Object.fromEntries(
    plans.map(({ orderId, parcels }) => [
      orderId,
      parcels.flatMap(({ lines }) => lines).reduce((sum, { units }) => sum + units, 0),
    ]),
  )

test.each<[string, AllocationRule, Record<string, number>]>([
  ['who placed first', { kind: 'first-come' }, { a: 4, b: 1, c: 0 }],
  ['whose channel comes first', { kind: 'channel-priority', connectionIds: ['web'] }, { a: 0, b: 4, c: 1 }],
  ['who must be sent first', { kind: 'promise-date' }, { a: 0, b: 1, c: 4 }],
])('of five units those get them %s', (_, rule, expected) => {
  const orders = [
    waits('a', 4, { placedAt: minute(1), connectionId: 'shop' }),
    waits('b', 4, { placedAt: minute(2), connectionId: 'web', shipBy: minute(200) }),
    waits('c', 4, { placedAt: minute(3), connectionId: 'web', shipBy: minute(100) }),
  ]
  const world = { places: [placeOf('A', { stock: stockOf({ mug: 5 }) })], rules: [], items: [] }
  expect(sentOf(decideAllocation(world, [], { rule, orders, at }))).toEqual(expected)
})

test('what waiting orders hold beyond what is there keeps nothing from whoever comes first', () => {
  // Five are there and eight are promised: each by itself would see fewer than it could have.
  const orders = [waits('a', 5, { placedAt: minute(1) }), waits('b', 3, { placedAt: minute(2) })]
  const world = { places: [placeOf('A', { stock: stockOf({ mug: -3 }) })], rules: [], items: [] }
  const pooled = [{ itemId: 'mug', locationId: 'at-A', units: 8 }]
  expect(sentOf(decideAllocation(world, pooled, { rule: { kind: 'first-come' }, orders, at }))).toEqual({
    a: 5,
    b: 0,
  })
})

test('who cannot have what is there lets the next one have it', () => {
  const orders = [
    waits('a', 2, { placedAt: minute(1), avoid: new Set(['at-A']) }),
    waits('b', 2, { placedAt: minute(2) }),
  ]
  const world = { places: [placeOf('A', { stock: stockOf({ mug: 2 }) })], rules: [], items: [] }
  expect(sentOf(decideAllocation(world, [], { rule: { kind: 'first-come' }, orders, at }))).toEqual({
    a: 0,
    b: 2,
  })
})

const rules: fc.Arbitrary<AllocationRule> = fc.constantFrom<AllocationRule>(
  { kind: 'first-come' },
  { kind: 'promise-date' },
  { kind: 'channel-priority', connectionIds: ['web', 'shop'] },
  { kind: 'channel-priority', connectionIds: [] },
)
const orders = fc
  .array(
    fc.record({
      mugs: fc.nat(6),
      boxes: fc.nat(6),
      placedAt: fc.nat(5).map(minute),
      shipBy: fc.option(fc.nat(5).map(minute)),
      connectionId: fc.constantFrom('shop', 'web', 'pos'),
      avoid: fc.constantFrom(undefined, new Set(['at-A'])),
    }),
    { maxLength: 8 },
  )
  .map((all) =>
    all.map(({ mugs, boxes, ...more }, nth): WaitingOrder => {
      const lines = [lineOf('mug', mugs), lineOf('box', boxes)].filter(({ units }) => units > 0)
      return {
        ...orderOf(lines.map((line) => ({ ...line, lineId: `${nth}-${line.itemId}` }))),
        orderId: `o${nth}`,
        ...more,
      }
    }),
  )
const free = fc.record({ mug: fc.integer({ min: -6, max: 8 }), box: fc.integer({ min: -6, max: 8 }) })

test('never more than is there, the rule’s order is kept, and nothing waits while something that it may have is free', () => {
  fc.assert(
    fc.property(rules, orders, free, free, fc.nat(9), (rule, all, a, b, pooledUnits) => {
      const places = [placeOf('A', { stock: stockOf(a) }), placeOf('B', { stock: stockOf(b) })]
      const pooled = [{ itemId: 'mug', locationId: 'at-A', units: pooledUnits }]
      const world = { places, rules: [], items: [] }
      const plans = decideAllocation(world, pooled, { rule, orders: all, at })
      const left = new Map([
        ['at-A mug', Math.max(0, a.mug + pooledUnits)],
        ['at-A box', Math.max(0, a.box)],
        ['at-B mug', Math.max(0, b.mug)],
        ['at-B box', Math.max(0, b.box)],
      ])
      const itemOf = (lineId: string) => lineId.split('-')[1] ?? ''
      for (const { parcels } of plans)
        for (const { locationId, lines } of parcels)
          for (const { lineId, units } of lines) {
            const key = `${locationId} ${itemOf(lineId)}`
            left.set(key, (left.get(key) ?? 0) - units)
          }
      for (const units of left.values()) expect(units).toBeGreaterThanOrEqual(0)
      for (const { orderId, waiting } of plans) {
        const avoids = all.find((each) => each.orderId === orderId)?.avoid !== undefined
        for (const { lineId } of waiting) {
          expect(left.get(`at-B ${itemOf(lineId)}`)).toBe(0)
          if (!avoids) expect(left.get(`at-A ${itemOf(lineId)}`)).toBe(0)
        }
      }
      // Whoever comes later changes nothing for those before.
      const inRank = [...all].sort((x, y) => compareRanked(rule, x, y))
      expect(plans.map(({ orderId }) => orderId)).toEqual(inRank.map(({ orderId }) => orderId))
      const first = decideAllocation(world, pooled, { rule, orders: inRank.slice(0, 3), at })
      expect(first.map(({ parcels }) => parcels)).toEqual(plans.slice(0, 3).map(({ parcels }) => parcels))
    }),
    fromEnvironment(300),
  )
})
