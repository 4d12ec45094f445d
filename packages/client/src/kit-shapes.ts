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

const obstacle = z
  .object({
    code: z.enum(['serial-missing', 'lot-missing']),
    sku: z.string().describe('The item that is tracked so.'),
  })
  .nullable()

/** GET /items/:sku/assembly */
export const kitAssembly = z.object({
  sku: z.string(),
  parts: z
    .array(z.object({ sku: z.string(), name: z.string(), quantity: count }))
    .describe('What one takes, in order of SKU: virtual kits among its components taken apart.'),
  cannotPutTogether: obstacle.describe('Why the command would refuse any number; null: it would not.'),
  cannotTakeApart: obstacle.describe('The same of taking apart.'),
  locations: z
    .array(
      z.object({
        code: z.string(),
        name: z.string(),
        togetherAtMost: count.describe('As many as the scarcest part is enough for there.'),
        apartAtMost: count,
        available: z.array(count).describe('Of each part there, as `parts` are ordered; may be negative.'),
      }),
    )
    .describe('Where the kit or a part of it is or was, in order of code.'),
})
export type KitAssembly = z.infer<typeof kitAssembly>

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
