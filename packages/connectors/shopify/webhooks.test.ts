import { hmacSha256Base64, type Recipient, withoutPersonalData } from '@plimsoll/connector-kit'
import { offlineContext } from '@plimsoll/connector-kit/conformance'
import { describe, expect, test } from 'vitest'
import { placeOrder } from './simulator/checkout.ts'
import { refundOrder } from './simulator/order-steps.ts'
import { Shop } from './simulator/shop.ts'
import { orderBody } from './simulator/webhook-bodies.ts'
import { webhooks } from './webhooks.ts'

const credentials = { clientSecret: 'new secret', previousClientSecret: 'old secret', accessToken: 't' }
const text = '{"id":1}'
const body = Buffer.from(text)
const signed = (secret: string, over: string = text) => hmacSha256Base64(secret, over)

const called = { method: 'POST', url: 'https://hub.example/webhooks/1' }
const settings = { shop: 'brand.myshopify.com' }

describe('signatures', () => {
  const right = signed('new secret')
  const table: [story: string, header: string | undefined, expected: boolean][] = [
    ['the secret', right, true],
    ['the previous secret, for the hour after a rotation', signed('old secret'), true],
    ['another secret', signed('else'), false],
    ['another body', signed('new secret', '{"id":2}'), false],
    ['no header', undefined, false],
    ['an empty header', '', false],
    ['hexadecimal', Buffer.from(right, 'base64').toString('hex'), false],
    ['a part of it', right.slice(0, 20), false],
    ['it, and more', `${right}AAAA`, false],
    ['not base64', '☃'.repeat(44), false],
  ]
  test.each(table)('%s', (_, header, expected) => {
    const request = { ...called, headers: { 'x-shopify-hmac-sha256': header }, body }
    expect(webhooks.verify(request, offlineContext({ settings, credentials }))).toBe(expected)
  })

  test('an empty secret signs nothing', () => {
    const request = { ...called, headers: { 'x-shopify-hmac-sha256': signed('') }, body }
    const empty = { clientSecret: '', accessToken: 't' }
    expect(webhooks.verify(request, offlineContext({ settings, credentials: empty }))).toBe(false)
  })
})

const parse = (topic: string, json: unknown) =>
  webhooks.parse({ headers: { 'x-shopify-topic': topic }, body: Buffer.from(JSON.stringify(json)) })

const level = {
  inventory_item_id: 808950810,
  location_id: 905684977,
  available: 7,
  updated_at: '2026-11-24T01:02:03-05:00',
}
const levelEvent = {
  kind: 'level',
  level: {
    stockUnitId: 'gid://shopify/InventoryItem/808950810',
    locationId: 'gid://shopify/Location/905684977',
    quantity: 7,
    updatedAt: new Date('2026-11-24T06:02:03Z'),
  },
}
const orderHint = {
  kind: 'order',
  externalId: 'gid://shopify/Order/45',
  version: undefined,
  order: undefined,
}

describe('what a webhook is about', () => {
  test.each([
    ['inventory_levels/update', level, [levelEvent]],
    [
      'inventory_levels/update',
      { ...level, available: null },
      [{ kind: 'level', level: { ...levelEvent.level, quantity: undefined } }],
    ],
    [
      'inventory_levels/update',
      { ...level, available: -3 },
      [{ kind: 'level', level: { ...levelEvent.level, quantity: -3 } }],
    ],
    ['refunds/create', { id: 9, order_id: 45 }, [orderHint]],
    ['orders/edited', { order_edit: { id: 9, order_id: 45 } }, [orderHint]],
    ['orders/delete', { id: 45 }, [{ kind: 'order-deleted', externalId: 'gid://shopify/Order/45' }]],
    [
      'products/update',
      { id: 1, variants: [{ id: 2 }, { id: 3 }] },
      [2, 3].map((id) => ({
        kind: 'listing',
        externalId: `gid://shopify/ProductVariant/${id}`,
        deleted: false,
      })),
    ],
    ['products/delete', { id: 1 }, [{ kind: 'ignored', why: expect.any(String) }]],
    ['app/uninstalled', { id: 1 }, [{ kind: 'uninstalled' }]],
    ['customers/redact', { shop_domain: 's.myshopify.com' }, [{ kind: 'ignored', why: expect.any(String) }]],
    ['carts/update', { id: 1 }, [{ kind: 'ignored', why: 'topic carts/update' }]],
  ])('%s %#', (topic, json, events) => {
    expect(parse(topic, json)).toEqual(events)
  })

  test.each([
    ['inventory_levels/update', { ...level, available: undefined }],
    ['inventory_levels/update', { ...level, available: '7' }],
    ['inventory_levels/update', { ...level, available: 7.5 }],
    ['orders/updated', { id: 45 }],
    ['products/update', { id: 1 }],
    ['customers/redact', { id: 1 }],
    ['shop/redact', {}],
  ])('%s in another shape is Malformed, never guessed: %#', (topic, json) => {
    expect(() => parse(topic, json)).toThrow(expect.objectContaining({ kind: 'malformed' }))
  })

  test.each(['FULFILLMENT_REQUEST', 'CANCELLATION_REQUEST'])(
    'a callback of a fulfilment service: %s',
    (kind) => {
      const request = { headers: {}, body: Buffer.from(JSON.stringify({ kind })) }
      expect(webhooks.parse(request)).toEqual([{ kind: 'ignored', why: expect.stringContaining(kind) }])
    },
  )

  test('without a topic it is Malformed', () => {
    expect(() => webhooks.parse({ headers: {}, body })).toThrow(
      expect.objectContaining({ kind: 'malformed' }),
    )
  })
})

