import { Invalid } from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * How the things of a shop are named outside the connector. A listing is a product's number, which a changed SKU leaves
 * alone and which lines of orders name; a stock unit is its SKU, because that is what stock is counted by; a location is
 * the code of a source.
 */

/** The source that every shop has, and the only place where the modules of many sources are off. */
export const defaultLocationId = 'default'

/** @throws Invalid for anything but a number as Magento counts its rows */
export function fromExternalId(externalId: string, field: string): number {
  if (!/^[1-9]\d{0,14}$/.test(externalId))
    throw new Invalid(`"${externalId}" is no id of a Magento shop`, field)
  return Number(externalId)
}

/** One name for one level. SKUs differ by more than case, or the tables would not take them. */
export function levelName({ stockUnitId, locationId }: { stockUnitId: string; locationId: string }): string {
  return `${stockUnitId.toLowerCase()}\n${locationId.toLowerCase()}`
}

/** What a ticket holds: the bulk, and the row in it as it was sent. */
export type Ticket = { bulkId: string; sku: string; source: string; quantity: number }

const ticketParts = z.tuple([z.string().min(1), z.string(), z.string(), z.int()])

export function toTicket({ bulkId, sku, source, quantity }: Ticket): string {
  return JSON.stringify([bulkId, sku, source, quantity])
}

/** Undefined for a text that is no ticket. */
export function fromTicket(ticket: string): Ticket | undefined {
  let json: unknown
  try {
    json = JSON.parse(ticket)
  } catch {
    return undefined
  }
  const parsed = ticketParts.safeParse(json)
  if (!parsed.success) return undefined
  const [bulkId, sku, source, quantity] = parsed.data
  return { bulkId, sku, source, quantity }
}
