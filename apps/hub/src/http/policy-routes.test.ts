import { itemDetail, policyList } from '@plimsoll/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findWrongSums } from '../testing/explain-arithmetic.ts'
import { type ServedHub, type Shop, serveHub } from '../testing/served-hub.ts'

let served: ServedHub
let shop: Shop
beforeAll(async () => {
  served = await serveHub()
  await served.stock('CUP', 20)
  shop = await served.openShop([{ sku: 'CUP', quantity: 0 }])
})
afterAll(() => served.close())

const put = (body: object) => served.ask('PUT', '/api/v1/policies', body)

test('a policy is shown by the answer, in the list, and in the number of the channel with its reason', async () => {
  expect(await put({ connection: shop.connectionId, bufferUnits: 3, cap: 15 })).toMatchObject({
    status: 200,
    body: { bufferUnits: 3, cap: 15, floor: null, paused: null },
  })
  const listed = policyList.parse((await served.ask('GET', '/api/v1/policies')).body)
  expect(listed.rows).toMatchObject([
    { scope: 'connection', connectionId: shop.connectionId, bufferUnits: 3, cap: 15, listingId: null },
  ])
  const { listings } = itemDetail.parse((await served.ask('GET', '/api/v1/items/CUP')).body)
  const level = listings[0]?.levels[0]
  expect(level).toMatchObject({ desired: 15, explain: { value: 15 } })
  if (level !== undefined) expect(findWrongSums(level.explain)).toEqual([])
})

test('what is wrong is refused with its field, and nothing is changed', async () => {
  const before = (await served.ask('GET', '/api/v1/policies')).text
  expect(await put({ connection: shop.connectionId, floor: 16 })).toMatchObject({
    status: 422,
    body: { code: 'policy-contradiction', field: 'floor' },
  })
  expect(await put({ connection: 'nowhere', cap: 1 })).toMatchObject({
    status: 404,
    body: { code: 'unknown-connection' },
  })
  expect(await put({ listing: 'nothing', cap: 1 })).toMatchObject({
    status: 404,
    body: { code: 'unknown-listing' },
  })
  for (const wrong of [{ cap: -1 }, { bufferPercent: 101 }, { cap: 1.5 }, { buffer: 3 }, { paused: 'yes' }]) {
    expect(await put(wrong), JSON.stringify(wrong)).toMatchObject({ body: { code: 'invalid-request' } })
  }
  expect((await served.ask('GET', '/api/v1/policies')).text).toBe(before)
})

test('a shelf-life minimum is set for whom units are, listed, and taken back', async () => {
  const set = (body: object) => served.ask('PUT', '/api/v1/shelf-life-minimums', body)
  await set({ days: 10 })
  await set({ customer: 'Ada', days: 30 })
  const own = { scope: 'organization', name: null, days: 10 }
  const ofAda = { scope: 'customer', name: 'Ada', days: 30 }
  expect((await served.ask('GET', '/api/v1/shelf-life-minimums')).body).toEqual({ rows: [own, ofAda] })
  expect(await set({ days: null })).toMatchObject({ status: 200, body: { rows: [ofAda] } })
  for (const wrong of [{ days: -1 }, { customer: 'Ada' }, { customer: 'Ada', connection: 'x', days: 1 }]) {
    expect(await set(wrong), JSON.stringify(wrong)).toMatchObject({ body: { code: 'invalid-request' } })
  }
})
