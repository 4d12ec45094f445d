import { type Connector, streamsOf, type WarehouseTerms } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { memoryConnector } from './memory-connector.ts'
import type { MemoryPlatform } from './memory-platform.ts'
import { type MemoryShipment, type MemoryWarehouse, memoryWarehouseConnector } from './memory-warehouse.ts'

/** How late its counts may show what it was asked for. */
export const SHOWS_WITHIN_MS = 60_000

export type MemorySender = {
  platform: MemoryPlatform
  warehouse: MemoryWarehouse
  /** How it is followed: by a list, or each shipment by itself. */
  follows: 'list' | 'each'
  /** Whether a count shows what happened to a shipment a moment ago; it does unless told otherwise. */
  isShown: (shipment: MemoryShipment) => boolean
}

/**
 * A channel that keeps stock for its seller and sends it for others too where its settings say so: it takes units off what
 * it can sell as it is asked for them, shows that a little later, and never says what lies there in all.
 */
export function memorySenderConnector(sender: MemorySender, id: string): Connector {
  const { warehouse, follows } = sender
  const channel = memoryConnector(sender.platform, { id })
  const floor = memoryWarehouseConnector(warehouse, id)
  if (floor.manifest.warehouse === undefined) throw new TypeError('a warehouse has terms')
  const { asksEachMs: _, ...floorTerms } = floor.manifest.warehouse
  const terms: WarehouseTerms = {
    ...floorTerms,
    deducts: 'requested',
    deductsWithinMs: SHOWS_WITHIN_MS,
    follows: follows === 'list' ? ['shipments'] : [],
    ...(follows === 'each' && { asksEachMs: 2_000 }),
  }
  const settings = z.object({ sendsForOthers: z.boolean().default(false) })
  return {
    ...channel,
    manifest: {
      ...channel.manifest,
      settings,
      capabilities: { ...channel.manifest.capabilities, counts: true, streams: streamsOf(terms) },
      warehouse: terms,
    },
    sendsForOthers: (given) => settings.parse(given).sendsForOthers,
    open(context) {
      const operations = channel.open(context)
      const kept = floor.open(context)
      const isOn = settings.parse(context.settings).sendsForOthers
      const { stream, warehouse: sending } = kept
      return {
        ...operations,
        locations: async () => [
          ...(await operations.locations()),
          { externalId: 'floor', name: 'Kept', active: true, countedByPlatform: true },
        ],
        async listings(cursor, options) {
          const own = await operations.listings(cursor, options)
          if (own.next !== undefined) return own
          const { rows } = await kept.listings(undefined, options)
          return { ...own, rows: [...own.rows, ...rows] }
        },
        async counts() {
          return {
            rows: [...warehouse.stock].map(([sku, units]) => ({
              stockUnitId: sku,
              locationId: 'floor',
              available:
                units - (warehouse.damaged.get(sku) ?? 0) + sentOf(warehouse, sku) - takenOf(sender, sku),
              held: warehouse.damaged.get(sku) ?? 0,
              incoming: 0,
              countedAt: undefined,
            })),
            next: undefined,
            platformTime: undefined,
          }
        },
        ...(isOn && sending !== undefined && { warehouse: sending }),
        ...(isOn && follows === 'list' && stream !== undefined && { stream }),
      }
    },
  }
}

function sentOf({ shipments }: MemoryWarehouse, sku: string): number {
  return shipments.reduce((sum, shipment) => sum + unitsSent(shipment, sku), 0)
}

function unitsSent({ parcels }: MemoryShipment, sku: string): number {
  return parcels
    .flatMap(({ lines }) => lines)
    .filter((line) => line.sku === sku)
    .reduce((sum, { quantity }) => sum + quantity, 0)
}

/** Units that it has taken off for shipments, those that have left among them. */
function takenOf({ warehouse: { shipments, clock }, isShown }: MemorySender, sku: string): number {
  return shipments.reduce((sum, shipment) => {
    const asked = shipment.request.lines
      .filter((line) => line.sku === sku)
      .reduce((units, { quantity }) => units + quantity, 0)
    const isOpen = shipment.state === 'received' || shipment.state === 'working'
    const isYoung = (at: number) => clock.now() - at < SHOWS_WITHIN_MS / 2
    if (isYoung(shipment.takenAt) && !isShown(shipment)) return sum
    if (shipment.state === 'cancelled' && isYoung(shipment.changedAt) && !isShown(shipment))
      return sum + asked
    return sum + (isOpen ? asked : unitsSent(shipment, sku))
  }, 0)
}
