import { offlineContext, openWebhookInbox } from '@plimsoll/connector-kit/conformance'
import { expect, test } from 'vitest'
import { connector } from './index.ts'
import { withShop } from './testing/connected-shop.ts'

/** What happens to a connection besides selling. */

const { webhooks } = connector

test.each(['customers/data_request', 'customers/redact', 'shop/redact'] as const)(
  '%s is verified, names its shop, and is answered although nothing is to be done',
  (topic) =>
    withShop({}, async ({ simulator, operations }) => {
      const inbox = await openWebhookInbox()
      try {
        simulator.tellPrivacy(topic, inbox.url)
        const request = await inbox.waitFor(({ headers }) => headers['x-shopify-topic'] === topic)
        const { settings, credentials } = simulator
        const context = offlineContext({ settings, credentials })
        expect(await webhooks.verify(request, context)).toBe(true)
        const tampered = { ...request, body: Buffer.concat([request.body, Buffer.from(' ')]) }
        expect(await webhooks.verify(tampered, context)).toBe(false)
        expect(webhooks.accountOf?.(request)).toBe((await operations.check()).accountId)
        expect(webhooks.parse(request)).toMatchObject([
          { kind: topic === 'shop/redact' ? 'uninstalled' : 'ignored' },
        ])
      } finally {
        await inbox.close()
      }
    }),
)

test('one address serves all shops of an application, and each shop has points of its own', () => {
  const keysOf = (shop: string) =>
    connector.budgetKeys?.({ settings: { shop }, credentials: { clientId: 'c', clientSecret: 's' } })
  expect(keysOf('a.myshopify.com')?.application).toBe(keysOf('b.myshopify.com')?.application)
  expect(keysOf('a.myshopify.com')?.account).not.toBe(keysOf('b.myshopify.com')?.account)
})

test('uninstalled: subscribers are told, then every call is refused; installed again it is the same account', () =>
  withShop({}, async ({ simulator, operations }) => {
    const inbox = await openWebhookInbox()
    try {
      await operations.registerWebhooks(inbox.url)
      const { accountId } = await operations.check()
      simulator.uninstall()
      const request = await inbox.waitFor(({ headers }) => headers['x-shopify-topic'] === 'app/uninstalled')
      expect(webhooks.parse(request)).toEqual([{ kind: 'uninstalled' }])
      await expect(operations.check()).rejects.toMatchObject({ kind: 'unauthorized' })
      simulator.reinstall()
      expect((await operations.check()).accountId).toBe(accountId)
      // Its subscriptions went with it.
      expect((await operations.registerWebhooks(inbox.url)).registered.length).toBeGreaterThan(5)
    } finally {
      await inbox.close()
    }
  }))

test('a variant that is made anew with its SKU is another listing; the old one is NotFound', () =>
  withShop({}, async ({ simulator, operations, seed }) => {
    await seed({ sku: 'TEA' })
    const [old] = (await operations.listings(undefined)).rows
    const variant = simulator.shop.variantsBySku.get('TEA')
    if (variant === undefined || old === undefined) throw new Error('no variant')
    simulator.shop.removeVariant(variant)
    await seed({ sku: 'TEA' })
    const { rows } = await operations.listings(undefined)
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({ sku: 'TEA' })
    expect(rows[0]?.externalId).not.toBe(old.externalId)
    await expect(operations.listing(old.externalId)).rejects.toMatchObject({ kind: 'not-found' })
    expect(
      await operations.levels([{ stockUnitId: old.stockUnitId, locationId: 'gid://shopify/Location/1' }]),
    ).toEqual([])
  }))

test('a bundle takes no number, and an inactive location takes none: the row is refused, the others wait', () =>
  withShop({ locations: ['A', 'B'] }, async ({ simulator, operations, seed }) => {
    const [tea, box] = await seed({ sku: 'TEA' }, { sku: 'BOX' })
    const bundle = simulator.shop.variantsBySku.get('BOX')
    const [, b] = simulator.shop.locations.values()
    if (tea === undefined || box === undefined || bundle === undefined || b === undefined) throw new Error()
    bundle.bundle = true
    const { rows } = await operations.listings(undefined)
    expect(rows.map(({ sku, tracked }) => [sku, tracked])).toEqual([
      ['TEA', true],
      ['BOX', false],
    ])
    const write = (writeId: string, stockUnitId: string, locationId: string) => ({
      writeId,
      stockUnitId,
      locationId,
      quantity: 4,
      expected: undefined,
    })
    const outcomes = await operations.setLevels([
      write('a', tea.stockUnitId, tea.locationId),
      write('b', box.stockUnitId, box.locationId),
    ])
    expect(outcomes).toMatchObject([
      { writeId: 'a', kind: 'untouched' },
      { writeId: 'b', kind: 'refused', error: { kind: 'invalid' } },
    ])
    b.active = false
    const gone = await operations.setLevels([write('c', tea.stockUnitId, `gid://shopify/Location/${b.id}`)])
    expect(gone).toMatchObject([{ kind: 'refused', error: { kind: 'not-found' } }])
  }))
