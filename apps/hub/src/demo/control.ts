import { request } from 'undici'
import { z } from 'zod'

/** What the demo asks of a simulated shop, over the control API that every simulator has. */
export type ShopControl = ReturnType<typeof createShopControl>

const order = z.object({
  seq: z.int(),
  externalId: z.string(),
  atNs: z.string(),
  lines: z.array(
    z.object({ sku: z.string(), stockUnitId: z.string(), locationId: z.string(), quantity: z.int() }),
  ),
})
const write = z.object({
  seq: z.int(),
  atNs: z.string(),
  stockUnitId: z.string(),
  locationId: z.string(),
  quantity: z.int(),
})
const webhookSend = z.object({
  seq: z.int(),
  atNs: z.string(),
  orderExternalId: z.string().nullable(),
  attempt: z.int(),
})
const state = z.object({
  name: z.string(),
  levels: z.array(
    z.object({
      sku: z.string(),
      stockUnitId: z.string(),
      locationId: z.string(),
      quantity: z.int().nullable(),
    }),
  ),
  ordersPlaced: z.int(),
  unitsSold: z.int(),
  refusedUnits: z.int(),
  webhooks: z.record(z.string(), z.number()),
  faultCounts: z.record(z.string(), z.number()),
})
const page = <Row extends z.ZodType>(row: Row) => z.object({ rows: z.array(row), last: z.int() })

export type BookedOrder = z.infer<typeof order>
export type BookedWrite = z.infer<typeof write>
export type BookedWebhookSend = z.infer<typeof webhookSend>
export type ShopState = z.infer<typeof state>

export function createShopControl(url: string) {
  const call = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const answer = await request(`${url}/_control${path}`, {
      method,
      ...(body !== undefined && {
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    })
    return { status: answer.statusCode, body: await answer.body.json() }
  }
  const good = async (method: 'GET' | 'POST' | 'PUT', path: string, body?: unknown) => {
    const answer = await call(method, path, body)
    if (answer.status >= 300)
      throw new Error(`${method} ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    url,
    state: async () => state.parse(await good('GET', '/state')),
    addProducts: async (products: readonly object[]) => {
      await good('POST', '/products', products)
    },
    /** @returns undefined when the shop is short of something: the shopper goes away */
    buy: async (lines: readonly { sku: string; quantity: number }[]): Promise<string | undefined> => {
      const answer = await call('POST', '/orders', { lines })
      if (answer.status === 409) return undefined
      if (answer.status !== 201)
        throw new Error(`an order was answered ${answer.status}: ${JSON.stringify(answer.body)}`)
      return z.object({ externalId: z.string() }).parse(answer.body).externalId
    },
    /** @returns false when the shop refuses (already shipped, already cancelled) */
    stepOrder: async (externalId: string, step: 'cancel' | 'fulfill' | 'refund'): Promise<boolean> => {
      const { status } = await call('POST', `/orders/${encodeURIComponent(externalId)}/${step}`)
      return status < 300
    },
    /** What its customers can see of parcels: texts with the tracking numbers in them. */
    toldCustomers: async () =>
      z.object({ rows: z.array(z.string()) }).parse(await good('GET', '/told-customers')).rows,
    setFaults: async (faults: object) => {
      await good('PUT', '/faults', faults)
    },
    orders: async () => page(order).parse(await good('GET', '/orders?limit=200000')).rows,
    writes: async () => page(write).parse(await good('GET', '/writes?limit=200000')).rows,
    webhookSends: async () => page(webhookSend).parse(await good('GET', '/webhook-sends?limit=200000')).rows,
  }
}
