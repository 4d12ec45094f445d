import https from 'node:https'
import net from 'node:net'
import { SellingPartner } from 'amazon-sp-api'
import { expect, test } from 'vitest'
import { atOnce, type ConnectedAccount, withAccount } from '../testing/connected-account.ts'

/**
 * The best-known client of Amazon's API drives the simulator. It knows Amazon's own hosts alone and speaks TLS, so its
 * connections are led to the simulator; everything else (paths, headers, bodies, how errors are read) is as it has it.
 */
class Detour extends https.Agent {
  readonly #port: number

  constructor(port: number) {
    super({ keepAlive: false })
    this.#port = port
  }

  override createConnection(): net.Socket {
    return net.connect(this.#port, '127.0.0.1')
  }
}

function clientOf({ simulator }: ConnectedAccount, refreshToken = simulator.credentials.refreshToken) {
  return new SellingPartner({
    region: 'na',
    refresh_token: refreshToken,
    credentials: {
      SELLING_PARTNER_APP_CLIENT_ID: simulator.credentials.clientId,
      SELLING_PARTNER_APP_CLIENT_SECRET: simulator.credentials.clientSecret,
    },
    options: { auto_request_throttled: false, https_proxy_agent: new Detour(simulator.port) },
  })
}

const path = (sku: string) => ({ sellerId: 'A3PLIMSOLLSIM', sku })
const here = { marketplaceIds: ['ATVPDKIKX0DER'] }
/** The client would take the version that Amazon has ended. */
const options = { version: '2021-08-01' }

test('listings are read and patched; replace wipes the days until shipping, merge leaves them', () =>
  withAccount(atOnce, async (account) => {
    await account.seed({ sku: 'TEA / 1+2%', title: 'Tea', quantity: 9 })
    const client = clientOf(account)
    const participations = await client.callAPI({ operation: 'sellers.getMarketplaceParticipations' })
    expect(participations).toMatchObject([{ marketplace: { id: 'ATVPDKIKX0DER' } }])

    const patch = async (op: string, quantity: number) =>
      await client.callAPI({
        operation: 'listingsItems.patchListingsItem',
        options,
        path: path('TEA / 1+2%'),
        query: here,
        body: {
          productType: 'PRODUCT',
          patches: [
            {
              op,
              path: '/attributes/fulfillment_availability',
              value: [{ fulfillment_channel_code: 'DEFAULT', quantity }],
            },
          ],
        },
      })
    const read = async () =>
      await client.callAPI({
        operation: 'listingsItems.getListingsItem',
        options,
        path: path('TEA / 1+2%'),
        query: { ...here, includedData: ['attributes', 'fulfillmentAvailability'] },
      })
    expect(await patch('merge', 4)).toMatchObject({ sku: 'TEA / 1+2%', status: 'ACCEPTED' })
    expect(await read()).toMatchObject({
      fulfillmentAvailability: [{ fulfillmentChannelCode: 'DEFAULT', quantity: 4 }],
      attributes: { fulfillment_availability: [{ quantity: 4, lead_time_to_ship_max_days: 2 }] },
    })
    await patch('replace', 3)
    expect(JSON.stringify(await read())).not.toContain('lead_time_to_ship_max_days')
    // Refused with status 200: the client takes it for success, as Amazon means it.
    expect(await patch('merge', -1)).toMatchObject({ status: 'INVALID', issues: [{ severity: 'ERROR' }] })

    const found = await client.callAPI({
      operation: 'listingsItems.searchListingsItems',
      options,
      path: { sellerId: 'A3PLIMSOLLSIM' },
      query: { ...here, identifiers: ['TEA / 1+2%', 'NONE'], identifiersType: 'SKU', pageSize: 20 },
    })
    expect(found).toMatchObject({ numberOfResults: 1, items: [{ sku: 'TEA / 1+2%' }] })
  }))

test('a feed goes all its way: document, upload, feed, report', () =>
  withAccount({ ...atOnce, feedWorkMs: 0, unknownSkus: 'invalid' }, async (account) => {
    await account.seed({ sku: 'TEA', quantity: 9 })
    const client = clientOf(account)
    const contentType = 'application/json; charset=UTF-8'
    const document = await client.callAPI({ operation: 'feeds.createFeedDocument', body: { contentType } })
    const row = (messageId: number, sku: string) => ({
      messageId,
      sku,
      operationType: 'PARTIAL_UPDATE',
      productType: 'PRODUCT',
      attributes: { fulfillment_availability: [{ fulfillment_channel_code: 'DEFAULT', quantity: 7 }] },
    })
    const content = JSON.stringify({
      header: { sellerId: 'A3PLIMSOLLSIM', version: '2.0', issueLocale: 'en_US' },
      messages: [row(1, 'TEA'), row(2, 'NONE')],
    })
    await client.upload(document, { content, contentType })
    const made = await client.callAPI({
      operation: 'feeds.createFeed',
      body: { ...here, feedType: 'JSON_LISTINGS_FEED', inputFeedDocumentId: document.feedDocumentId },
    })
    const feed = await client.callAPI({ operation: 'feeds.getFeed', path: { feedId: made.feedId } })
    expect(feed).toMatchObject({ processingStatus: 'DONE', feedType: 'JSON_LISTINGS_FEED' })
    const result = await client.callAPI({
      operation: 'feeds.getFeedDocument',
      path: { feedDocumentId: feed.resultFeedDocumentId ?? '' },
    })
    const report = JSON.parse(String(await client.download(result)))
    expect(report).toMatchObject({
      issues: [{ messageId: 2, sku: 'NONE', code: '4000003', severity: 'ERROR' }],
      summary: { messagesProcessed: 2, messagesAccepted: 1, messagesInvalid: 1 },
    })
    expect(account.simulator.account.listings.get('TEA')?.quantity).toBe(7)
  }))

test('orders are found and shipped, FBA is counted, and grantless calls have a token of their own', () =>
  withAccount(atOnce, async (account) => {
    await account.seed({ sku: 'TEA', quantity: 9 }, { sku: 'KEPT', quantity: 3, keptByPlatform: true })
    const orderId = await account.buy('TEA', 2)
    const client = clientOf(account)
    const found = await client.callAPI({
      operation: 'orders.searchOrders',
      query: { ...here, lastUpdatedAfter: '2020-01-01T00:00:00Z', includedData: ['FULFILLMENT'] },
      options: { version: '2026-01-01' },
    })
    const [order] = found.orders
    expect(order).toMatchObject({ orderId, fulfillment: { fulfillmentStatus: 'UNSHIPPED' } })
    await client.callAPI({
      operation: 'orders.confirmShipment',
      path: { orderId },
      body: {
        marketplaceId: 'ATVPDKIKX0DER',
        packageDetail: {
          packageReferenceId: '1',
          carrierCode: 'UPS',
          trackingNumber: '1Z',
          shipDate: order?.createdTime ?? '',
          orderItems: [{ orderItemId: order?.orderItems[0]?.orderItemId ?? '', quantity: 2 }],
        },
      },
      options: { version: 'v0' },
    })
    expect((await account.operations.order(orderId)).state).toBe('closed')
    const counted = await client.callAPI({
      operation: 'fbaInventory.getInventorySummaries',
      query: { ...here, details: true, granularityType: 'Marketplace', granularityId: 'ATVPDKIKX0DER' },
    })
    expect(counted).toMatchObject({
      inventorySummaries: [{ sellerSku: 'KEPT', inventoryDetails: { fulfillableQuantity: 3 } }],
    })
    expect(await client.callAPI({ operation: 'notifications.getDestinations' })).toMatchObject([
      { resource: { sqs: { arn: 'arn:aws:sqs:us-east-1:123456789012:plimsoll' } } },
    ])
  }))

test('its errors are read by the client as Amazon’s', () =>
  withAccount({ ...atOnce, limits: { getListingsItem: { rate: 0.001, burst: 2 } } }, async (account) => {
    await account.seed({ sku: 'TEA' })
    const client = clientOf(account)
    const read = (sku: string) =>
      client.callAPI({ operation: 'listingsItems.getListingsItem', options, path: path(sku), query: here })
    await expect(read('NONE')).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await read('TEA')
    await expect(read('TEA')).rejects.toMatchObject({ code: 'QuotaExceeded' })
    await expect(
      client.callAPI({
        operation: 'orders.searchOrders',
        query: here,
        options: { version: '2026-01-01' },
      }),
    ).rejects.toMatchObject({ code: 'InvalidInput' })
    await expect(
      clientOf(account, 'Atzr|revoked').callAPI({ operation: 'sellers.getMarketplaceParticipations' }),
    ).rejects.toMatchObject({ code: 'invalid_grant' })
    // The client renews an ended token by the words that Amazon puts into the details.
    account.simulator.endTokens()
    await expect(read('TEA')).rejects.toMatchObject({ code: 'Unauthorized' })
  }))
