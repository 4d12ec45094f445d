import { z } from 'zod'
import { itemProtection } from './protection-shapes.ts'
import { balanceFigures, channelCell } from './shapes.ts'
import { problemTold } from './told-trouble.ts'

const instant = z.iso.datetime()
const count = z.int()

/** What a step of the explain tree is; the screen translates it. */
const explainLabels = [
  'desired',
  'promise',
  'whole-listings',
  'available',
  'unusable',
  'lot',
  'for-campaigns',
  'exclusive-of-others',
  'share',
  'incoming',
  'incoming-withheld',
  'none-below-zero',
  'on-hand',
  'reserved',
  'held',
  'buffer',
  'stale-orders',
  'demand-buffer',
  'load-line',
  'zeroed',
  'cap',
  'floor',
  'fixed',
  'not-yet-subtracted',
  'platform-maximum',
  'not-worked-out',
  'other-item',
  'paused',
  'kits',
  'component',
  'location',
  'order',
  'movement',
] as const

const lotWithheld = z.object({
  code: z.string(),
  because: z.enum(['lot-recalled', 'lot-quarantined', 'lot-expired', 'lot-shelf-life']),
  expiresOn: z.iso.date().nullable(),
})

/**
 * One step of the explain tree. The values of its `rows` add up to its `value`, exactly; where `division` is
 * given they are base units and add up to the dividend, and the value is the quotient. Where it `isLeast`, they are
 * what each component of a kit allows, and the value is the least of them.
 */
export type ExplainNode = {
  label: (typeof explainLabels)[number]
  value: number | null
  /** Location code, order number, SKU of a component, movement kind, the policy's own figure: shown as it is. */
  detail?: string | undefined
  /** dividend = divisor × value + remainder, all in base units but the value: whole listings, or whole kits. */
  division?: { dividend: number; divisor: number; remainder: number } | undefined
  isLeast?: boolean | undefined
  /** Which lot may not leave and why; a screen says it in its language. */
  lot?: z.infer<typeof lotWithheld> | undefined
  /** Link target inside the dashboard where there is one: an order or movement id. */
  reference?: string | undefined
  rows?: ExplainNode[] | undefined
}
export const explainNode: z.ZodType<ExplainNode> = z.lazy(() =>
  z.object({
    label: z.enum(explainLabels),
    value: z.number().nullable(),
    detail: z.string().optional(),
    division: z.object({ dividend: count, divisor: count, remainder: count }).optional(),
    isLeast: z.boolean().optional(),
    lot: lotWithheld.optional(),
    reference: z.string().optional(),
    rows: z.array(explainNode).optional(),
  }),
)

export const listingDetail = z.object({
  listingId: z.string(),
  connectionId: z.string(),
  connectionName: z.string(),
  connector: z.string(),
  externalId: z.string(),
  title: z.string(),
  unitsPerListing: count,
  tracked: z.boolean(),
  levels: z.array(
    z.object({
      levelId: z.string(),
      externalLocation: z.string(),
      desired: count.nullable(),
      acknowledged: count.nullable(),
      acknowledgedAt: instant.nullable(),
      observed: count.nullable(),
      observedAt: instant.nullable(),
      /** What the platform should show now: acknowledged less its own sales since. */
      expected: count.nullable(),
      status: channelCell.shape.status,
      /** Why a write is refused or held, one plain sentence; null when nothing is wrong. */
      problem: z.string().nullable(),
      problemTold,
      explain: explainNode,
    }),
  ),
})

/** GET /items/:sku */
export const itemDetail = z.object({
  itemId: z.string(),
  sku: z.string(),
  name: z.string(),
  tracking: z.enum(['plain', 'lot', 'serial']),
  /** `assembled`: it is put together and has stock of its own. */
  kitKind: z.enum(['none', 'virtual', 'assembled']),
  ...balanceFigures.shape,
  balances: z.array(
    z.object({
      locationId: z.string(),
      locationCode: z.string(),
      locationName: z.string(),
      ...balanceFigures.shape,
    }),
  ),
  listings: z.array(listingDetail),
  /** Null of a virtual kit, which is protected as its parts are. */
  protection: itemProtection.nullable(),
  /** Of a virtual kit, whose stock is that of its parts; null for any other item. */
  kit: z
    .object({
      /** As many as the scarcest part allows, over all locations; a level counts those of its pool. */
      available: count,
      parts: z.array(
        z.object({
          sku: z.string(),
          name: z.string(),
          /** Base units in one base unit of the kit. */
          quantity: count,
          available: count,
        }),
      ),
    })
    .nullable(),
})
export type ItemDetail = z.infer<typeof itemDetail>
