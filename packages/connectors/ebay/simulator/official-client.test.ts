import { generateKeyPairSync } from 'node:crypto'
import eBayApi from 'ebay-api'
import { expect, test } from 'vitest'
import { createControl } from './control.ts'
import { createEbaySimulator, type EbaySimulator } from './index.ts'

/**
 * `ebay-api`, the best kept client of eBay, drives the simulator: its requests are led there, everything else (paths,
 * headers, XML, how errors are told, its signatures) is as its authors wrote it.
 */
async function clientOf(simulator: EbaySimulator, signature?: { jwe: string; privateKey: string }) {
  const { clientId, clientSecret, refreshToken } = simulator.credentials
  const client = new eBayApi({
    appId: clientId,
    certId: clientSecret,
    sandbox: true,
    ruName: simulator.settings.ruName,
    scope: ['https://api.ebay.com/oauth/api_scope'],
    autoRefreshToken: true,
    ...(signature !== undefined && { signature }),
  })
  client.req.instance.interceptors.request.use((request) => ({
    ...request,
    url: String(request.url).replace(/^https:\/\/apiz?\.sandbox\.ebay\.com/, simulator.url),
  }))
  client.OAuth2.setCredentials({
    access_token: 'ended',
    refresh_token: refreshToken,
    expires_in: 7_200,
    refresh_token_expires_in: 47_304_000,
    token_type: 'User Access Token',
  })
  await client.OAuth2.refreshToken()
  return client
}

async function withSimulator(
  options: Parameters<typeof createEbaySimulator>[0] & object,
  story: (simulator: EbaySimulator, control: ReturnType<typeof createControl>) => Promise<void>,
): Promise<void> {
  const simulator = await createEbaySimulator(options)
  const traits = { listedWith: options.listedWith ?? 'both', variations: options.variations ?? 1 } as const
  try {
    await story(simulator, createControl(simulator.account, simulator.book, traits))
  } finally {
    await simulator.close()
  }
}

const tea = { sku: 'TEA', title: 'Tea', price: 3, quantity: 9 }

test('the Sell APIs: items, offers, quantities, orders, parcels, who the seller is', () =>
  withSimulator({ listedWith: 'inventory' }, async (simulator, control) => {
    await control.addProducts([tea])
    const { sell, commerce } = await clientOf(simulator)
    expect(await sell.inventory.getInventoryItem('TEA')).toMatchObject({ product: { title: 'Tea' } })
    const { offers } = await sell.inventory.getOffers({ sku: 'TEA' })
    expect(offers).toMatchObject([{ status: 'PUBLISHED', availableQuantity: 9 }])
    const written = await sell.inventory.bulkUpdatePriceQuantity({
      requests: [
        {
          sku: 'TEA',
          shipToLocationAvailability: { quantity: 4 },
          offers: [{ offerId: offers[0].offerId, availableQuantity: 4 }],
        },
      ],
    })
    expect(written.responses).toMatchObject([{ sku: 'TEA', statusCode: 200 }])
    const placed = await control.placeOrder([{ sku: 'TEA', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('it can be bought')
    const { orders, total } = await sell.fulfillment.getOrders({ limit: 10 })
    expect(total).toBe(1)
    await sell.fulfillment.createShippingFulfillment(placed.externalId, {
      lineItems: [{ lineItemId: orders[0].lineItems[0].lineItemId, quantity: 2 }],
      shippingCarrierCode: 'DHL',
      trackingNumber: 'JD014600',
    })
    expect(await sell.fulfillment.getOrder(placed.externalId)).toMatchObject({
      orderFulfillmentStatus: 'FULFILLED',
    })
    expect(await commerce.identity.api({ subdomain: 'apiz' }).getUser()).toMatchObject({
      userId: 'SIMULATEDSELLER',
    })
  }))

test('the Trading API: the client’s own XML and its reading of ours', () =>
  withSimulator({ listedWith: 'trading', variations: 2 }, async (simulator, control) => {
    await control.addProducts([tea, { ...tea, sku: 'TEA & "MORE" <中文>' }])
    const { trading } = await clientOf(simulator)
    const { ActiveList } = await trading.GetMyeBaySelling({ ActiveList: { Include: true } })
    const [item] = ActiveList.ItemArray.Item
    expect(item.Variations.Variation).toMatchObject([{ SKU: 'TEA' }, { SKU: 'TEA & "MORE" <中文>' }])
    const revised = await trading.ReviseInventoryStatus({
      InventoryStatus: [{ ItemID: item.ItemID, SKU: 'TEA & "MORE" <中文>', Quantity: 3 }],
    })
    expect(revised).toMatchObject({ Ack: 'Success', InventoryStatus: { Quantity: 3 } })
    const { Item } = await trading.GetItem({ ItemID: item.ItemID })
    expect(Item).toMatchObject({
      Variations: { Variation: [{ Quantity: 9 }, { Quantity: 3, SellingStatus: { QuantitySold: 0 } }] },
    })
    await expect(trading.GetItem({ ItemID: '999999999999' })).rejects.toHaveProperty('errorCode', 17)
  }))

test('a token that has ended is understood and replaced, in both tongues', () =>
  withSimulator({ listedWith: 'trading' }, async (simulator, control) => {
    await control.addProducts([tea])
    const { trading, sell } = await clientOf(simulator)
    simulator.endTokens()
    expect(await trading.GetMyeBaySelling({ ActiveList: { Include: true } })).toMatchObject({
      Ack: 'Success',
    })
    simulator.endTokens()
    expect(await sell.fulfillment.getOrders({ limit: 10 })).toMatchObject({ total: 0 })
  }))

test('the client’s signature of a cancellation is the one that the simulator wants', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const signingKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64')
  return withSimulator({ signingKey }, async (simulator, control) => {
    await control.addProducts([tea])
    const placed = await control.placeOrder([{ sku: 'TEA', quantity: 2 }])
    if (placed.kind === 'refused') throw new Error('it can be bought')
    const client = await clientOf(simulator, {
      jwe: 'eyJ6aXAiOiJERUYi.simulated',
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    })
    const cancellation = {
      legacyOrderId: placed.externalId,
      cancelReason: 'BUYER_ASKED_CANCEL',
      buyerPaid: true,
    } as never
    await expect(client.postOrder.cancellation.createCancellation(cancellation)).rejects.toThrow()
    await client.postOrder.cancellation.sign.createCancellation(cancellation)
    expect(simulator.book.find(placed.externalId)?.cancel).toBe('CANCELED')
  })
})
