import { type ExternalOrder, isConnectorError, type Shipment } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { takeOff } from './shipping.ts'
import { gid } from './simulator/views.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

/** Orders with more lines, parts and parcels than one reading holds. */

const skuOf = (nth: number) => `T-${String(nth).padStart(3, '0')}`

async function placed(
  { simulator, operations }: ConnectedShop,
  quantities: readonly number[],
): Promise<ExternalOrder> {
  const lines = quantities.map((quantity, nth) => ({ sku: skuOf(nth), quantity }))
  const answer = await fetch(`${simulator.url}/_control/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ lines: lines.filter(({ quantity }) => quantity > 0) }),
  })
  const { externalId } = (await answer.json()) as { externalId: string }
  return await operations.order(externalId)
}

function parcelOf(order: ExternalOrder, units: (nth: number) => number, number: string): Shipment {
  const lines = order.lines.map(({ externalId }, nth) => ({
    lineExternalId: externalId,
    quantity: units(nth),
  }))
  return {
    shipmentId: `s-${number}`,
    orderExternalId: order.externalId,
    lines: lines.filter(({ quantity }) => quantity > 0),
    tracking: { carrier: 'DHL', number, url: undefined },
    notifyCustomer: false,
  }
}
const openUnits = ({ lines }: ExternalOrder) =>
  lines.reduce((sum, { current, shipped }) => sum + current - shipped, 0)

test('an order of sixty lines: the fifty-first is shipped, and the rest cancelled leaves nothing open', () =>
  withShop({}, async (world) => {
    await world.seed(...Array.from({ length: 60 }, (_, nth) => ({ sku: skuOf(nth), quantity: 5 })))
    const order = await placed(
      world,
      Array.from({ length: 60 }, () => 2),
    )
    expect(order.lines).toHaveLength(60)
    await world.operations.ship(parcelOf(order, (nth) => (nth === 50 ? 2 : 0), 'A'))
    await world.operations.ship(parcelOf(order, (nth) => (nth < 12 || nth > 55 ? 1 : 0), 'B'))
    // Told again, however many lines it has.
    await world.operations.ship(parcelOf(order, (nth) => (nth < 12 || nth > 55 ? 1 : 0), 'B'))
    const partly = await world.operations.order(order.externalId)
    expect(openUnits(partly)).toBe(120 - 2 - 16)
    expect(partly.lines[50]).toMatchObject({ current: 2, shipped: 2 })
    const cancellation = { orderExternalId: order.externalId, lines: undefined, notifyCustomer: false }
    await world.operations.cancel?.({ ...cancellation, reason: 'out-of-stock' })
    const now = await world.operations.order(order.externalId)
    expect(now.state).toBe('closed')
    expect(openUnits(now)).toBe(0)
    expect(now.lines.reduce((sum, { shipped }) => sum + shipped, 0)).toBe(18)
  }))

test('an order in more parts than are read at once is shipped, and cancelled, to its last part', () =>
  withShop({}, async (world) => {
    await world.seed({ sku: skuOf(0), quantity: 30 })
    const order = await placed(world, [16])
    const [sold] = world.simulator.shop.orders.values()
    const [site] = sold?.fulfillmentOrders ?? []
    const [row] = site?.lines ?? []
    if (sold === undefined || site === undefined || row === undefined) throw new Error('it was sold')
    // Staff have split it into eight.
    sold.fulfillmentOrders.splice(
      0,
      1,
      ...Array.from({ length: 8 }, (_, nth) => ({
        ...site,
        id: 9_000 + nth,
        lines: [{ ...row, id: 9_100 + nth, remaining: 2, total: 2 }],
      })),
    )
    for (let nth = 0; nth < 12; nth += 1) await world.operations.ship(parcelOf(order, () => 1, `N-${nth}`))
    // The first of more parcels than are read at once.
    await world.operations.ship(parcelOf(order, () => 1, 'N-11'))
    expect((await world.operations.order(order.externalId)).lines).toMatchObject([
      { shipped: 12, current: 16 },
    ])
    const cancellation = { orderExternalId: order.externalId, lines: undefined, notifyCustomer: false }
    await world.operations.cancel?.({ ...cancellation, reason: 'out-of-stock' })
    expect(openUnits(await world.operations.order(order.externalId))).toBe(0)
  }))

test('I3: wherever the answers to a parcel are lost, told again until it is taken it holds its units once, also while as many are left', async () => {
  const line = fc.record({
    here: fc.integer({ min: 1, max: 3 }),
    there: fc.integer({ min: 0, max: 3 }),
    units: fc.integer({ min: 0, max: 6 }),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { minLength: 1, maxLength: 14 }),
      fc.array(fc.boolean(), { maxLength: 6 }),
      async (lines, losses) => {
        const asked = lines.map(({ here, there, units }) => Math.min(units, here + there))
        fc.pre(asked.some((units) => units > 0))
        await withShop({ locations: ['Here', 'There'] }, async (world) => {
          const levels = await world.seed(
            ...lines.map(({ here }, nth) => ({ sku: skuOf(nth), quantity: here })),
          )
          const [, other] = await world.operations.locations()
          await world.operations.setLevels(
            lines.flatMap(({ there }, nth) => {
              const stockUnitId = levels.find(({ sku }) => sku === skuOf(nth))?.stockUnitId ?? ''
              const locationId = other?.externalId ?? ''
              const row = {
                writeId: String(nth),
                stockUnitId,
                locationId,
                quantity: there,
                expected: undefined,
              }
              return there > 0 ? [row] : []
            }),
          )
          const order = await placed(
            world,
            lines.map(({ here, there }) => here + there),
          )
          const parcel = parcelOf(order, (nth) => asked[nth] ?? 0, 'A')
          const waiting = [...losses]
          world.simulator.faults.rewriteAnswers((body) =>
            body.includes('"fulfillmentCreate"') && waiting.shift() === true ? '' : body,
          )
          for (let tries = 0; ; tries += 1) {
            try {
              await world.operations.ship(parcel)
              break
            } catch (error) {
              if (!isConnectorError(error) || error.kind !== 'malformed' || tries > losses.length) throw error
            }
          }
          await world.operations.ship(parcel)
          const [sold] = world.simulator.shop.orders.values()
          const sent = new Map<string, number>()
          for (const each of sold?.fulfillments.flatMap((fulfillment) => fulfillment.lines) ?? []) {
            const id = gid('LineItem', each.lineId)
            sent.set(id, (sent.get(id) ?? 0) + each.quantity)
          }
          expect(sent).toEqual(
            new Map(parcel.lines.map(({ lineExternalId, quantity }) => [lineExternalId, quantity])),
          )
        })
      },
    ),
    { ...fromEnvironment({ numRuns: 25 }), endOnFailure: true },
  )
}, 120_000)

test('what left under its number is taken off a parcel, and another parcel under it is not', () => {
  const wanted = [
    { lineExternalId: 'a', quantity: 3 },
    { lineExternalId: 'b', quantity: 1 },
  ]
  const sent = (id: string, ...units: [string, number][]) => ({ id, units: new Map(units) })
  const cases: [ReturnType<typeof sent>[], Record<string, number>, string | undefined][] = [
    [[], { a: 3, b: 1 }, undefined],
    [[sent('1', ['a', 3], ['b', 1])], {}, '1'],
    [[sent('1', ['a', 1]), sent('2', ['a', 2])], { b: 1 }, '1'],
    [[sent('other', ['c', 1]), sent('2', ['b', 1])], { a: 3 }, '2'],
    [[sent('other', ['a', 4])], { a: 3, b: 1 }, undefined],
    [[sent('other', ['a', 1]), sent('2', ['a', 3], ['b', 1])], {}, '2'],
  ]
  for (const [parcels, rest, externalId] of cases) {
    const found = takeOff(wanted, parcels)
    const left = Object.fromEntries(
      found.rest.map(({ lineExternalId, quantity }) => [lineExternalId, quantity]),
    )
    expect({ left, externalId: found.externalId }).toEqual({ left: rest, externalId })
  }
})
