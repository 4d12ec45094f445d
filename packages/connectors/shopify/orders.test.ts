import { expect, test } from 'vitest'
import { placeOrder } from './simulator/checkout.ts'
import { fulfillOrder } from './simulator/order-steps.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

const long = { timestampStepMs: 1 }
const everything = { since: new Date(0), cursor: undefined }

function bigOrder({ simulator }: ConnectedShop, lines: number) {
  const basket = Array.from({ length: lines }, () => ({ sku: 'S-0', quantity: 2 }))
  const placed = placeOrder(simulator.shop, basket)
  if (placed.kind === 'refused') throw new Error('refused')
  return placed.order
}

test('an order of many lines is read to its end, from the list and by itself', () =>
  withShop(long, async (world) => {
    await world.seed({ quantity: 1_000 })
    const order = bigOrder(world, 120)
    const { rows } = await world.operations.orders(everything)
    const alone = await world.operations.order(`gid://shopify/Order/${order.id}`)
    expect(rows).toEqual([alone])
    expect(alone.lines).toHaveLength(120)
    expect(new Set(alone.lines.map((line) => line.externalId)).size).toBe(120)
  }))

test('an order of many parcels and lines counts every shipped unit', () =>
  withShop(long, async (world) => {
    await world.seed({ quantity: 1_000 })
    const order = bigOrder(world, 30)
    const [site] = order.fulfillmentOrders
    if (site === undefined) throw new Error('no fulfilment order')
    const tracking = { company: undefined, number: undefined, url: undefined }
    for (const line of site.lines.slice(0, 12)) {
      fulfillOrder(
        world.simulator.shop,
        [{ fulfillmentOrderId: site.id, lines: [{ id: line.id, quantity: 1 }] }],
        tracking,
      )
    }
    fulfillOrder(
      world.simulator.shop,
      [{ fulfillmentOrderId: site.id, lines: site.lines.slice(2).map(({ id }) => ({ id, quantity: 1 })) }],
      tracking,
    )
    const read = await world.operations.order(`gid://shopify/Order/${order.id}`)
    const shipped = read.lines.map((line) => line.shipped)
    expect(shipped).toEqual([1, 1, ...Array(10).fill(2), ...Array(18).fill(1)])
    expect(read.state).toBe('open')
  }))

test('the list and the order itself tell the same of every state', () =>
  withShop(long, async (world) => {
    await world.seed({ quantity: 1_000 })
    const { simulator, operations } = world
    const url = `${simulator.url}/_control/orders`
    for (const steps of [[], ['fulfill'], ['cancel'], ['refund'], ['fulfill', 'refund']]) {
      const id = await world.buy('S-0', 3)
      for (const step of steps) await fetch(`${url}/${encodeURIComponent(id)}/${step}`, { method: 'POST' })
    }
    const { rows } = await operations.orders(everything)
    expect(rows.map((row) => row.state).sort()).toEqual(['cancelled', 'closed', 'closed', 'closed', 'open'])
    for (const row of rows) expect(row).toEqual(await operations.order(row.externalId))
    expect(rows.map((row) => row.lines[0]?.returned)).toEqual(expect.arrayContaining([3]))
  }))

test('the list shows a change late, the order itself at once', () =>
  withShop({ ...long, searchLagMs: 3_600_000 }, async (world) => {
    await world.seed({})
    const id = await world.buy('S-0', 1)
    expect((await world.operations.orders(everything)).rows).toEqual([])
    expect(await world.operations.order(id)).toMatchObject({ externalId: id, state: 'open' })
  }))

test('an order from two locations names neither', () =>
  withShop({ ...long, locations: ['A', 'B'] }, async (world) => {
    const [first] = await world.seed({ quantity: 2 })
    const [, other] = await world.operations.locations()
    if (first === undefined || other === undefined) throw new Error('no level')
    await world.operations.setLevels([
      {
        writeId: 'w',
        stockUnitId: first.stockUnitId,
        locationId: other.externalId,
        quantity: 2,
        expected: undefined,
      },
    ])
    const here = await world.operations.order(await world.buy('S-0', 1))
    const split = await world.operations.order(await world.buy('S-0', 3))
    expect(here.locationId).toBe(first.locationId)
    expect(split.locationId).toBeUndefined()
  }))

test('only what changed since is listed, oldest change first', () => {
  let now = Date.UTC(2026, 0, 1)
  const clock = {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.reject(new Error('nothing sleeps here')),
  }
  return withShop({ clock }, async (world) => {
    await world.seed({})
    const first = await world.buy('S-0', 1)
    now += 60_000
    const second = await world.buy('S-0', 1)
    now += 60_000
    await fetch(`${world.simulator.url}/_control/orders/${encodeURIComponent(first)}/cancel`, {
      method: 'POST',
    })
    const ids = async (sinceMs: number) =>
      (await world.operations.orders({ since: new Date(sinceMs), cursor: undefined })).rows.map(
        (row) => row.externalId,
      )
    expect(await ids(0)).toEqual([second, first])
    expect(await ids(now)).toEqual([first])
    expect(await ids(now + 900), 'update times are whole seconds').toEqual([first])
    expect(await ids(now + 1_000)).toEqual([])
  })
})
