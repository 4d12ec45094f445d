import { Malformed } from '@plimsoll/connector-kit'
import { z } from 'zod'

/**
 * Shopify names things twice: GraphQL by gid (`gid://shopify/Order/450789469`), webhook bodies by number.
 * The hub stores gids; numbers pass 2^31 and are only ever handled as strings.
 */
/** An id in an answer. The schema's `ID!` may be empty text; an id never is. */
export const gidSchema = z.string().min(1)

export type GidKind =
  | 'Order'
  | 'LineItem'
  | 'ProductVariant'
  | 'InventoryItem'
  | 'Location'
  | 'Return'
  | 'FulfillmentOrder'

export function toGid(kind: GidKind, id: number | string): string {
  return `gid://shopify/${kind}/${id}`
}

/** The number inside a gid, without the query some kinds carry (`…/InventoryLevel/1?inventory_item_id=2`). */
export function fromGid(gid: string): string {
  const number = /^gid:\/\/shopify\/[A-Za-z]+\/(\d+)/.exec(gid)?.[1]
  if (number === undefined) throw new Malformed(`Not a Shopify id: ${gid.slice(0, 80)}`, gid)
  return number
}
