import type { Tx } from '@plimsoll/database'
import type { RowProblem } from '@plimsoll/files'
import { applyStockCommands, type StockCommand, saveLocations } from '@plimsoll/stock'
import {
  changeStockWithin,
  insertChangedItems,
  notify,
  nowOf,
  type SyncContext,
  toStockContext,
} from '@plimsoll/sync'
import { FIRST_LOCATION, type KnownLocations, stockProblem } from './locations-of-rows.ts'
import type { SheetResult } from './sheet.ts'
import { findStandings } from './sheets.store.ts'

/** A command made of a row. */
export type RowCommand = {
  number: number
  command: Extract<StockCommand, { kind: 'receive' | 'adjust' | 'count' }>
}

/** Places that would be left with nothing, and what would come in, as far as reading can tell. */
export async function foreseeCommands(
  { database, organizationId }: SyncContext,
  rows: readonly RowCommand[],
): Promise<{ zeroed: number; units: number; unchanged: number }> {
  const skus = [...new Set(rows.map(({ command }) => command.sku))]
  const standings = await findStandings(database.kysely, organizationId, skus)
  const standingAt = new Map(standings.map((each) => [placeText(each), each]))
  const foreseen = { zeroed: 0, units: 0, unchanged: 0 }
  for (const { command } of rows) {
    const { quantity } = command
    const { onHand = 0, available = 0 } = standingAt.get(placeText(command)) ?? {}
    const units = command.kind === 'count' ? quantity - onHand : quantity
    foreseen.units += units
    if (units === 0) foreseen.unchanged += 1
    if (available > 0 && available + units <= 0) foreseen.zeroed += 1
  }
  return foreseen
}

/** Applies the commands of rows in the order of the file. */
export async function applyCommands(
  context: SyncContext,
  tx: Tx,
  rows: readonly RowCommand[],
  { known, isLong }: { known: KnownLocations; isLong: boolean },
): Promise<SheetResult> {
  const result: SheetResult = { applied: 0, unchanged: 0, units: 0, refused: [] }
  if (rows.length === 0) return result
  if (known.isUsualMissing) await saveLocations(tx, toStockContext(context), [FIRST_LOCATION])
  const before = await countsBefore(tx, context, rows)
  const commands = rows.map(({ command }) => command)
  const outcomes = isLong
    ? await changeStockForLater(context, tx, commands)
    : await changeStockWithin(context, tx, commands)
  for (const [index, { number, command }] of rows.entries()) {
    const outcome = outcomes[index]
    if (outcome === undefined) throw new Error('a command was not answered')
    if (outcome.kind === 'refused') {
      const { code, field, message } = outcome
      const value = cellOf(command, field)
      result.refused.push(
        code === 'key-reused'
          ? reusedProblem({ number, command })
          : stockProblem(code, { row: number, column: field, value }, message),
      )
    } else if (outcome.kind === 'repeated') result.unchanged += 1
    else {
      result.applied += 1
      const place = placeText(command)
      // A count leaves what it says, but for what moved since it was taken: its answer is of all lots together.
      const was = before.get(place) ?? 0
      result.units += command.kind === 'count' ? command.quantity - was : command.quantity
      before.set(place, command.kind === 'count' ? command.quantity : was + command.quantity)
    }
  }
  return result
}

/**
 * What channels should show is worked out after the commit: the lock that it takes would keep every order waiting for
 * as long as this transaction lasts.
 */
async function changeStockForLater(context: SyncContext, tx: Tx, commands: readonly StockCommand[]) {
  return await applyStockCommands(tx, toStockContext(context), commands, async (_, outcomes) => {
    const itemIds = outcomes.flatMap((outcome) => (outcome.kind === 'applied' ? outcome.itemIds : []))
    await noteChangedItems(context, tx, itemIds)
  })
}

/** What listings of these items should show is worked out by the hub, once this is committed. */
export async function noteChangedItems(
  context: SyncContext,
  tx: Tx,
  itemIds: readonly string[],
): Promise<void> {
  if (itemIds.length === 0) return
  const { organizationId, uuid } = context
  await insertChangedItems(tx, organizationId, itemIds, { at: nowOf(context), uuid })
  await notify(tx, organizationId, { kind: 'items' })
}

function cellOf(command: RowCommand['command'], field: string): string {
  if (field === 'sku') return command.sku
  if (field === 'serials') return command.serials?.join(', ') ?? ''
  return field === 'lot' ? (command.lot ?? '') : String(command.quantity)
}

/** Stock that a file of this name brought before, in another quantity. */
export function reusedProblem({ number, command: { sku, locationCode } }: RowCommand): RowProblem {
  const place = { row: number, column: null, value: sku }
  const message = `an import of this name brought another quantity of "${sku}" at ${locationCode} before; import under another name (--as) to bring more, or count it`
  return {
    ...stockProblem('key-reused', place, message),
    // Whoever brings a file knows of no idempotency key.
    cure: 'Give the file another name to bring more, or count the item to correct it.',
  }
}

function placeText(place: { sku: string; locationCode: string; lot?: string | null | undefined }): string {
  return JSON.stringify([place.sku, place.locationCode, place.lot ?? null])
}

/** On hand before counts, in what the transaction sees; it is for the report alone. */
async function countsBefore(
  tx: Tx,
  context: SyncContext,
  rows: readonly RowCommand[],
): Promise<Map<string, number>> {
  const skus = rows.flatMap(({ command }) => (command.kind === 'count' ? [command.sku] : []))
  if (skus.length === 0) return new Map()
  const found = await findStandings(tx, context.organizationId, [...new Set(skus)])
  return new Map(found.map((each) => [placeText(each), each.onHand]))
}
