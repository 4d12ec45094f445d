import { z } from 'zod'
import type { CallOptions, Connector } from '../../contract.ts'
import { Invalid, isConnectorError, Malformed } from '../../errors.ts'
import type { HttpResponse } from '../../http.ts'
import { unquoted, withoutText } from '../../personal-data.ts'
import { readJson } from '../../response-body.ts'
import { verifyHmacBase64 } from '../../signatures.ts'
import { statusError } from '../../status-error.ts'
import { defineWarehouse, type WarehouseSide } from '../../warehouse/define-warehouse.ts'
import type { StreamQuery } from '../../warehouse/operations.ts'
import {
  count,
  inbound,
  item,
  page,
  request,
  returned,
  toCount,
  toListing,
  toReceipt,
  toReturn,
  toShipment,
} from './sample-warehouse-map.ts'

const words = (title: string, description: string, zh: { title: string; description: string }) => ({
  title,
  description,
  zh,
})
const settings = z.object({
  url: z.url().meta(words('Address', 'Of the depot.', { title: '地址', description: '仓库的网址。' })),
})
const credentials = z.object({
  token: z.string().meta({
    secret: true,
    ...words('Token', 'The depot shows it.', { title: '令牌', description: '仓库会显示令牌。' }),
  }),
  webhookSecret: z.string().meta({
    secret: true,
    ...words('Webhook secret', 'The depot shows it.', { title: '回调密钥', description: '仓库会显示密钥。' }),
  }),
})
export type DepotSettings = z.infer<typeof settings>
export type DepotCredentials = z.infer<typeof credentials>

/** A connector for the Depot, with everything that a warehouse can declare: what an author would write. */
export const sampleWarehouse: Connector<DepotSettings, DepotCredentials> = defineWarehouse<
  DepotSettings,
  DepotCredentials
