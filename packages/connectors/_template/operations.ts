import {
  type ChannelOperations,
  type ConnectorContext,
  type ExternalOrder,
  isConnectorError,
  Malformed,
  type Page,
  toWarnings,
  withoutAnswer,
} from '@plimsoll/connector-kit'
import { createApi, order } from './api.ts'
import { locationId, readLevels, setLevels } from './levels.ts'
import { toListing, toOrder, toRecipient } from './map.ts'
import type { Credentials, Settings } from './settings.ts'

/** Binds one connection. Makes no request. */
export function open(context: ConnectorContext<Settings, Credentials>): ChannelOperations {
  const api = createApi(context)
  return {
    async check({ signal } = {}) {
      const { data } = await api.shop(signal)
      return {
        account: data.name,
        accountId: data.id,
        currency: data.currency,
        timeZone: undefined,
        missingScopes: [],
        ...toWarnings(
          context.settings.url.startsWith('https:')
            ? []
            : [{ en: 'The address is not encrypted (https).', zh: '地址未加密（https）。' }],
        ),
      }
    },
    locations: async () => [{ externalId: locationId, name: 'Stock', active: true }],
    async listings(cursor, { signal } = {}) {
      const { data, response } = await api.products(cursor ?? '', signal)
      return {
        rows: data.products.map(toListing),
        next: data.next ?? undefined,
        platformTime: response.date,
      }
    },
    listing: async (externalId, { signal } = {}) => toListing((await api.product(externalId, signal)).data),
    levels: (keys, { signal } = {}) => readLevels(keys, { api, signal }),
    setLevels: (writes, { signal } = {}) => setLevels(writes, { api, signal }),
    async orders({ since, cursor }, { signal } = {}) {
      // An answer that cannot be read is not kept: it names shoppers.
      const { data, response } = await withoutAnswer(api.orders({ since, after: cursor ?? '' }, signal))
      return { ...readOrders(data.orders), next: data.next ?? undefined, platformTime: response.date }
    },
    order: async (externalId, { signal } = {}) =>
      toOrder((await withoutAnswer(api.order(externalId, signal))).data),
    recipient: async (externalId, { signal } = {}) =>
      toRecipient((await withoutAnswer(api.address(externalId, signal))).data),
    async ship({ shipmentId, orderExternalId, lines, tracking }, { signal } = {}) {
      const shipment = {
        // The platform takes one shipment of a reference: telling it twice ships once.
        reference: shipmentId,
        lines: lines.map(({ lineExternalId, quantity }) => ({ id: Number(lineExternalId), quantity })),
        carrier: tracking?.carrier ?? null,
        tracking_number: tracking?.number ?? null,
      }
      return { externalId: String((await api.ship(orderExternalId, shipment, signal)).data.id) }
    },
    async registerWebhooks(url, { signal } = {}) {
      // Asked every hour: what stands already is neither registered nor repaired.
      const before = (await api.webhook(signal)).data.url
      await api.setWebhook(url, signal)
      if (before === url) return { registered: [], repaired: [] }
      return before === null
        ? { registered: ['order'], repaired: [] }
        : { registered: [], repaired: ['order'] }
    },
  }
}

/** Rows that cannot be read are named, and parked by themselves; the others go on. */
function readOrders(rows: readonly unknown[]): Pick<Page<ExternalOrder>, 'rows' | 'unreadable'> {
  const read: ExternalOrder[] = []
  const unreadable: { externalId: string; version: number | undefined }[] = []
  for (const row of rows) {
    const parsed = order.safeParse(row)
    try {
      if (!parsed.success) throw new Malformed(parsed.error.message, '')
      read.push(toOrder(parsed.data))
    } catch (error) {
      if (!isConnectorError(error)) throw error
      const id = typeof row === 'object' && row !== null && 'id' in row ? row.id : undefined
      if (typeof id !== 'number') throw error
      unreadable.push({ externalId: String(id), version: undefined })
    }
  }
  return { rows: read, unreadable }
}
