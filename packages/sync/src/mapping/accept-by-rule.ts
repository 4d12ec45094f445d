import { inTransaction } from '@plimsoll/database'
import { nowOf, type SyncContext } from '../context.ts'
import { findAutomatic, findToAccept, insertAcceptance } from './accept.store.ts'
import type { MappingRule } from './rules.ts'
import { lockListings, type Tie } from './tie.store.ts'
import { settleMappings, tieListings } from './tie.ts'

const TIED_AT_ONCE = 500
const ACTOR = 'rule'

/**
 * Ties what the automatic rules of a connection tie by themselves, once all that waits was looked at: only what is unique
 * on both sides. The rest stays suggested. Can be taken back like what a person accepted.
 * @returns how many were tied
 */
export async function tieByRules(
  context: SyncContext,
  connectionId: string,
  rules: readonly MappingRule[],
): Promise<number> {
  const { database, organizationId } = context
  const names = rules.filter(({ how }) => how === 'automatic').map(({ name }) => name)
  if (names.length === 0) return 0
  let tied = 0
  let after: string | undefined
  for (;;) {
    const which = { connectionId, rules: names, after, limit: TIED_AT_ONCE }
    const wanted = await findAutomatic(database.kysely, organizationId, which)
    tied += await tieSome(context, wanted)
    after = wanted.at(-1)?.listingId
    if (wanted.length < TIED_AT_ONCE) return tied
  }
}

async function tieSome(context: SyncContext, wanted: readonly Tie[]): Promise<number> {
  const { database, organizationId } = context
  if (wanted.length === 0) return 0
  return await inTransaction(database, async (tx) => {
    const listingIds = wanted.map(({ listingId }) => listingId)
    await lockListings(tx, organizationId, listingIds)
    const found = await findToAccept(tx, organizationId, { listingIds })
    // Somebody may have decided since it was found.
    const free = found.filter((each) => each.itemId === null && each.mappedBy === null && !each.isIgnored)
    const known = new Map(free.map((each) => [each.listingId, each]))
    const lines = wanted.flatMap((tie) => {
      const before = known.get(tie.listingId)
      const isSame = before?.suggestedItemId === tie.itemId && before.suggestedUnits === tie.unitsPerListing
      return before !== undefined && isSame ? [{ tie, before }] : []
    })
    if (lines.length === 0) return 0
    const head = {
      acceptanceId: context.uuid(),
      actor: ACTOR,
      how: 'rule' as const,
      acceptedAt: nowOf(context),
    }
    await insertAcceptance(tx, organizationId, { ...head, listings: lines.length }, lines)
    const ties = lines.map(({ tie }) => tie)
    await settleMappings(context, tx, await tieListings(tx, organizationId, ties, 'rule'))
    return lines.length
  })
}
