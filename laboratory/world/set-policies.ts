import { changePolicy, type PolicyTarget, type SyncContext, SyncProblem } from '@plimsoll/sync'
import type pg from 'pg'
import type { PolicyBook } from '../invariants/books.ts'
import type { PlannedPolicy } from '../plan/plan.ts'
import type { Platform } from '../platforms/platform.ts'

/** What people have set on how much is shown, as the hub told them that it is. */
export class SetPolicies {
  readonly #platforms: ReadonlyMap<string, Platform>
  /** The hub's ids of listings, by the platform's. */
  readonly #listings = new Map<string, string>()
  /** One for each place that anything is set on. */
  books: readonly PolicyBook[] = []

  constructor(platforms: ReadonlyMap<string, Platform>) {
    this.#platforms = platforms
  }

  /** Reads how the hub calls what was imported. */
  async learn(reader: pg.Client, organizationId: string): Promise<void> {
    const { rows } = await reader.query<{ external_id: string; listing_id: string }>(
      'select external_id, listing_id from listing where organization_id = $1 order by 1',
      [organizationId],
    )
    for (const row of rows) this.#listings.set(row.external_id, row.listing_id)
  }

  /** @returns what came of it, in words */
  async set(context: SyncContext, policy: PlannedPolicy): Promise<string> {
    const { platform, sku, listing, ...fields } = policy
    const set = Object.entries(fields).map(([field, value]) => `${field} ${value}`)
    const words = `set ${set.join(', ')} on ${listing ?? sku ?? platform ?? 'everything'}`
    try {
      const now = await changePolicy(context, this.#targetOf(policy), fields)
      const book: PolicyBook = {
        platform,
        sku,
        listing,
        bufferUnits: now.bufferUnits ?? undefined,
        bufferPercent: now.bufferPercent ?? undefined,
        sharePercent: now.sharePercent ?? undefined,
        cap: now.cap ?? undefined,
        floor: now.floor ?? undefined,
        fixed: now.fixed ?? undefined,
        paused: now.paused ?? undefined,
      }
      const isSame = (each: PolicyBook) =>
        each.platform === platform && each.sku === sku && each.listing === listing
      const others = this.books.filter((each) => !isSame(each))
      this.books = [...others, book]
      return words
    } catch (error) {
      if (error instanceof SyncProblem) return `could not ${words}: ${error.message}`
      throw error
    }
  }

  #targetOf({ platform, sku, listing }: PlannedPolicy): PolicyTarget {
    if (listing !== undefined) return { listing: this.#listings.get(listing) }
    if (sku !== undefined) return { item: sku }
    if (platform !== undefined) return { connection: this.#platforms.get(platform)?.connectionId }
    return {}
  }
}
