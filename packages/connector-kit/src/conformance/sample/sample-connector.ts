import { z } from 'zod'
import type {
  ExternalListing,
  ExternalOrder,
  LevelWrite,
  OrderState,
  TicketOutcome,
  WriteOutcome,
} from '../../canonical.ts'
import { type ChannelOperations, type Connector, defineConnector } from '../../contract.ts'
import {
  Conflict,
  type ConnectorError,
  Invalid,
  isConnectorError,
  Malformed,
  NotFound,
} from '../../errors.ts'
import type { HttpResponse } from '../../http.ts'
import { readJson } from '../../response-body.ts'
import { verifyHmacBase64 } from '../../signatures.ts'
import { statusError } from '../../status-error.ts'

const settings = z.object({ url: z.url() })
const credentials = z.object({ key: z.string(), webhookSecret: z.string() })
type Settings = z.infer<typeof settings>
type Credentials = z.infer<typeof credentials>

const product = z.object({
  id: z.int(),
  sku: z.string(),
  title: z.string(),
  barcode: z.string().nullable(),
  stock: z.int().nullable(),
  hidden: z.boolean(),
})
const order = z.object({
  id: z.string(),
  status: z.string(),
  version: z.int(),
  placedAt: z.iso.datetime(),
  lines: z.array(
    z.object({
      id: z.string(),
      productId: z.int(),
      sku: z.string(),
      ordered: z.int(),
      current: z.int(),
      shipped: z.int(),
    }),
  ),
})
const feed = z.object({
  done: z.boolean(),
  /** In the order of the rows that were sent. */
  rows: z.array(
    z.object({ stock: z.int().nullable(), error: z.enum(['gone', 'stock', 'stale']).nullable() }),
  ),
})
const page = <Row>(row: z.ZodType<Row>) => z.object({ rows: z.array(row), next: z.int().nullable() })

/** From so many rows on they go as one feed, which the shop works on later. */
const feedFrom = 6
const quantityMax = 1_000_000

