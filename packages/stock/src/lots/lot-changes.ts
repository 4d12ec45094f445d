import type { LotStatus, Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findItemsBySku, type Item } from '../items.store.ts'
import { findLots, insertLots, lockNewLots } from './lots.store.ts'
import { findBadDetails, findDifference, type Lot, type LotDetails, toLotCode } from './lots.ts'

/** Which lot, and who says something of it. */
export type LotNames = { sku: string; code: string; actor: string; reason: string | null }

export type LotSaved = { kind: 'saved'; lot: Lot; isNew: boolean }
export type LotStatusChanged = { kind: 'changed'; lot: Lot; before: LotStatus }

/** Makes a lot before anything of it is there. The same lot again is no second one; a different one is refused. */
export async function createLot(
  tx: Tx,
  context: StockContext,
  { status = 'released', ...wanted }: LotNames & LotDetails & { status?: LotStatus | undefined },
): Promise<LotSaved | Refusal> {
  const named = await findNamed(tx, context, wanted)
  if (named.kind === 'refused') return named
  const bad = findBadDetails(wanted)
  if (bad !== undefined) return bad
  const { item, code } = named
  const key = { itemId: item.itemId, code }
  const [, [known]] = await Promise.all([
    lockNewLots(tx, context.organizationId, [key]),
    findLots(tx, context.organizationId, [key]),
  ])
  if (known !== undefined) return findDifference(known, wanted) ?? { kind: 'saved', lot: known, isNew: false }
  const lot: Lot = {
    ...key,
    lotId: context.uuid(),
    expiresOn: wanted.expiresOn ?? null,
    manufacturedOn: wanted.manufacturedOn ?? null,
    supplierLot: wanted.supplierLot ?? null,
    status,
    createdAt: context.now(),
  }
  await insertLots(tx, context, [{ ...lot, actor: wanted.actor, reason: wanted.reason }])
  return { kind: 'saved', lot, isNew: true }
}

/**
 * Sets the status of a lot and notes who did it when and why. Whatever is being decided on the lot is waited for, so that
 * what a recall then traces is complete. The status that it has already is no change, and leaves no note.
 */
export async function changeLotStatus(
  tx: Tx,
  context: StockContext,
  { status, ...wanted }: LotNames & { status: LotStatus },
): Promise<LotStatusChanged | Refusal> {
  const reason = wanted.reason?.trim() ?? ''
  if (reason === '') return refuse('reason-missing', 'reason', 'A change of status needs a reason.')
  const found = await findNamedLot(tx, context, wanted)
  if (found.kind === 'refused') return found
  const { lot } = found
  if (lot.status === status) return { kind: 'changed', lot, before: status }
  await sql`
    update lot set status = ${status}
    where organization_id = ${context.organizationId} and lot_id = ${lot.lotId}`.execute(tx)
  await sql`
    insert into lot_status_change (organization_id, lot_id, change_id, before, after, reason, actor, changed_at)
    values (${context.organizationId}, ${lot.lotId}, ${context.uuid()}, ${lot.status}, ${status}, ${reason},
      ${wanted.actor}, ${context.now()})`.execute(tx)
  return { kind: 'changed', lot: { ...lot, status }, before: lot.status }
}

/** The lot that is named, locked: nobody decides on it or changes it until the end of the transaction. */
export async function findNamedLot(
  tx: Tx,
  context: StockContext,
  names: LotNames,
): Promise<{ kind: 'found'; lot: Lot } | Refusal> {
  const named = await findNamed(tx, context, names)
  if (named.kind === 'refused') return named
  const { item, code } = named
  const found = await sql<Lot>`
    select lot_id, item_id, code, expires_on, manufactured_on, supplier_lot, status, created_at from lot
    where organization_id = ${context.organizationId} and item_id = ${item.itemId} and code = ${code}
    for update`.execute(tx)
  const [lot] = found.rows
  return lot === undefined ? refuseUnknown(item, code) : { kind: 'found', lot }
}

async function findNamed(
  tx: Tx,
  context: StockContext,
  { sku, code }: LotNames,
): Promise<{ kind: 'named'; item: Item; code: string } | Refusal> {
  const [item] = await findItemsBySku(tx, context.organizationId, [sku])
  if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
  if (item.tracking !== 'lot') {
    return refuse('lot-not-tracked', 'sku', `The item "${sku}" is not tracked by lot.`)
  }
  const known = toLotCode(code)
  return known === undefined
    ? refuse('lot-code-invalid', 'lot', `"${code}" is no lot code.`)
    : { kind: 'named', item, code: known }
}

function refuseUnknown(item: Item, code: string): Refusal {
  return refuse('unknown-lot', 'lot', `The item "${item.sku}" has no lot "${code}".`)
}
