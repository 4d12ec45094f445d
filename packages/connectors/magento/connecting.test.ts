import { createHmac } from 'node:crypto'
import { manualClock, systemClock } from '@plimsoll/connector-kit'
import { describe, expect, test } from 'vitest'
import { signedHeader, withQuery } from './authorization.ts'
import { credentials as credentialsSchema, settings as settingsSchema } from './settings.ts'
import {
  createMagentoSimulator,
  type MagentoSimulator,
  type MagentoSimulatorOptions,
} from './simulator/index.ts'
import { connect } from './testing/connect.ts'

async function withShop(
  options: MagentoSimulatorOptions,
  story: (simulator: MagentoSimulator) => Promise<void>,
): Promise<void> {
  const simulator = await createMagentoSimulator(options)
  try {
    await story(simulator)
  } finally {
    await simulator.close()
  }
}

describe('what is typed in', () => {
  test.each([
    ['https://shop.example/', 'https://shop.example'],
    ['https://shop.example/store/rest/V1', 'https://shop.example/store'],
    ['https://shop.example/rest/default/V1/', 'https://shop.example'],
    ['https://na1.api.commerce.adobe.com/TENANT/V1', 'https://na1.api.commerce.adobe.com/TENANT'],
  ])('%s is %s', (typed, url) => {
    expect(settingsSchema.parse({ url: typed }).url).toBe(url)
  })
  test.each([
    { consumerKey: 'a', consumerSecret: 'b', accessToken: 'c', accessTokenSecret: 'd' },
    { accessToken: 'c' },
    { clientId: 'a', clientSecret: 'b', imsOrganization: 'c@AdobeOrg' },
  ])('%j is enough', (given) => {
    expect(credentialsSchema.safeParse(given).success).toBe(true)
  })
  test.each([
    {},
    { consumerKey: 'a', consumerSecret: 'b' },
    { consumerKey: 'a', consumerSecret: 'b', accessToken: 'c' },
    { clientId: 'a', clientSecret: 'b' },
  ])('%j is not', (given) => {
    expect(credentialsSchema.safeParse(given).success).toBe(false)
  })
})

test('a signed request has the signature of RFC 5849, section 3.4, query and brackets included', () => {
  const authorization = {
    kind: 'oauth1' as const,
    consumerKey: 'ck',
    consumerSecret: 'cs&',
    token: 'tk',
    tokenSecret: 'ts',
  }
  const query = { 'searchCriteria[pageSize]': '1', fields: 'items[sku],total_count' }
  const url = 'https://shop.example/rest/all/V1/products'
  const header = signedHeader(authorization, {
    method: 'GET',
    url,
    query,
    nowMs: 1_785_576_600_000,
    nonce: 'n1',
  })
  const base =
    'GET&https%3A%2F%2Fshop.example%2Frest%2Fall%2FV1%2Fproducts&fields%3Ditems%255Bsku%255D%252Ctotal_count%26oauth_consumer_key%3Dck%26oauth_nonce%3Dn1%26oauth_signature_method%3DHMAC-SHA256%26oauth_timestamp%3D1785576600%26oauth_token%3Dtk%26oauth_version%3D1.0%26searchCriteria%255BpageSize%255D%3D1'
  const signature = createHmac('sha256', 'cs%26&ts').update(base).digest('base64')
  expect(header).toBe(
    `OAuth oauth_consumer_key="ck", oauth_nonce="n1", oauth_signature_method="HMAC-SHA256", oauth_timestamp="1785576600", oauth_token="tk", oauth_version="1.0", oauth_signature="${encodeURIComponent(signature)}"`,
  )
  expect(withQuery(url, query)).toBe(
    `${url}?searchCriteria%5BpageSize%5D=1&fields=items%5Bsku%5D%2Ctotal_count`,
  )
})

test('the hub’s clock is ten minutes and more ahead: the shop refuses the time once, and is asked by its own', () =>
  withShop({}, async (simulator) => {
    const ahead = manualClock(systemClock.now() + 20 * 60_000)
    const { operations, calls } = connect(simulator, { clock: ahead })
    await operations.check()
    expect(calls.filter(({ operation }) => operation === 'storeConfigs')).toHaveLength(2)
    expect(calls.filter(({ operation }) => operation === 'orders')).toHaveLength(1)
  }))

test('a bearer token that the shop takes none of is Unauthorized, and says what to do', () =>
  withShop({}, async (simulator) => {
    const { accessToken } = simulator.credentials
    const { operations } = connect(simulator, { credentials: { accessToken } })
    await expect(operations.check()).rejects.toMatchObject({
      kind: 'unauthorized',
      message: expect.stringContaining('all four secrets'),
    })
    simulator.site.allowsBearer = true
    expect((await operations.check()).warnings.join(' ')).toContain('bearer')
  }))

