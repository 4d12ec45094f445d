import type { ExternalListing, ExternalLocation } from '@plimsoll/connector-kit'
import { z } from 'zod'
import { gidSchema } from './ids.ts'

/** Shopify's shapes of listings and locations → canonical shapes, pure. */

const serviceSchema = z.object({
  isFulfillmentService: z.boolean(),
  fulfillmentService: z.object({ serviceName: z.string() }).nullable(),
})

/** True where another application counts the stock of a location. */
export function isCountedElsewhere(
  location: z.infer<typeof serviceSchema>,
  ownService: string | undefined,
): boolean {
  if (!location.isFulfillmentService) return false
  return ownService === undefined || location.fulfillmentService?.serviceName !== ownService
}

/** Stocked nowhere but with services of other applications, which ship it. Of one stocked nowhere the hub may be the first. */
function isShippedElsewhere({ inventoryItem }: ListingNode, ownService: string | undefined): boolean {
  const { nodes, pageInfo } = inventoryItem.inventoryLevels ?? { nodes: [], pageInfo: { hasNextPage: false } }
  if (nodes.length === 0 || pageInfo.hasNextPage) return false
  return nodes.every(({ location }) => isCountedElsewhere(location, ownService))
}

export const listingNodeSchema = z.object({
  id: gidSchema,
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  displayName: z.string(),
  inventoryPolicy: z.enum(['CONTINUE', 'DENY']),
  /** A bundle: what it has is what its components have. */
  requiresComponents: z.boolean(),
  product: z.object({ status: z.enum(['ACTIVE', 'ARCHIVED', 'DRAFT', 'UNLISTED']), isGiftCard: z.boolean() }),
  inventoryItem: z.object({
    id: gidSchema,
    tracked: z.boolean(),
    /** Where it is stocked; asked for where a fulfilment service of another application may be the only place. */
    inventoryLevels: z
      .object({
        nodes: z.array(z.object({ location: serviceSchema })),
        pageInfo: z.object({ hasNextPage: z.boolean() }),
      })
      .optional(),
  }),
})
type ListingNode = z.infer<typeof listingNodeSchema>

/** @param ownService the fulfilment service that the hub is in this shop, by its name */
export function toListing(node: ListingNode, ownService?: string): ExternalListing {
  return {
    externalId: node.id,
    sku: node.sku || undefined,
    barcode: node.barcode || undefined,
    title: node.displayName,
    stockUnitId: node.inventoryItem.id,
    // Shopify takes no number for a bundle: it follows from its components, which are counted and sold as themselves.
    tracked: node.inventoryItem.tracked && !node.requiresComponents,
    // Shopify mails a gift card itself: there is nothing to count.
    fulfilledBy: node.product.isGiftCard || isShippedElsewhere(node, ownService) ? 'platform' : 'merchant',
    sellsBeyondZero: node.inventoryPolicy === 'CONTINUE',
    // UNLISTED products sell to whoever has the link.
    state: node.product.status === 'ACTIVE' || node.product.status === 'UNLISTED' ? 'active' : 'inactive',
  }
}

export const locationNodeSchema = z.object({
  id: gidSchema,
  name: z.string(),
  isActive: z.boolean(),
  ...serviceSchema.shape,
})

/** @param ownService the fulfilment service that the hub is in this shop, by its name */
export function toLocation(
  node: z.infer<typeof locationNodeSchema>,
  ownService: string | undefined,
): ExternalLocation {
  // The stock of a fulfilment service's location is that application's to write.
  const isElsewhere = isCountedElsewhere(node, ownService)
  return {
    externalId: node.id,
    name: node.name,
    active: node.isActive && !isElsewhere,
    ...(isElsewhere && { countedByPlatform: true }),
  }
}