describe('an order body', () => {
  const options = {
    name: 'S',
    domain: 's.myshopify.com',
    currency: 'EUR',
    locations: ['A'],
    timestampStepMs: 1_000,
  }
  const shop = new Shop({ ...options, now: () => Date.UTC(2026, 10, 24) })
  const seed = {
    sku: 'TEA',
    barcode: undefined,
    title: 'Tea',
    price: 4,
    tracked: true,
    sellsBeyondZero: false,
  }
  const variant = shop.addVariant(seed, 5)

  test('becomes the order, with numbers as gids and the update time as version', () => {
    const placed = placeOrder(shop, [{ sku: 'TEA', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('refused')
    const [event] = parse('orders/create', orderBody(shop, placed.order))
    expect(event).toMatchObject({
      kind: 'order',
      externalId: `gid://shopify/Order/${placed.order.id}`,
      version: Date.UTC(2026, 10, 24),
      order: {
        state: 'open',
        lines: [{ listingExternalId: `gid://shopify/ProductVariant/${variant.id}`, sku: 'TEA', current: 2 }],
      },
    })
    refundOrder(shop, placed.order)
    const [after] = parse('orders/updated', orderBody(shop, placed.order))
    expect(after).toMatchObject({
      order: { state: 'closed', lines: [{ ordered: 2, current: 0, shipped: 0 }] },
    })
  })

  test('a custom line has no listing', () => {
    const line = {
      id: 1,
      variant_id: null,
      sku: null,
      title: 'Engraving',
      quantity: 1,
      current_quantity: 1,
      fulfillable_quantity: 1,
    }
    const order = {
      id: 45,
      name: '#1',
      created_at: '2026-11-24T00:00:00Z',
      updated_at: '2026-11-24T00:00:00Z',
      line_items: [line],
    }
    expect(parse('orders/create', order)).toMatchObject([
      { order: { lines: [{ listingExternalId: undefined, sku: undefined, title: 'Engraving' }] } },
    ])
  })

  test('ids past 2^53 keep every digit', () => {
    const line =
      '{"id":866550311766439020,"variant_id":808950810,"quantity":1,"current_quantity":1,"fulfillable_quantity":1}'
    const body = `{"id":820982911946154508,"name":"#9999","created_at":"2026-11-24T00:00:00-05:00","updated_at":"2026-11-24T00:00:00-05:00","line_items":[${line}]}`
    const headers = { 'x-shopify-topic': 'orders/create' }
    expect(webhooks.parse({ headers, body: Buffer.from(body) })).toMatchObject([
      {
        externalId: 'gid://shopify/Order/820982911946154508',
        order: { lines: [{ externalId: 'gid://shopify/LineItem/866550311766439020' }] },
      },
    ])
  })

  test('one that does not say what is left of a line is a hint to read it', () => {
    const order = {
      id: 45,
      name: '#1',
      created_at: '2026-11-24T00:00:00Z',
      updated_at: '2026-11-24T00:00:00Z',
      line_items: [{ id: 1, quantity: 2 }],
    }
    expect(parse('orders/create', order)).toEqual([orderHint])
  })

  test('holds nothing of the buyer once personal data is dropped', () => {
    const to: Recipient = {
      name: 'Jo Buyer',
      company: 'Hafen & Co.',
      addressLines: ['Hafenstr. 1'],
      city: 'Altona',
      region: undefined,
      postalCode: '20359',
      country: 'DE',
      phone: '+49 30 901820',
      email: 'jo.buyer@example.com',
    }
    const placed = placeOrder(shop, [{ sku: 'TEA', quantity: 1 }], { to })
    if (placed.kind === 'refused') throw new Error('refused')
    const before = JSON.stringify(orderBody(shop, placed.order))
    expect(before).toMatch(/Buyer/)
    const after = JSON.stringify(withoutPersonalData(JSON.parse(before), webhooks.personalDataKeys))
    expect(after).not.toMatch(/Buyer|Jo\b|example\.com|Hafen|901820/)
    // What the hub needs is still there.
    expect(parse('orders/create', JSON.parse(after))).toEqual(parse('orders/create', JSON.parse(before)))
  })
})
