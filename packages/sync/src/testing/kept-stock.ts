import { type Connector, Unavailable } from '@plimsoll/connector-kit'

/** What a platform keeps and counts itself at its depot, beside what a shop in memory sells of the merchant's own. */
export class KeptStock {
  readonly units = new Map<string, { available: number; held: number; incoming: number }>()
  readonly orders = new Set<string>()
  /** Of which it says what nobody understands. */
  readonly unreadable = new Set<string>()
  pageSize = 2
  /** Pages that fail before one succeeds. */
  failing = 0
  reads = 0

  set(stockUnitId: string, available: number, held = 0): void {
    this.units.set(stockUnitId, { available, held, incoming: 0 })
  }
}

export const DEPOT = 'depot'

/** The connector with a depot of the platform's own; orders named in `kept.orders` are sent from there. */
export function withKeptStock(connector: Connector, kept: KeptStock): Connector {
  const { manifest } = connector
  return {
    ...connector,
    manifest: { ...manifest, capabilities: { ...manifest.capabilities, counts: true } },
    open(context) {
      const operations = connector.open(context)
      const atDepot = <Order extends { externalId: string; locationId: string | undefined }>(order: Order) =>
        kept.orders.has(order.externalId) ? { ...order, locationId: DEPOT } : order
      return {
        ...operations,
        locations: async () => [
          ...(await operations.locations()),
          { externalId: DEPOT, name: 'Depot', active: true, countedByPlatform: true },
        ],
        async orders(query, options) {
          const page = await operations.orders(query, options)
          return { ...page, rows: page.rows.map(atDepot) }
        },
        order: async (externalId, options) => atDepot(await operations.order(externalId, options)),
        async counts(cursor) {
          kept.reads += 1
          if (kept.failing > 0) {
            kept.failing -= 1
            throw new Unavailable('The depot does not answer.', true)
          }
          const from = Number(cursor ?? 0)
          const all = [...kept.units].filter(([stockUnitId]) => !kept.unreadable.has(stockUnitId))
          const unreadable = [...kept.unreadable].map((externalId) => ({ externalId, version: undefined }))
          return {
            ...(from === 0 && { unreadable }),
            rows: all.slice(from, from + kept.pageSize).map(([stockUnitId, told]) => ({
              stockUnitId,
              locationId: DEPOT,
              ...told,
              countedAt: undefined,
            })),
            next: from + kept.pageSize < all.length ? String(from + kept.pageSize) : undefined,
            platformTime: undefined,
          }
        },
      }
    },
  }
}