/** A connector for the corner shop: what an author would write, in one file. */
export const sampleConnector: Connector<Settings, Credentials> = defineConnector<Settings, Credentials>({
  manifest: {
    id: 'sample',
    name: 'Corner shop',
    kind: 'channel',
    colour: '#336699',
    regions: ['world'],
    settings,
    credentials,
    authorization: 'api-key',
    capabilities: {
      multiLocation: false,
      writeStyle: 'compare-and-set',
      proof: 'echo',
      allOrNothing: false,
      tickets: { lifeMs: 24 * 3_600_000, askEveryMs: 10, askMax: 100 },
      batchMax: 10,
      quantityMax,
      webhooks: ['order'],
      tracking: true,
      cancel: false,
      withdraw: 'hidden from the shop window',
      latestEffectMs: 30_000,
      visibilityLagMs: 0,
      facts: [],
    },
    budgets: [{ kind: 'concurrency', name: 'calls', max: 8 }],
  },

  open({ settings: { url }, credentials: { key }, http }): ChannelOperations {
    const call = async <T>(
      operation: string,
      path: string,
      schema: z.ZodType<T>,
      {
        method = 'GET',
        body,
        signal,
      }: { method?: string; body?: unknown; signal?: AbortSignal | undefined } = {},
    ): Promise<{ value: T; response: HttpResponse }> => {
      const response = await http.send({
        operation,
        method,
        url: `${url}${path}`,
        headers: { 'x-key': key, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      })
      if (response.status !== 200) throw statusError(response, operation)
      return { value: readJson(response, schema, operation), response }
    }

    const write = async (one: LevelWrite, signal: AbortSignal | undefined): Promise<WriteOutcome> => {
      const { writeId, stockUnitId, quantity, expected } = one
      try {
        assertPossible(one)
        const { value } = await call(
          'setLevels',
          `/products/${encodeURIComponent(stockUnitId)}/stock`,
          product,
          {
            method: 'PUT',
            body: { stock: quantity, expected: expected ?? null },
            signal,
          },
        )
        if (value.stock !== quantity)
          throw new Conflict('The shop shows another number.', value.stock ?? undefined)
        return { writeId, kind: 'applied', quantity: value.stock }
      } catch (error) {
        if (isConnectorError(error) && isAboutOneRow(error)) return { writeId, kind: 'refused', error }
        throw error
      }
    }

    const hide = async (externalId: string, hidden: boolean, signal: AbortSignal | undefined) => {
      const path = `/products/${encodeURIComponent(externalId)}/hidden`
      await call('withdraw', path, product, { method: 'PUT', body: { hidden }, signal })
    }

    const writeFeed = async (
      writes: readonly LevelWrite[],
      signal: AbortSignal | undefined,
    ): Promise<WriteOutcome[]> => {
      const rows = writes.map((one) => ({ id: one.stockUnitId, stock: one.quantity, expected: one.expected }))
      const { value } = await call('setLevels', '/feeds', z.object({ id: z.string() }), {
        method: 'POST',
        body: { rows },
        signal,
      })
      return writes.map(({ writeId }, at) => ({ writeId, kind: 'accepted', ticket: toTicket(value.id, at) }))
    }

    const readFeed = async (id: string, signal: AbortSignal | undefined) => {
      try {
        return (await call('outcomes', `/feeds/${encodeURIComponent(id)}`, feed, { signal })).value
      } catch (error) {
        if (isConnectorError(error) && error.kind === 'not-found') return undefined
        throw error
      }
    }

    return {
      async check({ signal } = {}) {
        const { value } = await call('check', '/me', z.object({ account: z.string() }), { signal })
        return { account: value.account, currency: 'EUR', timeZone: 'UTC', missingScopes: [], warnings: [] }
      },
      locations: async () => [{ externalId: 'default', name: 'Shop', active: true }],
      async listings(cursor, { signal } = {}) {
        const { value, response } = await call('listings', `/products?after=${cursor ?? 0}`, page(product), {
          signal,
        })
        return {
          rows: value.rows.map(toListing),
          next: value.next === null ? undefined : String(value.next),
          platformTime: response.date,
        }
      },
      async listing(externalId, { signal } = {}) {
        const path = `/products/${encodeURIComponent(externalId)}`
        return toListing((await call('listing', path, product, { signal })).value)
      },
      async levels(keys, { signal } = {}) {
        const read = keys.map(async ({ stockUnitId, locationId }) => {
          try {
            const path = `/products/${encodeURIComponent(stockUnitId)}`
            const { value } = await call('levels', path, product, { signal })
            return [{ stockUnitId, locationId, quantity: value.stock ?? undefined, updatedAt: undefined }]
          } catch (error) {
            if (isConnectorError(error) && error.kind === 'not-found') return []
            throw error
          }
        })
        return (await Promise.all(read)).flat()
      },
      async setLevels(writes, { signal } = {}) {
        const possible = writes.filter(isPossible)
        if (possible.length < feedFrom) return Promise.all(writes.map((one) => write(one, signal)))
        const impossible = writes.filter((one) => !isPossible(one))
        const refused = await Promise.all(impossible.map((one) => write(one, signal)))
        return [...refused, ...(await writeFeed(possible, signal))]
      },
      async outcomes(tickets, { signal } = {}) {
        const byFeed = Map.groupBy(tickets, (ticket) => fromTicket(ticket).feedId)
        const asked = [...byFeed].map(async ([feedId, own]) => {
          const read = await readFeed(feedId, signal)
          return own.map((ticket) => toTicketOutcome(ticket, read))
        })
        return (await Promise.all(asked)).flat()
      },
      withdraw: (externalId, { signal } = {}) => hide(externalId, true, signal),
      reinstate: (externalId, { signal } = {}) => hide(externalId, false, signal),
      async orders({ since, cursor }, { signal } = {}) {
        const path = `/orders?since=${since.toISOString()}&after=${cursor ?? 0}`
        const { value, response } = await call('orders', path, page(order), { signal })
        return {
          rows: value.rows.map(toOrder),
          next: value.next === null ? undefined : String(value.next),
          platformTime: response.date,
        }
      },
      async order(externalId, { signal } = {}) {
        return toOrder(
          (await call('order', `/orders/${encodeURIComponent(externalId)}`, order, { signal })).value,
        )
      },
      async ship({ orderExternalId }, { signal } = {}) {
        const path = `/orders/${encodeURIComponent(orderExternalId)}/ship`
        const { value } = await call('ship', path, z.object({ id: z.string() }), { method: 'POST', signal })
        return { externalId: value.id }
      },
      async registerWebhooks(hookUrl, { signal } = {}) {
        await call('registerWebhooks', '/webhook', z.object({}), {
          method: 'PUT',
          body: { url: hookUrl },
          signal,
        })
        return { registered: ['order'], repaired: [] }
      },
    }
  },

  webhooks: {
    personalDataKeys: ['email'],
    verify: ({ headers, body }, { webhookSecret }) =>
      verifyHmacBase64(headers['x-sample-signature'], webhookSecret, body),
    parse({ body }) {
      const text = Buffer.from(body).toString('utf8')
      const whole = { status: 200, headers: {}, text, date: undefined, durationMs: 0 }
      const read = toOrder(readJson(whole, order, 'webhook'))
      return [{ kind: 'order', externalId: read.externalId, version: read.version, order: read }]
    },
  },
})

function isPossible({ quantity }: LevelWrite): boolean {
  return quantity >= 0 && quantity <= quantityMax
}

function assertPossible(write: LevelWrite): void {
  if (!isPossible(write)) throw new Invalid('The shop takes 0 to 1,000,000.', 'quantity')
}

/** The feed and the row in it: all that another process needs to ask. */
function toTicket(feedId: string, at: number): string {
  return `${feedId}#${at}`
}

function fromTicket(ticket: string): { feedId: string; at: number } {
  const [feedId = '', at] = ticket.split('#')
  return { feedId, at: Number(at) }
}

/** @param read undefined: the shop has no such feed any more */
function toTicketOutcome(ticket: string, read: z.infer<typeof feed> | undefined): TicketOutcome {
  if (read === undefined) return { ticket, kind: 'unknown' }
  if (!read.done) return { ticket, kind: 'accepted' }
  const row = read.rows[fromTicket(ticket).at]
  if (row === undefined) return { ticket, kind: 'unknown' }
  if (row.error === null && row.stock !== null) return { ticket, kind: 'applied', quantity: row.stock }
  return { ticket, kind: 'refused', error: toRowError(row) }
}

function toRowError({ error, stock }: z.infer<typeof feed>['rows'][number]): ConnectorError {
  switch (error) {
    case 'gone':
      return new NotFound('The shop has no such product.')
    case 'stale':
      return new Conflict('The shop shows another number.', stock ?? undefined)
    case 'stock':
    case null:
      return new Invalid('The shop did not take the quantity.', 'quantity')
    default: {
      const never: never = error
      return never
    }
  }
}

function isAboutOneRow({ kind }: ConnectorError): boolean {
  return kind === 'invalid' || kind === 'not-found' || kind === 'conflict'
}

function toListing({ id, sku, title, barcode, stock, hidden }: z.infer<typeof product>): ExternalListing {
  return {
    externalId: String(id),
    sku,
    barcode: barcode ?? undefined,
    title,
    stockUnitId: String(id),
    tracked: stock !== null,
    fulfilledBy: 'merchant',
    sellsBeyondZero: false,
    state: hidden ? 'inactive' : 'active',
  }
}

const states = new Map<string, OrderState>([
  ['new', 'pending'],
  ['paid', 'open'],
  ['done', 'closed'],
  ['void', 'cancelled'],
])

function toOrder({ id, status, version, placedAt, lines }: z.infer<typeof order>): ExternalOrder {
  const state = states.get(status)
  if (state === undefined) throw new Malformed(`order ${id} has the unknown status "${status}"`, status)
  return {
    externalId: id,
    number: `#${id}`,
    state,
    placedAt: new Date(placedAt),
    version,
    currency: 'EUR',
    test: false,
    locationId: 'default',
    lines: lines.map((line) => ({
      externalId: line.id,
      listingExternalId: String(line.productId),
      sku: line.sku,
      title: line.sku,
      ordered: line.ordered,
      current: line.current,
      shipped: line.shipped,
      returned: 0,
      subtracted: 'yes',
    })),
  }
}
