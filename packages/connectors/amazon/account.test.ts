import { type ExternalListing, isConnectorError, manualClock, toTokenFailure } from '@plimsoll/connector-kit'
import { fromEnvironment } from '@plimsoll/connector-kit/conformance'
import { sampleRecipients } from '@plimsoll/connector-kit/simulator'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isTokenRefused } from './authorization.ts'
import { connector } from './index.ts'
import { endpointOf, marketplaces, regionOf } from './marketplaces.ts'
import { toRefusal } from './refusals.ts'
import { readHeader, toReportListing } from './reports.ts'
import { accountIdOf, settings } from './settings.ts'
import { packageReferenceOf, toCarrier } from './shipping.ts'
import { atOnce, withAccount } from './testing/connected-account.ts'
import { readRate, toQuery } from './transport.ts'

describe('regions', () => {
  test('every marketplace lies in one of three, and a connection in one only', () => {
    expect(new Set(marketplaces.map(({ id }) => id)).size).toBe(marketplaces.length)
    for (const { id, region } of marketplaces) expect(endpointOf(regionOf([id]))).toContain(`-${region}.`)
    const parse = (ids: string[]) =>
      settings.safeParse({ sellerId: 'A3SELLER0001', marketplaces: ids }).success
    expect(parse(['A1PA6795UKMFR9', 'A13V1IB3VIYZZH'])).toBe(true)
    expect(parse(['A1PA6795UKMFR9', 'ATVPDKIKX0DER'])).toBe(false)
    expect(parse([])).toBe(false)
    expect(parse(['A1UNKNOWN'])).toBe(false)
  })

  test('a seller ID is another account in another region, and another’s budgets', () => {
    const given = (id: string) => settings.parse({ sellerId: 'A3SELLER0001', marketplaces: [id] })
    expect(accountIdOf(given('A1PA6795UKMFR9'))).toBe('eu:A3SELLER0001')
    expect(accountIdOf(given('A1VC38T7YXB528'))).toBe('fe:A3SELLER0001')
    const credentials = connector.manifest.credentials.parse({
      clientId: 'c',
      clientSecret: 's',
      refreshToken: 'r',
    })
    const keys = ['A1PA6795UKMFR9', 'A1VC38T7YXB528'].map((id) =>
      connector.budgetKeys?.({ settings: given(id), credentials }),
    )
    expect(keys[0]?.account).not.toBe(keys[1]?.account)
    expect(keys[0]?.application).toBe(keys[1]?.application)
  })
})

describe('errors', () => {
  const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
    status,
    headers: { 'x-amzn-requestid': 'r-1', ...headers },
    text: typeof body === 'string' ? body : JSON.stringify(body),
    date: undefined,
    durationMs: 1,
  })
  const errors = (code: string, message = '', details = '') => ({ errors: [{ code, message, details }] })

  test.each([
    [
      403,
      errors(
        'Unauthorized',
        'Access to requested resource is denied.',
        'The access token you provided has expired.',
      ),
      'unauthorized',
    ],
    [403, errors('Unauthorized', 'Access to requested resource is denied.'), 'forbidden'],
    [401, errors('Unauthorized'), 'unauthorized'],
    [404, errors('NOT_FOUND', "SKU 'X' not found"), 'not-found'],
    [400, errors('InvalidInput', "The parameter 'marketplaceIds' is required."), 'invalid'],
    [413, errors('RequestTooLarge'), 'invalid'],
    [429, errors('QuotaExceeded'), 'rate-limited'],
    [500, errors('InternalFailure'), 'unavailable'],
    [503, '<html>', 'unavailable'],
    [400, 'no words', 'invalid'],
  ])('%i %j is %s', (status, body, kind) => {
    const error = toRefusal(answer(status, body), 'levels')
    expect(error.kind).toBe(kind)
    expect(error.platform.status).toBe(status)
    if (typeof body !== 'string') {
      expect(error.platform).toMatchObject({ code: body.errors[0]?.code, requestId: 'r-1' })
    }
  })

  test.each([
    ['levels', 'Product Listing'],
    ['setLevels.feed', 'Product Listing'],
    ['check.orders', 'Inventory and Order Tracking'],
    ['ship', 'Inventory and Order Tracking'],
    ['check.counts', 'Amazon Fulfillment'],
    ['check', 'Selling Partner Insights'],
  ])('a missing role of %s is named: %s', (operation, scope) => {
    expect(toRefusal(answer(403, errors('Unauthorized', 'Denied.')), operation)).toMatchObject({ scope })
  })

  test('only an ended token is replaced, never a missing role', () => {
    expect(
      isTokenRefused({ status: 403, text: '{"message":"Access to requested resource is denied."}' }),
    ).toBe(false)
    expect(
      isTokenRefused({ status: 403, text: '{"details":"The access token you provided has expired."}' }),
    ).toBe(true)
    expect(isTokenRefused({ status: 400, text: 'The access token you provided has expired.' })).toBe(false)
  })

  test('check() names the roles that are missing, and a warning for each thing to know', () =>
    withAccount({ ...atOnce, missingRoles: ['stock', 'orders'] }, async ({ operations }) => {
      const found = await operations.check()
      expect(found.missingScopes.toSorted()).toEqual(['Amazon Fulfillment', 'Inventory and Order Tracking'])
      expect(found).toMatchObject({ accountId: 'na:A3PLIMSOLLSIM', currency: 'USD' })
    }))

  test.each(['2026-01-01', 'v0'] as const)(
    'without the role for buyers’ data orders are read as before, and check() says what is missing (%s)',
    (ordersApi) =>
      withAccount(
        { ...atOnce, missingRoles: ['buyers'], settings: { ordersApi } },
        async ({ operations, seed, buy, calls }) => {
          await seed({})
          const id = await buy('S-0', 1, sampleRecipients[1])
          const read = async () => (await operations.order(id)).destination
          // The older API tells everybody the place, and nobody the street.
          const place = { country: 'DE', region: undefined, postalCode: '50667', city: 'Köln' }
          expect(await read()).toEqual(ordersApi === 'v0' ? place : undefined)
          const before = calls.length
          await read()
          // Once refused, it is not asked for again.
          expect(calls.slice(before).map(({ operation }) => operation)).toEqual(
            ordersApi === 'v0' ? ['order', 'orders.items'] : ['order'],
          )
          expect(await operations.recipient?.(id)).toBeUndefined()
          const { missingScopes, warnings } = await operations.check()
          expect(missingScopes).toEqual([])
          expect(warnings.join(' ')).toContain('Direct to Consumer Shipping')
        },
      ),
  )

  test('a refresh token that was revoked is for a person', () =>
    withAccount(atOnce, async ({ simulator, operations }) => {
      simulator.faults.set({ revoked: true })
      const error = await operations.levels([{ stockUnitId: 'A', locationId: 'DEFAULT' }]).catch((one) => one)
      expect(isConnectorError(error) && toTokenFailure(error).kind).toBe('unauthorized')
    }))
})

