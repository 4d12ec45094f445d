import { type ConnectorContext, type HttpResponse, readJson, statusError } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Credentials, Settings } from './settings.ts'

/** The platform's shapes as it answers them, and one function for each call. No retries, no sleeps: the kit does those. */

/** Rows of a page and of a batch. */
export const pageSize = 50

export const product = z.object({
  id: z.int(),
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  title: z.string(),
  /** Null: the platform sells it without counting. */
  stock: z.int().nullable(),
  status: z.enum(['active', 'hidden']),
})
export type Product = z.infer<typeof product>

export const order = z.object({
  id: z.int(),
  number: z.string(),
  /** A text, not an enum: what it means is decided in map.ts, which refuses what it does not know. */
  status: z.string(),
  placed_at: z.iso.datetime(),
  version: z.int(),
  currency: z.string(),
  /** By when it is to leave. */
  ship_by: z.iso.datetime().nullable(),
  /** What the shopper chose. */
  shipping_method: z.string().nullable(),
  /** Null: nobody, as for what is fetched. Of the address only what routing needs is read here. */
  ship_to: z
    .object({
      country: z.string(),
      region: z.string().nullable(),
      zip: z.string().nullable(),
      city: z.string().nullable(),
    })
    .nullable(),
  lines: z.array(
    z.object({
      id: z.int(),
      product_id: z.int(),
      sku: z.string().nullable(),
      title: z.string(),
      quantity: z.int().min(0),
      cancelled: z.int().min(0),
      shipped: z.int().min(0),
    }),
  ),
})
export type Order = z.infer<typeof order>

/** Who gets it: read when an order is sent, and never kept. */
export const address = z.object({
  ship_to: z
    .object({
      name: z.string(),
      company: z.string().nullable(),
      street: z.array(z.string()),
      city: z.string(),
      region: z.string().nullable(),
      zip: z.string().nullable(),
      country: z.string(),
      phone: z.string().nullable(),
      email: z.string().nullable(),
    })
    .nullable(),
})
export type Address = z.infer<typeof address>

const stockRow = z.object({ id: z.int(), stock: z.int().nullable() })
export type StockRow = z.infer<typeof stockRow>
const refusedRow = z.object({ id: z.int(), error: z.object({ code: z.string(), message: z.string() }) })
/** What became of a row that was written. */
export type WrittenRow = StockRow | z.infer<typeof refusedRow>

const productPage = z.object({ products: z.array(product), next: z.string().nullable() })
// Orders are read one by one: one that cannot be read must not hold up the others.
const orderPage = z.object({ orders: z.array(z.unknown()), next: z.string().nullable() })

type Signal = AbortSignal | undefined
type Answer<T> = { data: T; response: HttpResponse }

export function createApi({ settings, credentials, http }: ConnectorContext<Settings, Credentials>) {
  const call = async <T>(
    schema: z.ZodType<T>,
    request: { operation: string; method: 'GET' | 'POST' | 'PUT'; path: string; body?: unknown },
    signal: Signal,
  ): Promise<Answer<T>> => {
    const { operation, method, path, body } = request
    const response = await http.send({
      operation,
      method,
      url: `${settings.url}/v1${path}`,
      headers: {
        authorization: `Bearer ${credentials.apiKey}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal !== undefined && { signal }),
    })
    // A platform that puts codes of its own into the body maps them here, before the status is asked.
    if (response.status < 200 || response.status > 299) throw statusError(response, operation)
    return { data: readJson(response, schema, operation), response }
  }
  const get = <T>(schema: z.ZodType<T>, operation: string, path: string, signal: Signal) =>
    call(schema, { operation, method: 'GET', path }, signal)

  return {
    shop: (signal: Signal) =>
      get(z.object({ id: z.string(), name: z.string(), currency: z.string() }), 'check', '/shop', signal),
    products: (after: string, signal: Signal) =>
      get(
        productPage,
        'listings',
        `/products?${new URLSearchParams({ after, limit: String(pageSize) })}`,
        signal,
      ),
    product: (id: string, signal: Signal) =>
      get(product, 'listing', `/products/${encodeURIComponent(id)}`, signal),
    stock: (ids: readonly string[], signal: Signal) =>
      get(
        z.object({ rows: z.array(stockRow) }),
        'levels',
        `/stock?${new URLSearchParams({ ids: ids.join(',') })}`,
        signal,
      ),
    setStock: (rows: readonly { id: number; stock: number }[], signal: Signal) =>
      call(
        z.object({ rows: z.array(z.union([refusedRow, stockRow])) }),
        { operation: 'setLevels', method: 'POST', path: '/stock', body: { rows } },
        signal,
      ),
    orders: (query: { since: Date; after: string }, signal: Signal) =>
      get(
        orderPage,
        'orders',
        `/orders?${new URLSearchParams({ changed_since: query.since.toISOString(), after: query.after, limit: String(pageSize) })}`,
        signal,
      ),
    order: (id: string, signal: Signal) => get(order, 'order', `/orders/${encodeURIComponent(id)}`, signal),
    address: (id: string, signal: Signal) =>
      get(address, 'recipient', `/orders/${encodeURIComponent(id)}`, signal),
    ship: (orderId: string, shipment: unknown, signal: Signal) =>
      call(
        z.object({ id: z.int() }),
        {
          operation: 'ship',
          method: 'POST',
          path: `/orders/${encodeURIComponent(orderId)}/shipments`,
          body: shipment,
        },
        signal,
      ),
    webhook: (signal: Signal) =>
      call(
        z.object({ url: z.string().nullable() }),
        { operation: 'registerWebhooks', method: 'GET', path: '/webhook' },
        signal,
      ),
    setWebhook: (url: string, signal: Signal) =>
      call(
        z.object({ url: z.string() }),
        {
          operation: 'registerWebhooks',
          method: 'PUT',
          path: '/webhook',
          body: { url, secret: credentials.webhookSecret },
        },
        signal,
      ),
  }
}
export type Api = ReturnType<typeof createApi>
