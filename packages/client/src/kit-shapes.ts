import { z } from 'zod'

/** What the API answers about kits. Quantities are base units in one base unit of the kit. */

const count = z.int()
const kitKind = z.enum(['none', 'virtual', 'assembled'])

/** GET and PUT /items/:sku/kit */
export const kitDetail = z.object({
  sku: z.string(),
  name: z.string(),
  /** `virtual`: its stock is that of its components; `assembled`: it has stock of its own; `none`: no kit. */
  kind: kitKind,
  /** Counts what was said of the item as a kit; 0 where nothing was. */
  version: count,
  /** As it was said, in order of SKU. */
  components: z.array(z.object({ sku: z.string(), name: z.string(), kind: kitKind, quantity: count })),
  /** What a virtual kit comes down to: kits within it taken apart. Empty for any other item. */
  parts: z.array(z.object({ sku: z.string(), name: z.string(), quantity: count })),
  /** The last twenty versions, newest first. */
  history: z.array(
    z.object({
      version: count,
      kind: kitKind,
      components: z.array(z.object({ sku: z.string(), quantity: count })),
      actor: z.string(),
      reason: z.string().nullable(),
      definedAt: z.iso.datetime(),
    }),
  ),
})
export type KitDetail = z.infer<typeof kitDetail>

/** GET /items/:sku/used-in?cursor=&limit= in order of SKU. */
export const kitUsePage = z.object({
  rows: z.array(
    z.object({
      sku: z.string(),
      name: z.string(),
      kind: kitKind,
      /** What the kit names itself; null where it holds the item only within another kit. */
      quantity: count.nullable(),
      /** What a virtual kit comes down to, over all ways; null for assembled kits. */
      partQuantity: count.nullable(),
    }),
  ),
  next: z.string().nullable(),
})
export type KitUsePage = z.infer<typeof kitUsePage>
