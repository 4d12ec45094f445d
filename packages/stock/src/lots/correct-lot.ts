import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findNamedLot, type LotNames } from './lot-changes.ts'
import { insertDetailChanges, type LotDetailChange } from './lots.store.ts'
import { findBadDetails, type Lot } from './lots.ts'

/** What is printed on a lot, put right; undefined: left as it is, null: it is not told. */
export type LotCorrection = {
  expiresOn?: string | null | undefined
  manufacturedOn?: string | null | undefined
  supplierLot?: string | null | undefined
}

export type LotCorrected = { kind: 'corrected'; lot: Lot; changes: readonly LotDetailChange[] }

const FIELDS = ['expiresOn', 'manufacturedOn', 'supplierLot'] as const

/**
 * Corrects the dates of a lot or its supplier's lot, and notes who changed what, when and why. Whatever is being decided
 * on the lot is waited for, and decided on the new dates from then on; what was promised of it stays promised, and may
 * be allocated anew. What the lot says already is no change, and leaves no note.
 * @returns the changes that were made; none where it was just that already
 */
export async function correctLot(
  tx: Tx,
  context: StockContext,
  { expiresOn, manufacturedOn, supplierLot, ...names }: LotNames & LotCorrection,
): Promise<LotCorrected | Refusal> {
  const reason = names.reason?.trim() ?? ''
  if (reason === '') return refuse('reason-missing', 'reason', 'A correction of a lot needs a reason.')
  const found = await findNamedLot(tx, context, names)
  if (found.kind === 'refused') return found
  const { lot } = found
  const told = { expiresOn, manufacturedOn, supplierLot }
  const changes = FIELDS.flatMap((what): LotDetailChange[] => {
    const after = told[what]
    return after === undefined || after === lot[what] ? [] : [{ what, before: lot[what], after }]
  })
  const changed: Lot = { ...lot, ...Object.fromEntries(changes.map(({ what, after }) => [what, after])) }
  const bad = findBadDetails({
    expiresOn: changed.expiresOn ?? undefined,
    manufacturedOn: changed.manufacturedOn ?? undefined,
    supplierLot: changed.supplierLot ?? undefined,
  })
  if (bad !== undefined) return bad
  if (changes.length === 0) return { kind: 'corrected', lot, changes }
  await sql`
    update lot set expires_on = ${changed.expiresOn}::date, manufactured_on = ${changed.manufacturedOn}::date,
      supplier_lot = ${changed.supplierLot}
    where organization_id = ${context.organizationId} and lot_id = ${lot.lotId}`.execute(tx)
  await insertDetailChanges(tx, context, lot.lotId, changes, { actor: names.actor, reason })
  return { kind: 'corrected', lot: changed, changes }
}
