import type { LotDetail, LotList, LotTrace } from '@plimsoll/client'
import { findLot, type MovementQuestion, type Refusal, refuse } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { getMovements } from './history.ts'
import { getItemHead } from './item.ts'
import { findLotDetail, findLotOwners, findLotRows, type LotHead } from './lots.store.ts'

type Named = { sku: string; lot: string }

/** @throws SyncProblem for an unknown SKU */
export async function getLots(context: SyncContext, sku: string): Promise<LotList> {
  const { itemId } = await getItemHead(context, sku)
  return { rows: await findLotRows(context.database.kysely, context.organizationId, itemId) }
}

/** @throws SyncProblem for an unknown SKU */
export async function readLot(
  context: SyncContext,
  named: Named,
): Promise<{ kind: 'found'; lot: LotDetail } | Refusal> {
  const head = await findHead(context, named)
  return head.kind === 'refused' ? head : { kind: 'found', lot: await detailOf(context, head) }
}

/**
 * Where a lot is and where it went.
 * @throws SyncProblem for an unknown SKU
 */
export async function traceLot(
  context: SyncContext,
  named: Named,
  page: Pick<MovementQuestion, 'cursor' | 'limit'>,
): Promise<{ kind: 'found'; trace: LotTrace } | Refusal> {
  const head = await findHead(context, named)
  if (head.kind === 'refused') return head
  const { kysely } = context.database
  const [lot, owners, movements] = await Promise.all([
    detailOf(context, head),
    findLotOwners(kysely, context.organizationId, head),
    getMovements(context, named.sku, { ...page, lotId: head.lotId }),
  ])
  if (movements.kind === 'refused') return movements
  const { rows, next, archivedBefore } = movements.answer
  return { kind: 'found', trace: { lot, ...owners, movements: rows, next, archivedBefore } }
}

async function findHead(
  context: SyncContext,
  { sku, lot: code }: Named,
): Promise<({ kind: 'found' } & LotHead) | Refusal> {
  const { itemId } = await getItemHead(context, sku)
  const lot = await findLot(context.database.kysely, context.organizationId, { itemId, code: code.trim() })
  return lot === undefined
    ? refuse('unknown-lot', 'lot', `The item "${sku}" has no lot "${code}".`)
    : { kind: 'found', itemId, lotId: lot.lotId }
}

async function detailOf(context: SyncContext, head: LotHead): Promise<LotDetail> {
  const { database, organizationId, clock } = context
  return await findLotDetail(database.kysely, organizationId, head, new Date(clock.now()))
}
