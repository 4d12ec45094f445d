import { type CallOptions, type ExternalCount, Invalid, Malformed, type Page } from '@plimsoll/connector-kit'
import { z } from 'zod'
import type { Api } from './api.ts'
import { type COUNTED_STATES, COUNTS } from './count-documents.ts'
import { gidSchema } from './ids.ts'
import { cursorAfter, pageInfoSchema } from './pages.ts'

/**
 * What other applications' fulfilment services hold for the shop: they count it themselves and nobody else may write it.
 * Of Shopify's states, `available` is what can be sold there now; `reserved`, `damaged`, `quality_control` and
 * `safety_stock` are there and held; `incoming` is on its way; `committed` is promised to orders, which are read as orders.
 * On hand is the sum of all but `incoming` (shopify.dev, manage-quantities-states).
 */
const levelSchema = z.object({
  item: z.object({ id: gidSchema, tracked: z.boolean() }),
  quantities: z.array(z.object({ name: z.string(), quantity: z.number().int() })),
})
const countsSchema = z.object({
  location: z
    .object({ inventoryLevels: z.object({ nodes: z.array(levelSchema), pageInfo: pageInfoSchema }) })
    .nullable(),
})

/** Where a reading stands: the location, and the place in its list. */
const cursorSchema = z.object({ location: gidSchema, after: z.string().nullable() })

/** @param locationIds those that a service of another application counts, in an order that stays */
export async function readCounts(
  api: Api,
  { locationIds, cursor: text }: { locationIds: readonly string[]; cursor: string | undefined },
  options: CallOptions = {},
): Promise<Page<ExternalCount>> {
  const cursor = readCursor(text, locationIds)
  if (cursor === undefined) return { rows: [], next: undefined, platformTime: undefined }
  const { location: locationId, after } = cursor
  const { data, date } = await api.read(COUNTS, { location: locationId, after }, countsSchema, options)
  const levels = data.location?.inventoryLevels
  const rows = (levels?.nodes ?? []).flatMap((node) => toCount(node, locationId) ?? [])
  const further = levels === undefined ? undefined : cursorAfter(levels.pageInfo, after)
  const next =
    further === undefined ? following(locationIds, locationId) : { location: locationId, after: further }
  return { rows, next: next && JSON.stringify(next), platformTime: date }
}

function readCursor(text: string | undefined, locationIds: readonly string[]) {
  const [first] = locationIds
  if (text === undefined) return first === undefined ? undefined : { location: first, after: null }
  try {
    return cursorSchema.parse(JSON.parse(text))
  } catch (cause) {
    throw new Invalid('Not a cursor of this connector', 'cursor', { cause })
  }
}

function following(locationIds: readonly string[], locationId: string) {
  const location = locationIds.find((id) => id > locationId)
  return location === undefined ? undefined : { location, after: null }
}

/**
 * Undefined: not counted, so it has no count (I12).
 * @throws Malformed where a state is missing, or units are held or coming that are less than none
 */
export function toCount(level: z.infer<typeof levelSchema>, locationId: string): ExternalCount | undefined {
  const { item, quantities } = level
  if (!item.tracked) return undefined
  const units = new Map(quantities.map(({ name, quantity }) => [name, quantity]))
  const of = (name: (typeof COUNTED_STATES)[number]): number => {
    const count = units.get(name)
    if (count === undefined)
      throw new Malformed(`Level of ${item.id} came without ${name}`, JSON.stringify(level))
    return count
  }
  const held = of('reserved') + of('damaged') + of('quality_control') + of('safety_stock')
  const incoming = of('incoming')
  if (held < 0 || incoming < 0)
    throw new Malformed(`Level of ${item.id} counts less than nothing`, JSON.stringify(level))
  return {
    stockUnitId: item.id,
    locationId,
    available: of('available'),
    held,
    incoming,
    countedAt: undefined,
  }
}
