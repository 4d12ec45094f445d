import { ANNOUNCED_RETURNS, type AnnouncedReturn } from '@plimsoll/connector-kit'
import { fromEnvironment, offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { toAnnounced } from './returns.ts'
import { scopesToAskFor } from './scopes.ts'
import { fulfillOrder } from './simulator/order-steps.ts'
import { findReturn, grantReturn, shrinkReturn, stepReturn } from './simulator/returns.ts'
import { TOPICS } from './subscriptions.ts'
import { type ConnectedShop, withShop } from './testing/connected-shop.ts'

const since = new Date(0)

async function read({ operations }: ConnectedShop): Promise<AnnouncedReturn[]> {
  const page = await operations.stream?.(ANNOUNCED_RETURNS, { since, cursor: undefined })
  return (page?.rows ?? []).flatMap((event) =>
    event.kind === 'announced-return' && event.return !== undefined ? [event.return] : [],
  )
}

/** Five of one thing bought and sent in two parcels. */
async function openSent({ simulator, seed, buy }: ConnectedShop) {
  await seed({ sku: 'TEA' })
  await buy('TEA', 5)
  const [order] = [...simulator.shop.orders.values()]
  const [site] = order?.fulfillmentOrders ?? []
  const [row] = site?.lines ?? []
  if (order === undefined || site === undefined || row === undefined) throw new Error('nothing to send')
  const tracking = { company: undefined, number: undefined, url: undefined }
  for (const quantity of [2, 3])
    fulfillOrder(
      simulator.shop,
      [{ fulfillmentOrderId: site.id, lines: [{ id: row.id, quantity }] }],
      tracking,
    )
  return order
}

test('a return goes its way: what comes out of two parcels is one line, fewer units are told, the end as it ends', () => {
  let now = Date.parse('2026-11-27T08:00:00Z')
  const clock = { now: () => now, monotonic: () => now, sleep: async () => undefined }
  return withShop({ clock }, async (shop) => {
    const order = await openSent(shop)
    const { shop: books } = shop.simulator
    expect(await read(shop)).toEqual([])
    const returned = grantReturn(books, order, 4)
    if (typeof returned === 'string') throw new Error(returned)
    expect(grantReturn(books, order, 2)).toBe('Only 1 units of it can be returned.')
    const [granted] = await read(shop)
    expect(granted).toMatchObject({
      externalId: `gid://shopify/Return/${returned.id}`,
      number: `#${order.number}-R1`,
      orderExternalId: `gid://shopify/Order/${order.id}`,
      state: 'announced',
      lines: [{ lineExternalId: `gid://shopify/LineItem/${order.lines[0]?.id}`, units: 4 }],
    })
    now += 1_000
    shrinkReturn(books, { order, returned }, 1)
    const [fewer] = await read(shop)
    expect(fewer).toMatchObject({ state: 'announced', lines: [{ units: 3 }] })
    // All within one second: what comes later is newer all the same.
    stepReturn(books, { order, returned }, 'close')
    const [closed] = await read(shop)
    stepReturn(books, { order, returned }, 'cancel')
    const [cancelled] = await read(shop)
    expect([closed?.state, cancelled?.state]).toEqual(['closed', 'cancelled'])
    const versions = [granted, fewer, closed, cancelled].map((told) => told?.version ?? 0)
    expect(versions).toEqual(versions.toSorted((a, b) => a - b))
    expect(new Set(versions).size).toBe(4)
    expect(findReturn(books, ({ id }) => id === returned.id)).toBeDefined()
  })
})

test('a shop that has not granted the right: nothing of returns, everything else as before, and check() says which', () =>
  withShop(
    { scopes: scopesToAskFor({ isService: false }).filter((scope) => scope !== 'read_returns') },
    async (shop) => {
      const order = await openSent(shop)
      expect(typeof grantReturn(shop.simulator.shop, order, 1)).toBe('object')
      expect(await read(shop)).toEqual([])
      expect(await shop.operations.order(`gid://shopify/Order/${order.id}`)).toMatchObject({
        number: '#1001',
      })
      const { missingScopes, warnings } = await shop.operations.check()
      expect(missingScopes).toEqual([])
      expect(warnings.filter((each) => each.includes('read_returns'))).toHaveLength(1)
      const { registered } = await shop.operations.registerWebhooks('http://127.0.0.1:9/in')
      expect(registered).toEqual(TOPICS.filter((topic) => !topic.startsWith('returns/')))
    },
  ))

test('a webhook of a return is signed, hints at its return, and what its customer wrote is no part of it', () =>
  withShop({}, async (shop) => {
    const inbox = await openWebhookInbox()
    try {
      const order = await openSent(shop)
      await shop.operations.registerWebhooks(inbox.url)
      const returned = grantReturn(shop.simulator.shop, order, 1)
      if (typeof returned === 'string') throw new Error(returned)
      const request = await inbox.waitFor(({ headers }) => headers['x-shopify-topic'] === 'returns/approve')
      const { settings, credentials } = shop.simulator
      expect(await connector.webhooks.verify(request, offlineContext({ settings, credentials }))).toBe(true)
      expect(connector.webhooks.parse(request)).toEqual([
        {
          kind: 'announced-return',
          externalId: `gid://shopify/Return/${returned.id}`,
          version: undefined,
          return: undefined,
        },
      ])
    } finally {
      await inbox.close()
    }
  }))

test('units of a return are neither lost nor made: by line, whatever the rows, and none of what names no line', () => {
  const row = fc.oneof(
    fc.record({
      __typename: fc.constant('ReturnLineItem' as const),
      quantity: fc.nat(9),
      fulfillmentLineItem: fc.record({ lineItem: fc.record({ id: fc.constantFrom('a', 'b', 'c') }) }),
    }),
    fc.constant({ __typename: 'UnverifiedReturnLineItem' }),
  )
  fc.assert(
    fc.property(fc.array(row), (lines) => {
      const told = toAnnounced({
        id: 'r',
        name: '#1-R1',
        status: 'OPEN',
        orderId: 'o',
        updatedAt: '2026-11-27T08:00:00Z',
        lines,
      })
      const expected = new Map<string, number>()
      for (const line of lines) {
        if (!('quantity' in line)) continue
        const { id } = line.fulfillmentLineItem.lineItem
        expected.set(id, (expected.get(id) ?? 0) + line.quantity)
      }
      expect(new Map(told?.lines.map(({ lineExternalId, units }) => [lineExternalId, units]))).toEqual(
        new Map([...expected].filter(([, units]) => units > 0)),
      )
    }),
    fromEnvironment({ numRuns: 200 }),
  )
})
