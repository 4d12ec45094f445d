import { z } from 'zod'
import type { LevelWrite, WriteOutcome } from '../../canonical.ts'
import { type ChannelOperations, type Connector, defineConnector } from '../../contract.ts'
import { Conflict, Invalid, isConnectorError } from '../../errors.ts'
import type { HttpResponse } from '../../http.ts'
import { withoutAnswer } from '../../personal-data.ts'
import { readJson } from '../../response-body.ts'
import { statusError } from '../../status-error.ts'
import {
  type Credentials,
  credentials,
  grant,
  type Settings,
  settings,
  tokens,
  webhooks,
} from './sample-access.ts'
import {
  addressedOrder,
  feed,
  fromTicket,
  isAboutOneRow,
  order,
  page,
  product,
  toListing,
  toOrder,
  toRecipient,
  toTicket,
  toTicketOutcome,
} from './sample-map.ts'

const queued = z.object({
  messages: z.array(z.object({ receipt: z.string(), body: z.string(), account: z.string() })),
})

/** From so many rows on they go as one feed, which the shop works on later. */
const feedFrom = 6
const quantityMax = 1_000_000

/** A connector for the corner shop, with every feature of the contract: what an author would write. */
export const sampleConnector: Connector<Settings, Credentials> = defineConnector<Settings, Credentials>({
  manifest: {
    id: 'sample',
    name: 'Corner shop',
    kind: 'channel',
    colour: '#336699',
    regions: ['world'],
    settings,
    credentials,
    apiVersion: { version: '3', endsOn: '2099-12-31', source: 'made up' },
    capabilities: {
      multiLocation: false,
      writeStyle: 'compare-and-set',
      proof: 'echo',
      allOrNothing: false,
      tickets: { lifeMs: 24 * 3_600_000, askEveryMs: 10, askMax: 100, increasesOnly: true },
      writeCap: {
        max: 1_000,
        keptForDecreases: 100,
        resets: { hour: 0, timeZone: 'UTC' },
        keyOf: ({ stockUnitId }) => stockUnitId,
        counts: 'rows',
      },
      batchMax: 10,
      quantityMax,
      webhooks: ['order'],
      queue: { everyMs: 1_000, acknowledgeMax: 10 },
      tracking: true,
      cancel: 'lines',
      counts: true,
      holds: true,
      withdraw: 'hidden from the shop window',
      latestEffectMs: 30_000,
      visibilityLagMs: 0,
      facts: [],
    },
    budgets: [
      { kind: 'concurrency', name: 'calls', max: 8 },
      {
        kind: 'token-bucket',
        name: 'feeds',
        capacity: 20,
        refillPerSecond: 1,
        operations: ['setLevels.feed'],
      },
    ],
  },

  open({ settings: { url, queue }, http }): ChannelOperations {
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
        token: { name: 'access', headers: (token) => ({ 'x-token': token }) },
        ...(body !== undefined && { headers: { 'content-type': 'application/json' } }),
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
      const { value } = await call('setLevels.feed', '/feeds', z.object({ id: z.string() }), {
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
        const { value } = await call('check', '/me', z.object({ account: z.string(), id: z.string() }), {
          signal,
        })
        return {
          account: value.account,
          accountId: value.id,
          currency: 'EUR',
          timeZone: 'UTC',
          missingScopes: [],
          warnings: [],
        }
      },
      locations: async () => [
        { externalId: 'default', name: 'Shop', active: true },
        { externalId: 'depot', name: 'Depot of the shop', active: true, countedByPlatform: true },
      ],
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
            if (value.kept) return []
            return [{ stockUnitId, locationId, quantity: value.stock ?? undefined, updatedAt: undefined }]
          } catch (error) {
            if (isConnectorError(error) && error.kind === 'not-found') return []
            throw error
          }
        })
        return (await Promise.all(read)).flat()
      },
      async setLevels(writes, { urgency = 'decrease', signal } = {}) {
        const possible = writes.filter(isPossible)
        // A feed is worked on later: what must come down is written singly.
        if (possible.length < feedFrom || urgency === 'decrease')
          return Promise.all(writes.map((one) => write(one, signal)))
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
        const { value, response } = await withoutAnswer(call('orders', path, page(order), { signal }))
        return {
          rows: value.rows.map(toOrder),
          next: value.next === null ? undefined : String(value.next),
          platformTime: response.date,
        }
      },
      async order(externalId, { signal } = {}) {
        const path = `/orders/${encodeURIComponent(externalId)}`
        return toOrder((await withoutAnswer(call('order', path, order, { signal }))).value)
      },
      async recipient(externalId, { signal } = {}) {
        const path = `/orders/${encodeURIComponent(externalId)}`
        return toRecipient((await withoutAnswer(call('recipient', path, addressedOrder, { signal }))).value)
      },
      async ship({ shipmentId, orderExternalId, lines }, { signal } = {}) {
        const path = `/orders/${encodeURIComponent(orderExternalId)}/ship`
        // The shop takes one parcel of a reference: told twice, it ships once.
        const body = { reference: shipmentId, lines: lines.map(toRow) }
        const { value } = await call('ship', path, z.object({ id: z.string() }), {
          method: 'POST',
          body,
          signal,
        })
        return { externalId: value.id }
      },
      async cancel({ cancellationId, orderExternalId, lines }, { signal } = {}) {
        const path = `/orders/${encodeURIComponent(orderExternalId)}/cancel`
        const body = { reference: cancellationId ?? null, lines: lines?.map(toRow) ?? null }
        await withoutAnswer(call('cancel', path, order, { method: 'POST', body, signal }))
      },
      async counts(cursor, { signal } = {}) {
        const { value, response } = await call('counts', `/depot?after=${cursor ?? 0}`, page(product), {
          signal,
        })
        return {
          rows: value.rows.flatMap(({ id, stock }) =>
            stock === null
              ? []
              : [
                  {
                    stockUnitId: String(id),
                    locationId: 'depot',
                    available: stock,
                    held: 0,
                    incoming: 0,
                    countedAt: undefined,
                  },
                ],
          ),
          next: value.next === null ? undefined : String(value.next),
          platformTime: response.date,
        }
      },
      ...(queue &&
        ({
          async pull({ signal } = {}) {
            const { value } = await call('pull', '/queue', queued, { signal })
            return value.messages.map(({ receipt, body, account }) => ({
              receipt,
              headers: { 'x-sample-account': account },
              body: Buffer.from(body),
            }))
          },
          async acknowledge(receipts, { signal } = {}) {
            const options = { method: 'POST', body: { receipts }, signal }
            await call('acknowledge', '/queue/acknowledge', z.object({}), options)
          },
        } satisfies Partial<ChannelOperations>)),
      async registerWebhooks(hookUrl, { signal } = {}) {
        const hook = z.object({ isNew: z.boolean() })
        const { value } = await call('registerWebhooks', '/webhook', hook, {
          method: 'PUT',
          body: { url: hookUrl },
          signal,
        })
        // What is there already is not registered anew.
        return { registered: value.isNew ? ['order'] : [], repaired: [] }
      },
    }
  },

  // Its messages name the shop, and one app key may serve several.
  budgetKeys: ({ settings: { url }, credentials: { appKey } }) => ({ account: url, application: appKey }),
  tokens,
  grant,
  webhooks,
})

function toRow({ lineExternalId: id, quantity }: { lineExternalId: string; quantity: number }) {
  return { id, quantity }
}

function isPossible({ quantity }: LevelWrite): boolean {
  return quantity >= 0 && quantity <= quantityMax
}

function assertPossible(write: LevelWrite): void {
  if (!isPossible(write)) throw new Invalid('The shop takes 0 to 1,000,000.', 'quantity')
}
