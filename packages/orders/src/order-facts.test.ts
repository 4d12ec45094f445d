import { expect, test } from 'vitest'
import {
  contentHashOf,
  notShownUnitsOf,
  type OrderFacts,
  openUnitsOf,
  unsubtractedUnitsOf,
} from './order-facts.ts'
import { factsOf, lineOf } from './testing/order-states.ts'

test.each<[OrderFacts['state'], number, number, number]>([
  ['pending', 3, 0, 3],
  ['open', 3, 0, 3],
  ['open', 3, 2, 1],
  ['open', 2, 3, 0], // edited down after it was shipped: nothing is owed back
  ['closed', 3, 1, 0],
  ['cancelled', 3, 0, 0],
])('an order that is %s, with %d promised and %d shipped, holds %d open', (state, current, shipped, open) => {
  expect(openUnitsOf(state, { current, shipped })).toBe(open)
})

test.each<['yes' | 'no' | 'unheld' | 'unknown', OrderFacts['state'], number]>([
  ['unheld', 'pending', 2],
  ['no', 'open', 2],
  ['no', 'pending', 2],
  ['no', 'cancelled', 0],
  ['no', 'closed', 0],
  ['yes', 'open', 0],
  ['unknown', 'open', 0], // an uncertain unit counts as taken off already
])('subtracted: %s on an order that is %s leaves %d units to subtract', (subtracted, state, units) => {
  expect(unsubtractedUnitsOf(state, lineOf({ current: 3, shipped: 1, subtracted }))).toBe(units)
})

test.each<['yes' | 'no' | 'unheld', OrderFacts['state'], number | undefined]>([
  ['unheld', 'pending', 2],
  ['unheld', 'open', 2],
  ['unheld', 'cancelled', 0],
  ['no', 'pending', 0],
  ['no', 'open', undefined], // what is lowered for a parcel stays lowered
])('subtracted: %s on an order that is %s: %s units are not shown on top', (subtracted, state, units) => {
  expect(notShownUnitsOf(state, lineOf({ current: 3, shipped: 1, subtracted }))).toBe(units)
})

const facts = factsOf({ lines: [lineOf({ externalId: '1' }), lineOf({ externalId: '2' })] })

test.each<[string, OrderFacts]>([
  ['the order of its lines', { ...facts, lines: facts.lines.toReversed() }],
  ['a later version', { ...facts, version: 99 }],
  ['another title', changeFirst({ title: 'Renamed' })],
  ['a mapping made since', changeFirst({ itemId: 'item-2', stockUnitId: 'unit-2', unitsPerListing: 6 })],
  ['a currency', { ...facts, currency: 'SEK' }],
])('the content of an order is the same whatever becomes of %s', (_name, other) => {
  expect(contentHashOf(other)).toBe(contentHashOf(facts))
})

test.each<[string, OrderFacts]>([
  ['state', { ...facts, state: 'cancelled' }],
  ['current units', changeFirst({ current: 2 })],
  ['shipped units', changeFirst({ shipped: 1 })],
  ['returned units', changeFirst({ returned: 1 })],
  ['subtraction', changeFirst({ subtracted: 'no' })],
  ['listing', changeFirst({ listingExternalId: 'listing-9' })],
  ['set of lines', { ...facts, lines: facts.lines.slice(1) }],
])('the content of an order changes with its %s', (_name, other) => {
  expect(contentHashOf(other)).not.toBe(contentHashOf(facts))
})

function changeFirst(change: Parameters<typeof lineOf>[0]): OrderFacts {
  const [first, ...rest] = facts.lines
  return { ...facts, lines: [{ ...lineOf(), ...first, ...change }, ...rest] }
}
