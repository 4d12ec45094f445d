import { findItemsBySku } from '@plimsoll/stock'
import { type Accepted, acceptMappings, changeKit, type SyncContext } from '@plimsoll/sync'
import { createItem } from './item-catalogue.ts'
import { RefusalProblem } from './refusal-problem.ts'

export type ListingKit = {
  listingId: string
  sku: string
  name: string
  components: readonly { sku: string; quantity: number }[]
}

/**
 * A virtual kit for a listing that sells several things together: the item is made where it is not there, what it contains
 * is said, and the listing is tied to it. Each step is whole by itself, and done again changes nothing: whoever was refused
 * in the middle corrects that, and asks for the same again.
 */
export async function makeKitOfListing(
  context: SyncContext,
  { listingId, sku, name, components }: ListingKit,
  actor: string,
): Promise<Accepted> {
  const [known] = await findItemsBySku(context.database.kysely, context.organizationId, [sku])
  if (known === undefined) await createItem(context, actor, { sku, name })
  const said = { sku, kind: 'virtual' as const, components: [...components], actor, reason: null }
  const outcome = await changeKit(context, { ...said, expectedVersion: undefined })
  if (outcome.kind === 'refused') throw new RefusalProblem(outcome)
  return await acceptMappings(context, { listings: [{ listingId, sku, unitsPerListing: 1 }] }, { actor })
}
