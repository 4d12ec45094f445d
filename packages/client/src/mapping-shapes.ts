import { z } from 'zod'

/** What the API answers about mapping listings to items. */

const count = z.int().min(0)
const confidence = z.enum(['certain', 'likely', 'possible'])

/** Why an item is suggested, or why it is not certain; the fields say the rest of each kind. */
export const mappingReason = z.object({
  kind: z.enum([
    ...([
      'rule',
      'same-sku',
      'like-sku',
      'sku-within',
      'sku-in-title',
      'same-barcode',
      'like-barcode',
    ] as const),
    ...([
      'like-title',
      'options',
      'pack',
      'shared-sku',
      'shared-barcode',
      'changed-sku',
      'contradicted',
    ] as const),
    'several-alike',
  ]),
  rule: z.string().optional().describe('Name of the rule.'),
  sku: z.string().optional(),
  without: z.string().optional().describe('The part that was left out.'),
  units: count.optional(),
  percent: count.optional(),
  values: z.array(z.string()).optional(),
  items: count.optional().describe('So many are alike.'),
  text: z.string().describe('The same in English.'),
})
export type MappingReason = z.infer<typeof mappingReason>

const suggestion = z.object({
  sku: z.string(),
  name: z.string(),
  unitsPerListing: z.int().min(1),
  confidence,
  reasons: z.array(mappingReason),
})

const listing = z.object({
  listingId: z.string(),
  connectionId: z.string(),
  externalId: z.string(),
  sku: z.string().nullable(),
  barcode: z.string().nullable(),
  title: z.string(),
  item: z.object({ sku: z.string(), name: z.string() }).nullable().describe('What it is tied to.'),
  unitsPerListing: z.int().min(1).describe('Base units of the item that one of it sells.'),
  mappedBy: z.enum(['sku', 'person', 'rule']).nullable(),
  doubt: z
    .enum(['swapped', 'renamed', 'relisted'])
    .nullable()
    .describe('Its SKU changed; see /listing-changes.'),
  ignored: z.object({ because: z.string(), by: z.string(), at: z.string() }).nullable(),
  isLooked: z.boolean().describe('False: nobody has looked for matches yet.'),
  suggestions: z.array(suggestion).describe('The best first.'),
})
export type MappingListing = z.infer<typeof listing>

const counts = z.object({
  connectionId: z.string(),
  certain: count,
  likely: count,
  possible: count,
  none: count.describe('Looked at, and nothing was found.'),
  new: count.describe('Nobody has looked yet.'),
  ignored: count,
  tied: count,
})
export type MappingCounts = z.infer<typeof counts>

const acceptance = z.object({
  acceptanceId: z.string(),
  actor: z.string(),
  how: z.enum(['person', 'rule']),
  listings: count,
  acceptedAt: z.string(),
})

/** GET /mapping */
export const mappingOverview = z.object({
  counts: z.array(counts),
  last: acceptance.nullable().describe('What can be taken back.'),
})
export type MappingOverview = z.infer<typeof mappingOverview>

/** GET /mapping/listings */
export const mappingPage = z.object({ rows: z.array(listing), next: z.string().nullable() })
export type MappingPage = z.infer<typeof mappingPage>

/** POST /mapping/preview */
export const mappingPreview = z.object({
  digest: z.string().describe('Hand it over with what is accepted: then it is this, or nothing.'),
  listings: count,
  raised: count,
  lowered: count,
  toZero: count.describe('Listings that show something and would show zero.'),
  unitsBefore: count,
  unitsAfter: count,
  asksFirst: z
    .array(z.object({ connectionId: z.string(), kind: z.enum(['zero', 'raise']), listings: count }))
    .describe('Connections whose writes would wait for a person.'),
  rows: z.array(
    z.object({
      listingId: z.string(),
      connectionId: z.string(),
      externalId: z.string(),
      title: z.string(),
      sku: z.string(),
      unitsPerListing: z.int().min(1),
      shows: count.nullable().describe('On the platform now; null: not known.'),
      willShow: count.nullable().describe('Null: nothing is written there.'),
    }),
  ),
})
export type MappingPreview = z.infer<typeof mappingPreview>

/** POST /mapping/accept */
export const mappingAccepted = z.object({
  acceptanceId: z.string().nullable(),
  mapped: count,
  replayed: count,
})
export type MappingAccepted = z.infer<typeof mappingAccepted>

/** POST /mapping/undo */
export const mappingUndone = z.object({
  acceptanceId: z.string(),
  restored: count,
  left: count.describe('Tied otherwise since, and left so.'),
})
export type MappingUndone = z.infer<typeof mappingUndone>

/** POST /mapping/ignore, POST /mapping/heed */
export const mappingMarked = z.object({ listings: count })

const conflict = z.object({
  kind: z.enum(['claimed-twice', 'shared-level', 'item-repeated', 'unknown-sku', 'archived-item', 'gone']),
  listingId: z.string(),
  connectionId: z.string(),
  externalId: z.string(),
  title: z.string(),
  sku: z.string().nullable(),
  itemSku: z.string().nullable(),
  unitsPerListing: z.int().min(1),
  other: z
    .string()
    .nullable()
    .describe('The items, or the external id of the listing, that it is in conflict with.'),
  text: z.string().describe('What is the matter and what may be done, in English.'),
})
export type MappingConflict = z.infer<typeof conflict>

/** GET /mapping/conflicts */
export const mappingConflicts = z.object({
  rows: z.array(conflict),
  more: z.array(conflict.shape.kind).describe('Kinds of which there are more than are listed.'),
})
export type MappingConflicts = z.infer<typeof mappingConflicts>

const rule = z.object({
  name: z.string(),
  expression: z.string(),
  how: z.enum(['suggest', 'automatic', 'off']),
})
export type MappingRule = z.infer<typeof rule>

/** GET and PUT /connections/:id/mapping-rules */
export const mappingRules = z.object({
  version: count.describe('0: there are none yet. Hand it over as `basedOn` with what you save.'),
  rules: z.array(rule),
  versions: z.array(
    z.object({ version: count, actor: z.string(), savedAt: z.string(), rules: z.array(rule) }),
  ),
})
export type MappingRules = z.infer<typeof mappingRules>

/** POST /connections/:id/mapping-rules/try */
export const mappingTrial = z.object({
  says: count.describe('Listings of which it says a SKU.'),
  items: count.describe('Of these, so many are items.'),
  problems: count,
  rows: z.array(
    z.object({
      listingId: z.string(),
      externalId: z.string(),
      sku: z.string().nullable(),
      barcode: z.string().nullable(),
      title: z.string(),
      says: z.object({ sku: z.string(), unitsPerListing: z.int().min(1), isItem: z.boolean() }).nullable(),
      problem: z.string().nullable(),
      problemInChinese: z.string().optional().describe('The same in Chinese.'),
    }),
  ),
})
export type MappingTrial = z.infer<typeof mappingTrial>