>({
  manifest: {
    id: 'sample-warehouse',
    name: 'The Depot',
    colour: '#7a5c3e',
    regions: ['world'],
    settings,
    credentials,
    webhooks: ['request'],
    budgets: [{ kind: 'concurrency', name: 'calls', max: 8 }],
    warehouse: {
      requests: 'by-key',
      latestEffectMs: 30_000,
      visibilityLagMs: 0,
      cancel: 'until-working',
      lots: true,
      serials: true,
      linesMax: 100,
      stuckAfterMs: 24 * 3_600_000,
      deducts: 'shipped',
      returnNotices: 'by-key',
      follows: ['shipments', 'receipts', 'returns'],
      facts: [],
    },
  },

  open({ settings: { url }, credentials: { token }, http }): WarehouseSide {
    const call = async <T>(
      operation: string,
      path: string,
      schema: z.ZodType<T>,
      { method = 'GET', body, signal }: { method?: string; body?: unknown } & CallOptions = {},
    ): Promise<{ value: T; response: HttpResponse }> => {
      const response = await http.send({
        operation,
        method,
        url: `${url}${path}`,
        headers: { 'x-token': token, ...(body !== undefined && { 'content-type': 'application/json' }) },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(signal !== undefined && { signal }),
      })
      if (response.status === 400 || response.status === 422) throw toInvalid(response, operation)
      // Whatever comes back may repeat who the recipient is.
      if (response.status !== 200) throw statusError(withoutText(response), operation)
      return { value: unquoted(() => readJson(response, schema, operation)), response }
    }
    /** Rows that can not be read are told by their id. */
    const stream = async <Raw extends { id: string; version: number }, Row>(
      operation: string,
      schema: z.ZodType<Raw>,
      toRow: (raw: Raw) => Row,
      { since, cursor }: StreamQuery,
      options: CallOptions = {},
    ) => {
      const query = new URLSearchParams({
        since: since.toISOString(),
        after: cursor ?? String(since.getTime() - 1),
      })
      const { value, response } = await call(operation, `/${operation}?${query}`, page(schema), options)
      const rows: Row[] = []
      const unreadable: { externalId: string; version: number | undefined }[] = []
      for (const raw of value.rows) {
        try {
          rows.push(toRow(raw))
        } catch (error) {
          if (!(error instanceof Malformed)) throw error
          unreadable.push({ externalId: raw.id, version: raw.version })
        }
      }
      return { rows, unreadable, next: toNext(value.next), platformTime: response.date }
    }

    return {
      async check(options) {
        const { value } = await call('check', '/me', z.object({ id: z.string(), name: z.string() }), options)
        return {
          account: value.name,
          accountId: value.id,
          currency: undefined,
          timeZone: 'UTC',
          missingScopes: [],
          warnings: [],
        }
      },
      async locations(options) {
        const rows = z.object({ rows: z.array(z.object({ id: z.string(), name: z.string() })) })
        const { value } = await call('locations', '/facilities', rows, options)
        return value.rows.map(({ id, name }) => ({ externalId: id, name, active: true }))
      },
      async listings(cursor, options) {
        const { value, response } = await call('listings', `/items?after=${cursor ?? 0}`, page(item), options)
        return { rows: value.rows.map(toListing), next: toNext(value.next), platformTime: response.date }
      },
      async listing(externalId, options) {
        return toListing(
          (await call('listing', `/items/${encodeURIComponent(externalId)}`, item, options)).value,
        )
      },
      async counts(cursor, options) {
        const { value, response } = await call('counts', `/counts?after=${cursor ?? 0}`, page(count), options)
        return { rows: value.rows.map(toCount), next: toNext(value.next), platformTime: response.date }
      },
      async requestShipment({ shipmentId, number, locationId, recipient, lines }, options) {
        const { value } = await call('requestShipment', '/requests', request, {
          ...options,
          method: 'POST',
          body: {
            reference: shipmentId,
            number,
            facility: locationId,
            to: {
              name: recipient.name,
              street: recipient.addressLines,
              city: recipient.city,
              region: recipient.region ?? null,
              postalCode: recipient.postalCode ?? null,
              country: recipient.country,
            },
            lines: lines.map(({ lineId, sku, quantity, lot }) => ({
              ref: lineId,
              sku,
              quantity,
              lot: lot ?? null,
            })),
          },
        })
        return { externalId: value.id }
      },
      async findShipment(shipmentId, options) {
        const path = `/requests?reference=${encodeURIComponent(shipmentId)}`
        const { value } = await call('findShipment', path, page(request), options)
        const [found] = value.rows
        return found === undefined ? undefined : toShipment(found)
      },
      async cancelShipment({ externalId }, options) {
        const path = `/requests/${encodeURIComponent(externalId)}/cancel`
        const answer = z.object({ outcome: z.enum(['cancelled', 'too-late']) })
        return (await call('cancelShipment', path, answer, { ...options, method: 'POST' })).value.outcome
      },
      shipments: (query, options) => stream('requests', request, toShipment, query, options),
      async announceInbound({ inboundId, number, locationId, lines }, options) {
        const { value } = await call('announceInbound', '/inbounds', inbound, {
          ...options,
          method: 'POST',
          body: {
            reference: inboundId,
            number,
            facility: locationId,
            lines: lines.map(({ lineId, sku, quantity, lot }) => ({
              ref: lineId,
              sku,
              quantity,
              lot: lot ?? null,
            })),
          },
        })
        return { externalId: value.id }
      },
      async announceReturn({ returnId, number, locationId, shipment, lines }, options) {
        const body = {
          reference: returnId,
          number,
          facility: locationId,
          request: shipment?.externalId ?? null,
          lines: lines.map(({ sku, quantity }) => ({ sku, quantity })),
        }
        const { value } = await call('announceReturn', '/returns', returned, {
          ...options,
          method: 'POST',
          body,
        })
        return { externalId: value.id }
      },
      async withdrawReturn({ returnId }, options) {
        const path = `/returns/${encodeURIComponent(returnId)}/cancel`
        const answer = z.object({ outcome: z.enum(['withdrawn', 'too-late']) })
        return (await call('withdrawReturn', path, answer, { ...options, method: 'POST' })).value.outcome
      },
      receipts: (query, options) => stream('inbounds', inbound, toReceipt, query, options),
      returns: (query, options) => stream('returns', returned, toReturn, query, options),
      async registerWebhooks(hookUrl, options) {
        const hook = z.object({ isNew: z.boolean() })
        const { value } = await call('registerWebhooks', '/webhook', hook, {
          ...options,
          method: 'PUT',
          body: { url: hookUrl },
        })
        // What is there already is not registered anew.
        return { registered: value.isNew ? ['request'] : [], repaired: [] }
      },
    }
  },

  webhooks: {
    personalDataKeys: [],
    verify: ({ headers, body }, { credentials: { webhookSecret } }) =>
      verifyHmacBase64(headers['x-depot-signature'], webhookSecret, body),
    parse({ body }) {
      const text = Buffer.from(body).toString('utf8')
      const message = { status: 200, headers: {}, text, date: undefined, durationMs: 0 }
      const told = unquoted(() => readJson(message, request, 'webhook'))
      const shipment = toShipment(told)
      return [{ kind: 'shipment', externalId: told.id, version: told.version, shipment }]
    },
  },
})

const fields = new Map([
  ['to', 'recipient'],
  ['lines', 'lines'],
])

/** The Depot names the field; in our words. */
function toInvalid(response: HttpResponse, operation: string): Invalid | Malformed {
  try {
    const { error } = unquoted(() => readJson(response, z.object({ error: z.string() }), operation))
    const [first = '', ...rest] = error.split('.')
    const field = [fields.get(first) ?? first, ...rest.filter((part) => !/^\d+$/.test(part))].join('.')
    return new Invalid(`${operation}: the depot refused ${field}.`, field, { status: response.status })
  } catch (error) {
    // It did not say which.
    if (!isConnectorError(error)) throw error
    return new Invalid(`${operation}: the depot refused the request.`, 'request', { status: response.status })
  }
}

function toNext(next: number | null): string | undefined {
  return next === null ? undefined : String(next)
}
