import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { findBadDetails, findDifference, type Lot, type LotDetails, toLotCode } from '../lots/lots.ts'
import type { CommandHead } from './command.ts'
import type { NewLot } from './kind.ts'
import type { Ledger } from './ledger.ts'
import { lotIdOf } from './tracked.ts'

/** The lot that a command is about; of plain items and of all lots together it is the one of what has none. */
export type FoundLot = { kind: 'found'; lotId: string; lot: Lot | undefined; made: NewLot | undefined }

/**
 * @param needed an item that is tracked by lot needs one here
 * @param details where the command may make the lot: what it says of it
 */
export function findLotOfCommand(
  ledger: Ledger,
  item: Item,
  command: CommandHead & { lot?: string | undefined },
  { needed, details }: { needed: boolean; details: LotDetails | undefined },
): FoundLot | Refusal {
  const { sku } = item
  if (item.tracking !== 'lot') {
    return command.lot === undefined && !isTold(details)
      ? NO_LOT
      : refuse('lot-not-tracked', 'lot', `The item "${sku}" is not tracked by lot.`)
  }
  if (command.lot === undefined) {
    return needed ? refuse('lot-missing', 'lot', `The item "${sku}" is tracked by lot.`) : NO_LOT
  }
  const code = toLotCode(command.lot)
  if (code === undefined) return refuse('lot-code-invalid', 'lot', `"${command.lot}" is no lot code.`)
  const bad = details === undefined ? undefined : findBadDetails(details)
  if (bad !== undefined) return bad
  const lotId = lotIdOf(ledger.directory, item, code)
  const lot = lotId === undefined ? undefined : ledger.findLot(lotId)
  if (lotId === undefined || (lot === undefined && details === undefined)) {
    return refuse('unknown-lot', 'lot', `The item "${sku}" has no lot "${code}".`)
  }
  if (lot !== undefined) {
    const differs = details === undefined ? undefined : findDifference(lot, details)
    return differs ?? { kind: 'found', lotId, lot, made: undefined }
  }
  const made: NewLot = {
    lotId,
    itemId: item.itemId,
    code,
    expiresOn: details?.expiresOn ?? null,
    manufacturedOn: details?.manufacturedOn ?? null,
    supplierLot: details?.supplierLot ?? null,
    status: 'released',
    createdAt: ledger.context.now(),
    actor: command.actor,
    reason: command.reason,
  }
  return { kind: 'found', lotId, lot: made, made }
}

const NO_LOT: FoundLot = { kind: 'found', lotId: UNALLOCATED_LOT, lot: undefined, made: undefined }

function isTold(details: LotDetails | undefined): boolean {
  return Object.values(details ?? {}).some((detail) => detail !== undefined)
}