test('a rate is learned from the header, the burst never, and nonsense not at all', () =>
  withAccount({ ...atOnce, limits: { searchListingsItems: { rate: 25 } } }, async ({ operations, http }) => {
    await operations.levels([{ stockUnitId: 'A', locationId: 'DEFAULT' }])
    const bucket = http.budgets.snapshot().buckets.find(({ name }) => name === 'searchListingsItems')
    expect(bucket?.capacity).toBe(5)
    const waits = Array.from({ length: 5 }, () =>
      operations.levels([{ stockUnitId: 'A', locationId: 'DEFAULT' }]),
    )
    await Promise.all(waits)
    expect(http.budgets.readyInMs({ cost: 1, priority: 0, operation: 'levels' })).toBeLessThanOrEqual(41)
    expect(['5.0', '0.0056', ' 12 '].map(readRate)).toEqual([5, 0.0056, 12])
    expect(['', 'NaN', '-1', '0', '1e9', '5,0', undefined].map(readRate)).toEqual(Array(7).fill(undefined))
  }))

test('whatever a SKU holds comes to Amazon as it is', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ minLength: 1, unit: 'grapheme' }), { minLength: 1, maxLength: 5 }),
      (skus) => {
        const plain = skus.filter((sku) => !sku.includes(','))
        const text = toQuery({ identifiers: plain, none: undefined })
        if (plain.length === 0) return
        const read = /identifiers=([^&]*)/.exec(text)?.[1]?.split(',').map(decodeURIComponent)
        expect(read).toEqual(plain)
        expect(text).not.toMatch(/[+ #]/)
      },
    ),
    fromEnvironment(),
  )
})

describe('orders are listed late', () => {
  test('a change is seen only two minutes later, and asking beyond is never refused', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26))
    await withAccount({ ...atOnce, clock, orderLagMs: 120_000 }, async ({ operations, seed, buy }) => {
      await seed({ sku: 'TEA' })
      const since = new Date(clock.now() - 1_000)
      const id = await buy('TEA', 1)
      const read = async () =>
        (await operations.orders({ since, cursor: undefined })).rows.map((row) => row.externalId)
      expect(await read()).toEqual([])
      expect((await operations.order(id)).state).toBe('open')
      await clock.advance(120_000)
      expect(await read()).toEqual([id])
      const later = new Date(clock.now() + 60_000)
      expect((await operations.orders({ since: later, cursor: undefined })).rows).toEqual([])
    })
  })

  test('what is pending holds its units, and becomes firm or gives them back', async () => {
    const clock = manualClock(Date.UTC(2026, 10, 26))
    await withAccount({ ...atOnce, clock, pendingMs: 1_800_000 }, async ({ operations, seed, buy, step }) => {
      await seed({ sku: 'TEA', quantity: 5 })
      const [paid, dead] = [await buy('TEA', 1), await buy('TEA', 2)]
      const key = { stockUnitId: 'TEA', locationId: 'DEFAULT' }
      expect(await operations.levels([key])).toMatchObject([{ quantity: 2 }])
      expect(await operations.order(paid)).toMatchObject({
        state: 'pending',
        lines: [{ sku: 'TEA', current: 1 }],
      })
      await step(dead, 'cancel')
      expect(await operations.order(dead)).toMatchObject({ state: 'cancelled', lines: [{ current: 0 }] })
      await clock.advance(1_800_000)
      expect((await operations.order(paid)).state).toBe('open')
      expect(await operations.levels([key])).toMatchObject([{ quantity: 4 }])
    })
  })
})

