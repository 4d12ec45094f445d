import { type ExternalOrder, Malformed, type WebhookEvent } from '@plimsoll/connector-kit'
import { showOrder } from './order-list.ts'
import type { Level, Order, Platform } from './platform.ts'

/** What a platform sends when an order changes: the order as it is at that moment, or only where to look. */
export function orderBody(platform: Platform, order: Order, options: { isUnreadable: boolean }): string {
  const { versionMs, webhooks } = platform.kind
  const shown = showOrder(platform, order)
  if (webhooks === 'hints' || options.isUnreadable) return JSON.stringify({ kind: 'order', id: order.id })
  return JSON.stringify({ kind: 'order', id: order.id, versionMs, order: shown })
}

export function levelBody(level: Level, at: number): string {
  return JSON.stringify({ kind: 'level', id: level.stockUnitId, quantity: level.quantity ?? null, at })
}

type Body =
  | { kind: 'order'; id: string; order?: Omit<ExternalOrder, 'placedAt'> & { placedAt: string } }
  | { kind: 'level'; id: string; quantity: number | null; at: number }

export function parseWebhook(text: string): WebhookEvent[] {
  let body: Body
  try {
    body = JSON.parse(text)
  } catch {
    throw new Malformed('The webhook is not JSON.', text)
  }
  switch (body.kind) {
    case 'order': {
      const { id, order } = body
      if (order === undefined)
        return [{ kind: 'order', externalId: id, version: undefined, order: undefined }]
      const read = { ...order, placedAt: new Date(order.placedAt) }
      return [{ kind: 'order', externalId: id, version: read.version, order: read }]
    }
    case 'level': {
      const { id, quantity, at } = body
      const level = {
        stockUnitId: id,
        locationId: 'default',
        quantity: quantity ?? undefined,
        updatedAt: new Date(at),
      }
      return [{ kind: 'level', level }]
    }
    default: {
      const never: never = body
      throw new Malformed(`Unknown webhook ${String(never)}`, text)
    }
  }
}
