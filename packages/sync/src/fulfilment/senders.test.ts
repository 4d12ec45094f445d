import { fromEnvironment } from '@plimsoll/database/testing'
import type { RoutingPlace } from '@plimsoll/orders'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { avoidingTheirChannels, placesToSendFrom, splitByLimits } from './senders.ts'

const place = (
  locationId: string,
  kind: RoutingPlace['kind'],
  ships: boolean | null = null,
): RoutingPlace => ({
  locationId,
  code: locationId,
  kind,
  ships,
  country: null,
  region: null,
  postalCode: null,
  latitude: null,
  longitude: null,
  priority: 1,
  timeZone: 'UTC',
  openingDays: [1, 2, 3, 4, 5, 6, 7],
  holidays: [],
  cutOff: null,
  capacityPerDay: null,
  assignedToday: 0,
  stock: [],
})
const sender = (locationId: string, sends: boolean) => ({
  locationId,
  warehouseId: `c-${locationId}`,
  sends,
  linesMax: undefined,
  unitsMax: undefined,
})

test('what a platform keeps leaves only where it sends for others, and never for its own orders', () => {
  const places = [place('OWN', 'warehouse'), place('FBA', 'marketplace-fulfilled'), place('WFS', '3pl')]
  const senders = [sender('FBA', true), sender('WFS', false)]
  const of = (channel: string | undefined) =>
    placesToSendFrom(places, senders, channel).map(({ locationId, ships }) => [locationId, ships])
  expect(of('c-shop')).toEqual([
    ['OWN', null],
    ['FBA', true],
  ])
  expect(of('c-FBA')).toEqual([['OWN', null]])
  // A person who says that nothing leaves there is heard.
  const closed = placesToSendFrom([place('FBA', 'marketplace-fulfilled', false)], senders, 'c-shop')
  expect(closed).toMatchObject([{ ships: false }])
})

test('orders that wait beside each other: each avoids what its own channel keeps, and what it avoided before', () => {
  const order = (connectionId: string, avoid?: ReadonlySet<string>) => ({
    orderId: connectionId,
    connectionId,
    connectionName: connectionId,
    connectorId: 'shop',
    placedAt: new Date(0),
    promisedAt: null,
    shipBy: null,
    destination: undefined,
    lines: [],
    avoid,
  })
  const orders = avoidingTheirChannels(
    [order('c-FBA', new Set(['EAST'])), order('c-shop')],
    [sender('FBA', true), sender('WFS', true)],
  )
  expect(orders.map(({ avoid }) => avoid)).toEqual([new Set(['EAST', 'FBA']), undefined])
})

test('what is too much for one request goes as several: nothing is lost, and none is larger than it may be', () => {
  const line = fc.record({
    quantity: fc.integer({ min: 1, max: 600 }),
    unitsPerListing: fc.integer({ min: 1, max: 12 }),
    parts: fc.option(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 }), {
      nil: undefined,
    }),
  })
  fc.assert(
    fc.property(
      fc.array(line, { minLength: 1, maxLength: 12 }),
      fc.option(fc.integer({ min: 1, max: 10 }), { nil: undefined }),
      fc.option(fc.integer({ min: 1, max: 300 }), { nil: undefined }),
      (given, linesMax, unitsMax) => {
        const lines = given.map(({ quantity, unitsPerListing, parts }, at) => ({
          lineId: `l${at}`,
          itemId: `i${at}`,
          units: quantity,
          unitsPerListing: parts === undefined ? unitsPerListing : 1,
          parts: parts?.map((unitsEach, part) => ({ itemId: `i${at}p${part}`, unitsEach })),
        }))
        const planned = {
          locationId: 'FBA',
          warehouseId: 'amazon',
          lines: given.map(({ quantity }, at) => ({ lineId: `l${at}`, quantity })),
          because: {},
        }
        const split = splitByLimits(planned, lines, { linesMax, unitsMax })
        const sizeOf = (lineId: string) => {
          const one = lines.find((each) => each.lineId === lineId)
          const each = one?.parts?.reduce((sum, part) => sum + part.unitsEach, 0) ?? one?.unitsPerListing ?? 0
          return { units: each, lines: one?.parts?.length ?? 1 }
        }
        for (const { lineId, quantity } of planned.lines) {
          const sent = split.flatMap((each) => each.lines).filter((each) => each.lineId === lineId)
          expect(sent.reduce((sum, each) => sum + each.quantity, 0)).toBe(quantity)
        }
        for (const { lines: some } of split) {
          expect(some.length).toBeGreaterThan(0)
          expect(new Set(some.map(({ lineId }) => lineId)).size).toBe(some.length)
          const isOne = some.length === 1 && some[0]?.quantity === 1
          const units = some.reduce((sum, { lineId, quantity }) => sum + quantity * sizeOf(lineId).units, 0)
          const count = some.reduce((sum, { lineId }) => sum + sizeOf(lineId).lines, 0)
          if (isOne) continue
          expect(units).toBeLessThanOrEqual(unitsMax ?? Number.POSITIVE_INFINITY)
          expect(count).toBeLessThanOrEqual(linesMax ?? Number.POSITIVE_INFINITY)
        }
        if (linesMax === undefined && unitsMax === undefined) expect(split).toEqual([planned])
      },
    ),
    fromEnvironment(),
  )
})