describe('parcels', () => {
  test('the same shipment has the same reference, a positive number; another’s is another', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(packageReferenceOf(one)).toMatch(/^[1-9]\d{0,9}$/)
        expect(packageReferenceOf(one) === packageReferenceOf(other)).toBe(one === other)
      }),
      fromEnvironment(),
    )
  })

  test('Amazon’s word for a carrier, or its name', () => {
    expect(toCarrier('dhl')).toEqual({ carrierCode: 'DHL' })
    expect(toCarrier('royal-mail')).toEqual({ carrierCode: 'Royal Mail' })
    expect(toCarrier('4PX')).toEqual({ carrierCode: '4PX' })
    expect(toCarrier('Hafen-Kurier')).toEqual({ carrierCode: 'Other', carrierName: 'Hafen-Kurier' })
  })

  test('two parcels of one order; one told again changes nothing; none without a number', () =>
    withAccount(atOnce, async ({ operations, seed, buy }) => {
      await seed({ sku: 'TEA' })
      const orderExternalId = await buy('TEA', 3)
      const [line] = (await operations.order(orderExternalId)).lines
      const parcel = (shipmentId: string, quantity: number) => ({
        shipmentId,
        orderExternalId,
        lines: [{ lineExternalId: line?.externalId ?? '', quantity }],
        tracking: { carrier: 'Hafen-Kurier', number: `T-${shipmentId}`, url: undefined },
        notifyCustomer: false,
      })
      const first = await operations.ship(parcel('s-1', 1))
      expect(await operations.ship(parcel('s-1', 1))).toEqual(first)
      expect(await operations.order(orderExternalId)).toMatchObject({
        state: 'open',
        lines: [{ shipped: 1 }],
      })
      await operations.ship(parcel('s-2', 2))
      expect(await operations.order(orderExternalId)).toMatchObject({
        state: 'closed',
        lines: [{ shipped: 3 }],
      })
      await expect(operations.ship(parcel('s-3', 1))).rejects.toMatchObject({ kind: 'invalid' })
      await expect(operations.ship({ ...parcel('s-4', 1), tracking: undefined })).rejects.toMatchObject({
        kind: 'invalid',
        field: 'tracking',
      })
    }))
})

describe('the report of all listings', () => {
  test.each(['utf-8', 'latin1'] as const)('is read in %s, packed and not, to the end', (reportEncoding) =>
    withAccount(
      { ...atOnce, reportEncoding, gzip: reportEncoding === 'latin1' },
      async ({ operations, seed, again }) => {
        const products = Array.from({ length: 1_201 }, (_, at) => ({
          sku: `S-${at}`,
          title: `Grüner Tee ${at}`,
          barcode: '4006381333931',
        }))
        await seed(
          ...products,
          { sku: 'NAUGHT', quantity: 0 },
          { sku: 'FREE', unitsTracked: false },
          { sku: 'KEPT', keptByPlatform: true },
        )
        const rows: ExternalListing[] = []
        let pages = 0
        for (let cursor: string | undefined; ; pages += 1) {
          // Any process reads on.
          const page = await (pages % 2 === 0 ? operations : again()).listings(cursor)
          rows.push(...page.rows)
          if (page.next === undefined) break
          expect(page.next).not.toBe(cursor)
          cursor = page.next
        }
        expect(new Set(rows.map(({ sku }) => sku)).size).toBe(1_204)
        const one = (sku: string) => rows.find((row) => row.sku === sku)
        // As it is read by itself.
        for (const sku of ['S-7', 'NAUGHT', 'FREE', 'KEPT'])
          expect(one(sku)).toEqual(await operations.listing(sku))
        expect(one('S-7')).toMatchObject({ title: 'Grüner Tee 7', barcode: '4006381333931' })
      },
    ),
  )

  test('a report without a column that is needed is Malformed; Japan’s columns are known', () => {
    expect(() => readHeader('item-name\tprice')).toThrow('seller-sku')
    const names = readHeader('商品名\t出品者SKU\t数量\tフルフィルメント・チャンネル')
    expect(toReportListing(names, '緑茶\tTEA\t3\tDEFAULT')).toMatchObject({
      sku: 'TEA',
      title: '緑茶',
      tracked: true,
    })
    expect(toReportListing(names, '緑茶\t\t3\tDEFAULT')).toBeUndefined()
  })
})
