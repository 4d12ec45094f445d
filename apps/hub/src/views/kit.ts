import type { KitAssembly, KitDetail, KitUsePage } from '@plimsoll/client'
import { inTransaction } from '@plimsoll/database'
import {
  findKitComponents,
  findKitDefinitions,
  findKitItems,
  findNamedParts,
  findUsesOf,
  type NamedPart,
  readAssembly,
} from '@plimsoll/stock'
import { type SyncContext, syncProblem } from '@plimsoll/sync'

/** The versions told of a kit. */
const HISTORY_LISTED = 20

/**
 * What is said of an item as a kit, and what follows from it, as of one moment.
 * @throws SyncProblem for an unknown SKU
 */
export async function getKit(context: SyncContext, sku: string): Promise<KitDetail> {
  const { organizationId } = context
  return await inTransaction(
    context.database,
    async (tx) => {
      const [item] = await findKitItems(tx, organizationId, [sku])
      if (item === undefined) throw unknownItem(sku)
      const [components, parts, history] = await Promise.all([
        findKitComponents(tx, organizationId, item.itemId),
        findNamedParts(tx, organizationId, item.itemId),
        findKitDefinitions(tx, organizationId, item.itemId, HISTORY_LISTED),
      ])
      return {
        sku: item.sku,
        name: item.name,
        kind: item.kind,
        version: history[0]?.version ?? 0,
        components: components.map((part) => ({ ...toPart(part), kind: part.kind })),
        parts: parts.map(toPart),
        history: history.map((each) => ({ ...each, definedAt: each.definedAt.toISOString() })),
      }
    },
    { isolationLevel: 'repeatable read' },
  )
}

/**
 * How many of an assembled kit can be put together and taken apart now, and where.
 * @throws SyncProblem for an unknown SKU
 * @returns undefined for an item that is no assembled kit
 */
export async function findAssembly(context: SyncContext, sku: string): Promise<KitAssembly | undefined> {
  const { organizationId } = context
  return await inTransaction(
    context.database,
    async (tx) => {
      const [item] = await findKitItems(tx, organizationId, [sku])
      if (item === undefined) throw unknownItem(sku)
      const read = await readAssembly(tx, organizationId, item.sku, new Date(context.clock.now()))
      if (read === undefined) return undefined
      const { cannotPutTogether = null, cannotTakeApart = null, ...rest } = read
      return { sku: item.sku, ...rest, cannotPutTogether, cannotTakeApart }
    },
    { isolationLevel: 'repeatable read' },
  )
}

/**
 * The kits that contain an item, at any depth, in order of SKU.
 * @throws SyncProblem for an unknown SKU
 */
export async function findKitUses(
  context: SyncContext,
  sku: string,
  page: { cursor?: string | undefined; limit: number },
): Promise<KitUsePage> {
  const { organizationId } = context
  const { kysely } = context.database
  const [item] = await findKitItems(kysely, organizationId, [sku])
  if (item === undefined) throw unknownItem(sku)
  // One more than asked for tells whether there is a next page.
  const found = await findUsesOf(kysely, organizationId, item.itemId, {
    after: page.cursor,
    limit: page.limit + 1,
  })
  const rows = found.slice(0, page.limit)
  const next = found.length > page.limit ? (rows.at(-1)?.sku ?? null) : null
  return { rows: rows.map(({ itemId: _, ...use }) => use), next }
}

function toPart({ sku, name, quantity }: NamedPart): { sku: string; name: string; quantity: number } {
  return { sku, name, quantity }
}

function unknownItem(sku: string) {
  return syncProblem('unknown-item', 'sku', `There is no item with the SKU "${sku}".`)
}
