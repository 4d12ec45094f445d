import {
  digestOf,
  inKeyedTransaction,
  lockPlaces,
  prepareBalances,
  type StockCommand,
  UNALLOCATED_LOT,
} from '@plimsoll/stock'
import { changeStockWithin } from '../availability/stock-changes.ts'
import { type SyncContext, type Tx, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import type { Cutover, CutoverLine } from './cutover.store.ts'
import {
  bookingOf,
  CUTOVER_KEYS,
  changedPlaces,
  decideCutover,
  type ProposedLine,
  toProposedLine,
} from './cutover.ts'
import { changeCutover, readCutover, readCutoverLines, saveProposal } from './cutovers.ts'
import { findBookedKeys, findFiguresAsOf, findFiguresOfConnection } from './figures.store.ts'

const LINES_AT_ONCE = 500

/**
 * Applies the approved differences, each under a key of its own: cut off halfway, it goes on where it was; done twice,
 * it changes nothing. Every channel is told as of any other change of stock.
 *
 * Where a place would be booked by another difference than was approved (it was counted since, stock was received, somebody
 * changed the number at the shop), it is not booked: a proposal is worked out anew, and somebody looks at it again. That is
 * looked at before anything is booked, and once more of each place while its balance is locked.
 * @throws SyncProblem `preview-outdated` with how many places differ, or where the ledger refuses one; then the others are
 * applied, and it can be done again
 */
export async function applyCutover(context: SyncContext, idOrName: string): Promise<Cutover> {
  const cutover = await readCutover(context, idOrName)
  const step = decideCutover(cutover.state, 'apply')
  if (step.kind === 'refused') throw syncProblem('wrong-state', 'state', step.message)
  if (step.kind === 'done') return cutover
  const lines = await readCutoverLines(context, cutover.cutoverId)
  const { kysely } = context.database
  const toBook = lines.filter((line) => bookingOf(line) !== 0)
  const keys = toBook.map((line) => keyOf(cutover, line))
  const now = await findNow(context, kysely, cutover, lines)
  // After what is now was read: what somebody else books meanwhile is not taken for a change.
  const booked = await findBookedKeys(kysely, context.organizationId, keys)
  const open = toBook.filter((line) => !booked.has(keyOf(cutover, line)))
  // Nothing of it is booked yet: then nothing is, unless all of it is as it was looked at.
  let changed = booked.size > 0 ? 0 : changedPlaces(lines, now).length
  for (let from = 0; from < open.length && changed === 0; from += LINES_AT_ONCE)
    changed += await book(context, cutover, open.slice(from, from + LINES_AT_ONCE))
  if (changed === 0)
    return await changeCutover(context, cutover.cutoverId, 'apply', async (each, next) => ({
      ...each,
      state: next,
    }))
  await changeCutover(context, cutover.cutoverId, 'renew', (each, next, tx) =>
    saveProposal(
      context,
      tx,
      { ...each, state: next, approvedBy: null },
      lines.map(({ sku, locationCode, proposed }) => ({ sku, locationCode, quantity: proposed })),
    ),
  )
  throw syncProblem(
    'preview-outdated',
    'lines',
    `What would be booked differs at ${changed} places from what was approved. Look at the new proposal and approve that.`,
  )
}

/** Books lines in one transaction. @returns at how many of them something else would be booked than was approved: these are not */
async function book(context: SyncContext, cutover: Cutover, given: readonly CutoverLine[]): Promise<number> {
  const { database, organizationId } = context
  return await inKeyedTransaction(database, async (tx) => {
    const places = given.map((line) => ({ ...line, lotId: UNALLOCATED_LOT }))
    await prepareBalances(tx, toStockContext(context), places)
    await lockPlaces(tx, organizationId, places)
    // Whoever applies it at the same time may have booked some meanwhile.
    const keys = given.map((line) => keyOf(cutover, line))
    const booked = await findBookedKeys(tx, organizationId, keys)
    const lines = given.filter((line) => !booked.has(keyOf(cutover, line)))
    const placeOf = ({ itemId, locationId }: ProposedLine) => `${itemId} ${locationId}`
    const own = new Set(lines.map(placeOf))
    // Other places of an item are other transactions' matter.
    const now = (await findNow(context, tx, cutover, lines)).filter((line) => own.has(placeOf(line)))
    const changed = changedPlaces(lines, now)
    const isChanged = new Set(changed.map(placeOf))
    const commands = lines
      .filter((line) => !isChanged.has(placeOf(line)))
      .map((line) => toCommand(cutover, line))
    const outcomes = await changeStockWithin(context, tx, commands)
    const refused = outcomes.find((outcome) => outcome.kind === 'refused')
    if (refused?.kind === 'refused') throw syncProblem('wrong-state', 'lines', refused.message)
    return changed.length
  })
}

/** What the source and the ledger say of these places now, as a proposal of now would have it. */
async function findNow(
  { organizationId }: SyncContext,
  db: Tx | SyncContext['database']['kysely'],
  { sourceConnectionId, asOf }: Cutover,
  lines: readonly CutoverLine[],
): Promise<ProposedLine[]> {
  const figures =
    sourceConnectionId === null
      ? await findFiguresAsOf(
          db,
          organizationId,
          lines.map(({ sku, locationCode, proposed }) => ({ sku, locationCode, quantity: proposed })),
          asOf ?? new Date(0),
        )
      : await findFiguresOfConnection(db, organizationId, sourceConnectionId, itemsOf(lines))
  return figures.map(toProposedLine)
}

function itemsOf(lines: readonly CutoverLine[]): string[] {
  return [...new Set(lines.map(({ itemId }) => itemId))]
}

/** One a place and proposal: what is proposed anew is another movement. */
function keyOf({ cutoverId, digest }: Cutover, { sku, locationCode }: CutoverLine): string {
  return `${CUTOVER_KEYS}${digestOf([cutoverId, digest, sku, locationCode])}`
}

function toCommand(cutover: Cutover, line: CutoverLine): StockCommand {
  const { name, actor, asOf } = cutover
  return {
    kind: 'adjust',
    key: keyOf(cutover, line),
    sku: line.sku,
    locationCode: line.locationCode,
    quantity: bookingOf(line),
    actor,
    reason: `cut-over ${name}`,
    effectiveAt: asOf ?? undefined,
  }
}
