import type { Tx } from '@plimsoll/database'
import {
  type BalanceKey,
  findFilledLots,
  type LockedBalance,
  lockAtOnce,
  lockFilledMeanwhile,
  lockPlaces,
  prepareBalances,
} from '../balances.store.ts'
import { type StockContext, UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import { refuseArchived } from '../items/archived.ts'
import { findItemNatures, type ItemNature, PLAIN_NATURE } from '../items.store.ts'
import { insertKitClaims } from '../kits/kit-claims.store.ts'
import { refuseStockOfKit } from '../kits/kit-definition.ts'
import { findLotsById, insertLots } from '../lots/lots.store.ts'
import type { Lot } from '../lots/lots.ts'
import { findMovedSince, postMovements } from '../movements.store.ts'
import { afterMovement, availableOf, type Balance } from '../movements.ts'
import { saveReservations } from '../reservations.store.ts'
import { countSerials, findUntoldSince, saveSerials } from '../serials/serials.store.ts'
import type { StockCommand } from './command.ts'
import { claimCommandKeys, digestOf, findCommandKeys, type KnownKey } from './command-keys.store.ts'
import { type Directory, readDirectory } from './directory.ts'
import type { Changes, CommandResult, Decision } from './kind.ts'
import { kindOf } from './kinds.ts'
import { Ledger, movedSinceText } from './ledger.ts'

export type CommandOutcome =
  | { key: string; kind: 'applied'; result: CommandResult; itemIds: readonly string[] }
  /** The same command under the same key was applied before: this is what it answered then. */
  | { key: string; kind: 'repeated'; result: CommandResult }
  | ({ key: string } & Refusal)

/**
 * Writes what follows from the new balances in the same transaction; it inserts no movement of its own.
 * @throws RefusedAfterwards where what follows forbids it: nothing of the transaction is done
 */
export type AfterMovements = (
  tx: Tx,
  outcomes: readonly CommandOutcome[],
  commands: readonly StockCommand[],
) => Promise<void>

/** What the commands lead to forbids them: the transaction is taken back as a whole. */
export class RefusedAfterwards extends Error {
  readonly refusal: Refusal

  constructor({ kind, code, field, message }: Refusal) {
    super(message)
    this.name = 'RefusedAfterwards'
    this.refusal = { kind, code, field, message }
  }
}

/**
 * Applies commands in order, as one part of the caller's transaction: repeats are recognised, balances
 * locked in key order, each command decided on what the earlier ones left, movements written at the end.
 * A refused command leaves no movement and no key, so it may be sent again under the same key.
 * @throws RaceOnCommandKey when another transaction took one of the keys meanwhile, RaceOnSerial, RaceOnTracking and
 *   RaceOnLots likewise; `runStockCommands` retries
 */
export async function applyStockCommands(
  tx: Tx,
  context: StockContext,
  commands: readonly StockCommand[],
  afterMovements?: AfterMovements,
): Promise<CommandOutcome[]> {
  const { ledger, known } = await openLedger(tx, context, commands)
  const outcomes: CommandOutcome[] = []
  const claims: KnownKey[] = []
  for (const command of commands) {
    const { key } = command
    const digest = digestOf(kindOf(command).contentOf(command))
    const earlier = known.get(key)
    if (earlier !== undefined) {
      outcomes.push(toRepeat(key, earlier.digest === digest, earlier.result))
      continue
    }
    const decided = decideCommand(command, ledger)
    if (decided.kind === 'refused') {
      outcomes.push({ key, ...decided })
      continue
    }
    ledger.add(decided.changes)
    const result = decided.answer(ledger)
    const claim = { commandKey: key, digest, result }
    claims.push(claim)
    known.set(key, claim)
    outcomes.push({ key, kind: 'applied', result, itemIds: itemsOf(decided.changes) })
  }

  const written = ledger.written()
  await lockLate(tx, context, ledger.unlockedKeys())
  // All keys in one statement, in their order: claimed one by one, two batches could wait for each other.
  const [claimed, lostSerials] = await Promise.all([
    claimCommandKeys(tx, context, claims),
    saveSerials(tx, context, written.serials),
    insertLots(tx, context, written.lots),
    saveReservations(tx, context, written.reservations),
    insertKitClaims(tx, context.organizationId, written.kitClaims),
    postMovements(tx, context, written.movements),
    afterMovements?.(tx, outcomes, commands),
  ])
  const lost = claims.find((claim) => !claimed.has(claim.commandKey))
  if (lost !== undefined) throw new RaceOnCommandKey(lost.commandKey)
  const [taken] = lostSerials
  if (taken !== undefined) throw new RaceOnSerial(taken.serial)
  return outcomes
}

/** What a transaction of commands was decided on changed before it could lock it: run the whole batch again. */
export class CommandRace extends Error {}

/** Two transactions raced for one key and the other won: run the whole batch again and find its result. */
export class RaceOnCommandKey extends CommandRace {
  constructor(key: string) {
    super(`The command key ${key} was taken by a transaction that committed meanwhile.`)
    this.name = 'RaceOnCommandKey'
  }
}

/** The same for a serial number that two transactions brought in at once. */
export class RaceOnSerial extends CommandRace {
  constructor(serial: string) {
    super(`The serial ${serial} was brought in by a transaction that committed meanwhile.`)
    this.name = 'RaceOnSerial'
  }
}

/** An item came to be tracked otherwise between its being read and its first movement. */
export class RaceOnTracking extends CommandRace {
  constructor(sku: string) {
    super(`The tracking of the item "${sku}" was changed by a transaction that committed meanwhile.`)
    this.name = 'RaceOnTracking'
  }
}

/** Lots were filled, while the others were being locked, that somebody else is at by now. */
export class RaceOnLots extends CommandRace {
  constructor() {
    super('Lots were filled by transactions that committed meanwhile.')
    this.name = 'RaceOnLots'
  }
}

/**
 * Balances that are to be written and that no command could name, such as that of a lot which one command of a batch
 * ships from and the next takes back to another place. Nothing is there, or they would be locked; and they are locked
 * only where nobody else is at them.
 */
async function lockLate(tx: Tx, context: StockContext, keys: readonly BalanceKey[]): Promise<void> {
  if (keys.length === 0) return
  const [, locked] = await Promise.all([
    prepareBalances(tx, context, keys),
    lockAtOnce(tx, context.organizationId, keys),
  ])
  const isEmpty = ({ onHand, reserved, held, incoming }: Balance) =>
    onHand === 0 && reserved === 0 && held === 0 && incoming === 0
  if (locked.length < keys.length || !locked.every(isEmpty)) throw new RaceOnLots()
}

/** Reads and locks all that the commands are decided on, in two trips. */
async function openLedger(tx: Tx, context: StockContext, commands: readonly StockCommand[]) {
  const directory = await readDirectory(
    tx,
    context,
    commands.map((command) => kindOf(command).names(command)),
  )
  const places = commands.flatMap((command) => kindOf(command).places(command, directory))
  // Each once: of a place whose lots are counted one by one, what moved since would be added up for each of them.
  const moments = places.flatMap(({ itemId, locationId, countedAt: at }) =>
    at === undefined
      ? []
      : [[`${itemId} ${locationId} ${at.getTime()}`, { itemId, locationId, at }] as const],
  )
  const counted = [...new Map(moments).values()]
  const now = context.now()
  const countedPlaces = places.flatMap(({ itemId, locationId, isCounted, countedAt: at = now }) =>
    isCounted === true ? [{ itemId, locationId, at }] : [],
  )
  // Sent together, carried out in order. Keys are read last: whoever applied the same command has committed
  // before it let go of these locks. Read earlier, a repeat could miss it, find the stock taken and be refused
  // what it was granted.
  const [, locked, filled, moved, serialCounts, untoldSince, known, natures, halfSent] = await Promise.all([
    prepareBalances(tx, context, places),
    lockPlaces(tx, context.organizationId, places),
    // Only these have lots that could have been filled while the others were being locked.
    findFilledLots(
      tx,
      context.organizationId,
      places.filter(({ itemId }) => directory.itemsById.get(itemId)?.tracking === 'lot'),
    ),
    findMovedSince(tx, context.organizationId, counted),
    countSerials(tx, context.organizationId, directory.serialPlaces),
    findUntoldSince(
      tx,
      context.organizationId,
      counted.filter(({ itemId }) => directory.itemsById.get(itemId)?.tracking === 'serial'),
    ),
    findCommandKeys(
      tx,
      context.organizationId,
      commands.map((command) => command.key),
    ),
    // After the locks, too: an item becomes a virtual kit, or tracked otherwise, only while nobody writes its stock.
    findItemNatures(
      tx,
      context.organizationId,
      places.map((place) => place.itemId),
    ),
    countedPlaces.length === 0 ? [] : (context.findHalfSent?.(tx, countedPlaces) ?? []),
  ])
  const balances = await lockFilledMeanwhile(tx, context.organizationId, locked, filled)
  if (balances === undefined) throw new RaceOnLots()
  const movedSince = new Map(moved.map((row) => [movedSinceText(row, row.at), row.onHand]))
  const lots = await findOtherLots(tx, context.organizationId, directory, balances)
  for (const itemId of new Set(places.map((place) => place.itemId))) {
    const item = directory.itemsById.get(itemId)
    const nature = natures.get(itemId) ?? PLAIN_NATURE
    if (item !== undefined && !isTrackedAlike(item, nature)) throw new RaceOnTracking(item.sku)
  }
  const kitKinds = new Map([...natures].map(([itemId, { kitKind }]) => [itemId, kitKind]))
  const read = { balances, movedSince, lots, serialCounts, untoldSince, kitKinds, halfSent }
  return { ledger: new Ledger(context, directory, read), known }
}

function isTrackedAlike(one: ItemNature, other: ItemNature): boolean {
  if (one.tracking !== other.tracking) return false
  return one.tracking !== 'serial' || one.serialCapture === other.serialCapture
}

/** The lots of the balances that nobody named; no trip where there are none. */
async function findOtherLots(
  tx: Tx,
  organizationId: string,
  directory: Directory,
  balances: readonly LockedBalance[],
): Promise<Lot[]> {
  const known = new Set<string>([UNALLOCATED_LOT, ...directory.lotIds.values()])
  const others = new Set(balances.map(({ lotId }) => lotId).filter((lotId) => !known.has(lotId)))
  return await findLotsById(tx, organizationId, [...others])
}

function decideCommand(command: StockCommand, ledger: Ledger): Decision | Refusal {
  const bad = kindOf(command).findBad(command)
  if (bad !== undefined) return bad
  const decided = kindOf(command).decide(command, ledger)
  if (decided.kind === 'refused') return decided
  return (
    findStockOfKit(ledger, decided.changes) ??
    findArchived(ledger, command, decided.changes) ??
    findOutOfRange(ledger, decided.changes) ??
    decided
  )
}

function findStockOfKit(ledger: Ledger, { movements }: Changes): Refusal | undefined {
  for (const { itemId } of movements) {
    const refusal = refuseStockOfKit(ledger.item(itemId).sku, ledger.kitKind(itemId))
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** They move what is there, promised or on its way already: an archived item could not be emptied without them. */
const MOVES_ONLY: ReadonlySet<StockCommand['kind']> = new Set([
  'allocate',
  'move-reservation',
  'transfer',
  'transfer-dispatch',
  'transfer-receive',
])

function findArchived(ledger: Ledger, command: StockCommand, { movements }: Changes): Refusal | undefined {
  if (MOVES_ONLY.has(command.kind)) return undefined
  if (command.kind === 'reserve') {
    // A virtual kit may be archived while its parts are not, and they are all that moves.
    const named = ledger.directory.itemsBySku.get(command.sku)
    const refusal =
      named === undefined ? undefined : refuseArchived(named, { kind: 'reserve', onHandDelta: 0 })
    if (refusal !== undefined) return refusal
  }
  for (const { itemId, kind, onHandDelta, incomingDelta } of movements) {
    // What will not come after all is taken off, whatever became of the item.
    if (kind === 'expect' && incomingDelta < 0) continue
    const refusal = refuseArchived(ledger.item(itemId), { kind, onHandDelta })
    if (refusal !== undefined) return refusal
  }
  return undefined
}

/** Refused here, as one command: the database's own check would take the whole batch with it. */
function findOutOfRange(ledger: Ledger, { movements }: Changes): Refusal | undefined {
  const after = new Map<string, Balance>()
  for (const movement of movements) {
    const at = `${movement.itemId} ${movement.locationId} ${movement.lotId}`
    const balance = afterMovement(after.get(at) ?? ledger.balance(movement), movement)
    after.set(at, balance)
    const figures = [balance.onHand, balance.reserved, balance.held, balance.incoming, availableOf(balance)]
    if (![...figures, movement.onHandDelta].every(Number.isSafeInteger)) {
      return refuse(
        'quantity-out-of-range',
        'quantity',
        'The count would be larger than a stock count may be.',
      )
    }
  }
  return undefined
}

function itemsOf({ movements }: Changes): string[] {
  return [...new Set(movements.map((movement) => movement.itemId))]
}

function toRepeat(key: string, same: boolean, result: unknown): CommandOutcome {
  if (!same) {
    return {
      key,
      ...refuse('key-reused', 'Idempotency-Key', `The key "${key}" was used for another command.`),
    }
  }
  // Written by `claimCommandKeys` in the transaction that applied it, so its shape is ours.
  return { key, kind: 'repeated', result: result as CommandResult }
}
