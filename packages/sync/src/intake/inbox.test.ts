import type { ExternalOrder, WebhookEvent } from '@plimsoll/connector-kit'
import { expect, test } from 'vitest'
import { reviveOrder, toInboxEvent, toOrderFacts } from './inbox.ts'

const order: ExternalOrder = {
  externalId: '7',
  number: '#7',
  state: 'open',
  placedAt: new Date('2026-01-02T03:04:05Z'),
  version: 12,
  currency: undefined,
  test: false,
  locationId: undefined,
  lines: [
    {
      externalId: '7-1',
      listingExternalId: 'bottle',
      sku: undefined,
      title: 'Bottle',
      ordered: 2,
      current: 2,
      shipped: 0,
      returned: 0,
      subtracted: 'yes',
    },
  ],
}
const cancelled: ExternalOrder = { ...order, state: 'cancelled' }
let count = 0
const uuid = () => {
  count += 1
  return `fresh-${count}`
}
const keyOf = (event: WebhookEvent) => toInboxEvent(event, uuid)?.eventKey
const level = { stockUnitId: 'u', locationId: 'l', quantity: 3, updatedAt: new Date(9) }

test.each<[string, WebhookEvent, WebhookEvent, boolean]>([
  [
    'an order, by webhook and by poll',
    { kind: 'order', externalId: '7', version: 12, order },
    { kind: 'order', externalId: '7', version: 12, order: { ...order, number: 'renamed' } },
    true,
  ],
  [
    'its next version',
    { kind: 'order', externalId: '7', version: 12, order },
    { kind: 'order', externalId: '7', version: 13, order },
    false,
  ],
  [
    'another content under the same version',
    { kind: 'order', externalId: '7', version: 12, order },
    { kind: 'order', externalId: '7', version: 12, order: cancelled },
    false,
  ],
  [
    'a hint with a version',
    { kind: 'order', externalId: '7', version: 12, order: undefined },
    { kind: 'order', externalId: '7', version: 12, order: undefined },
    true,
  ],
  [
    'a bare hint has no identity',
    { kind: 'order', externalId: '7', version: undefined, order: undefined },
    { kind: 'order', externalId: '7', version: undefined, order: undefined },
    false,
  ],
  [
    'another order',
    { kind: 'order-deleted', externalId: '7' },
    { kind: 'order-deleted', externalId: '8' },
    false,
  ],
  [
    'a deleted order',
    { kind: 'order-deleted', externalId: '7' },
    { kind: 'order-deleted', externalId: '7' },
    true,
  ],
  ['a level at one time', { kind: 'level', level }, { kind: 'level', level }, true],
  [
    'a level, another quantity',
    { kind: 'level', level },
    { kind: 'level', level: { ...level, quantity: 4 } },
    false,
  ],
  [
    'a level without a time',
    { kind: 'level', level: { ...level, updatedAt: undefined } },
    { kind: 'level', level: { ...level, updatedAt: undefined } },
    false,
  ],
  [
    'a changed listing, each time',
    { kind: 'listing', externalId: 'x', deleted: false },
    { kind: 'listing', externalId: 'x', deleted: false },
    false,
  ],
  ['cut off, each time', { kind: 'uninstalled' }, { kind: 'uninstalled' }, false],
])('the same event has the same key: %s', (_, one, other, isSame) => {
  expect(keyOf(one) === keyOf(other)).toBe(isSame)
})

test.each<[WebhookEvent, string | undefined, string | undefined]>([
  [{ kind: 'order', externalId: '7', version: 1, order }, 'order', '7'],
  [{ kind: 'order-deleted', externalId: '7' }, 'order-deleted', '7'],
  [{ kind: 'level', level }, 'level', 'u l'],
  [{ kind: 'listing', externalId: 'x', deleted: false }, 'listing', 'x'],
  [{ kind: 'listing', externalId: 'x', deleted: true }, 'listing-deleted', 'x'],
  [{ kind: 'uninstalled' }, 'uninstalled', 'connection'],
  [{ kind: 'ignored', why: 'a ping' }, undefined, undefined],
])('%o is stored as %s about %s', (event, topic, subject) => {
  const stored = toInboxEvent(event, uuid)
  expect([stored?.topic, stored?.subject]).toEqual([topic, subject])
})

test('an order survives its way through jsonb', () => {
  const stored: unknown = JSON.parse(JSON.stringify({ kind: 'order', order }))
  expect(reviveOrder(stored)).toEqual(order)
  const sent = {
    ...order,
    destination: { country: 'DE', region: undefined, postalCode: '50667', city: 'Köln' },
    shipBy: new Date('2026-11-28T12:00:00Z'),
    shippingMethod: 'DHL',
  }
  expect(reviveOrder(JSON.parse(JSON.stringify({ kind: 'order', order: sent })))).toEqual(sent)
  expect(reviveOrder({ kind: 'order', externalId: '7' })).toBeUndefined()
})

test('a line is tied to what its listing sells; an unknown listing is tied to nothing', () => {
  const mapping = {
    listingExternalId: 'bottle',
    stockUnitId: 'unit',
    itemId: 'item',
    unitsPerListing: 6,
    tracking: 'plain' as const,
  }
  const [tied] = toOrderFacts(order, new Map([['bottle', mapping]])).lines
  expect(tied).toMatchObject({ stockUnitId: 'unit', itemId: 'item', unitsPerListing: 6, current: 2 })
  const [loose] = toOrderFacts(order, new Map()).lines
  expect(loose).toMatchObject({ stockUnitId: undefined, itemId: undefined, unitsPerListing: 1 })
})