test.each([true, false])(
  'check() names the rights that are missing, as the shop names them (bearer: %s)',
  (isBearer) =>
    withShop({ allowsBearer: true }, async (simulator) => {
      const { accessToken } = simulator.credentials
      const { operations } = connect(simulator, isBearer ? { credentials: { accessToken } } : {})
      expect((await operations.check()).missingScopes).toEqual([])
      simulator.site.missingRights = [
        'Magento_Sales::ship',
        'Magento_Sales::actions_view',
        'Magento_Sales::cancel',
      ]
      const { missingScopes } = await operations.check()
      expect(missingScopes.toSorted()).toEqual([
        'Magento_Sales::actions_view',
        'Magento_Sales::cancel',
        'Magento_Sales::ship',
      ])
      await expect(operations.order('1')).rejects.toMatchObject({
        kind: 'forbidden',
        scope: 'Magento_Sales::actions_view',
      })
    }),
)

test('check() changes nothing in the shop', () =>
  withShop({}, async (simulator) => {
    simulator.shop.catalogue.add({ sku: 'A' })
    simulator.shop.stock.save({ sku: 'A', source: 'default', quantity: 3, status: 1 })
    simulator.shop.checkout([{ sku: 'A', quantity: 1 }])
    await connect(simulator).operations.check()
    expect(simulator.shop.stock.items()).toEqual([{ sku: 'A', source: 'default', quantity: 3, status: 1 }])
    expect(simulator.shop.book.shipments).toEqual([])
    expect([...simulator.shop.book.orders.values()].map(({ state }) => state)).toEqual(['new'])
    expect(simulator.books.writes.last()).toBe(0)
  }))

test('an account is its address and store view, whatever the scheme and however it is spelt', () =>
  withShop({}, async (simulator) => {
    const host = simulator.url.replace('http://', '')
    const { accountId } = await connect(simulator).operations.check()
    expect(accountId).toBe(`${host} all`)
    const same = connect(simulator, { settings: { url: `http://${host}/rest/V1` } })
    expect((await same.operations.check()).accountId).toBe(accountId)
  }))

test('the cloud service: the store goes as a header, bulks the other way round, a token of a day is fetched once', () =>
  withShop({ edition: 'cloud-service', bulkDelayMs: 0 }, async (simulator) => {
    const skus = Array.from({ length: 25 }, (_, at) => `SKU-${at}`)
    for (const sku of skus) {
      simulator.shop.catalogue.add({ sku })
      simulator.shop.stock.save({ sku, source: 'default', quantity: 1, status: 1 })
    }
    const requests: { url: string; store: string | undefined }[] = []
    const { operations, calls } = connect(simulator, {
      settings: { asynchronousIncreases: true },
      wrap: (http) => ({
        ...http,
        send: async (request) => {
          requests.push({ url: request.url, store: request.headers?.store })
          return await http.send(request)
        },
      }),
    })
    await operations.check()
    const writes = skus.map((sku) => ({
      writeId: sku,
      stockUnitId: sku,
      locationId: 'default',
      quantity: 7,
      expected: undefined,
    }))
    const outcomes = await operations.setLevels(writes, { urgency: 'increase' })
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['accepted']))
    const asked = requests.filter(({ url }) => !url.includes('/ims/'))
    expect(asked.every(({ store }) => store === 'all')).toBe(true)
    expect(
      asked.some(({ url }) => url.includes('/simulatedinstance/V1/async/bulk/inventory/source-items')),
    ).toBe(true)
    expect(calls.filter(({ operation }) => operation === 'token')).toHaveLength(1)
  }))

test('no personal data is asked for', () =>
  withShop({}, async (simulator) => {
    simulator.shop.catalogue.add({ sku: 'A' })
    simulator.shop.stock.save({ sku: 'A', source: 'default', quantity: 3, status: 1 })
    const placed = simulator.shop.checkout([{ sku: 'A', quantity: 1 }])
    if (placed.kind === 'refused') throw new Error('refused')
    const answers: string[] = []
    const { operations } = connect(simulator, {
      wrap: (http) => ({
        ...http,
        send: async (request) => {
          const response = await http.send(request)
          answers.push(response.text)
          return response
        },
      }),
    })
    await operations.orders({ since: new Date(0), cursor: undefined })
    await operations.order(String(placed.order.id))
    expect(answers.join(' ')).toContain('qty_ordered')
    expect(answers.join(' ')).not.toMatch(/jane|Hamburg|203\.0\.113/i)
  }))
