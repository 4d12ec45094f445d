import type { Tx } from '@plimsoll/database'
import { assert } from './assert.ts'
import { claimCommandKeys, digestOf, findCommandKeys, type KnownKey } from './command-keys.store.ts'
import { decideRelease, decideStockCommand, findBadQuantity, type StockCommand } from './commands.ts'
import { type StockContext, UNALLOCATED_LOT } from './context.ts'
import { type Refusal, refuse } from './errors.ts'
import { findItemsById, findItemsBySku, findLocations, type Item, type Location } from './items.store.ts'
import {
  type BalanceKey,
  balanceKeyText,
  lockBalances,
  postMovements,
  prepareBalances,
} from './movements.store.ts'
import { afterMovement, availableOf, type Balance, type NewMovement, ZERO_BALANCE } from './movements.ts'
import { lockReservationsOfCallers, type ReservationRow, saveReservations } from './reservations.store.ts'
import { NO_RESERVATION } from './reservations.ts'

export type CommandResult = {
  sku: string
  locationCode: string
  onHand: number
  reserved: number
  held: number
  available: number
  /** Given by `reserve`; hand it back to `release`. */
  reservationId: string | null
}

export type CommandOutcome =
  | { key: string; kind: 'applied'; result: CommandResult; itemId: string }
  /** The same command under the same key was applied before: this is what it answered then. */
  | { key: string; kind: 'repeated'; result: CommandResult }
  | ({ key: string } & Refusal)

/** Writes what follows from the new balances in the same transaction; it inserts no movement of its own. */
export type AfterMovements = (tx: Tx, outcomes: readonly CommandOutcome[]) => Promise<void>

/**
 * Applies commands in order, as one part of the caller's transaction: repeats are recognised, balances
 * locked in key order, each command decided on what the earlier ones left, movements written at the end.
 * A refused command leaves no movement and no key, so it may be sent again under the same key.
 * @throws RaceOnCommandKey when another transaction took one of the keys meanwhile; `runStockCommands` retries
 */
export async function applyStockCommands(
  tx: Tx,
  context: StockContext,
  commands: readonly StockCommand[],
  afterMovements?: AfterMovements,
): Promise<CommandOutcome[]> {
  const directory = await readDirectory(tx, context, commands)
  // Sent together, carried out in order. Keys are read last: whoever applied the same command has committed
  // before it let go of these locks. Read earlier, a repeat could miss it, find the stock taken and be refused
  // what it was granted.
  const [, balances, known] = await Promise.all([
    prepareBalances(tx, context, directory.keys),
    lockBalances(tx, context.organizationId, directory.keys),
    findCommandKeys(
      tx,
      context.organizationId,
      commands.map((command) => command.key),
    ),
  ])

  const outcomes: CommandOutcome[] = []
  const claims: KnownKey[] = []
  const movements: NewMovement[] = []
  const reservations = new Map<string, ReservationRow>()
  for (const command of commands) {
    const digest = digestOf(contentOf(command))
    const earlier = known.get(command.key)
    if (earlier !== undefined) {
      outcomes.push(toRepeat(command.key, earlier.digest === digest, earlier.result))
      continue
    }
    const decided = decideOne(command, context, directory, balances, reservations)
    if (decided.kind === 'refused') {
      outcomes.push({ key: command.key, ...decided })
      continue
    }
    const key = balanceKeyText(decided)
    const balance = decided.movements.reduce(afterMovement, balances.get(key) ?? ZERO_BALANCE)
    balances.set(key, balance)
    movements.push(...decided.movements)
    if (decided.reservation !== undefined) {
      reservations.set(decided.reservation.reservationId, decided.reservation)
    }
    const result = toResult(decided, balance)
    const claim = { commandKey: command.key, digest, result }
    claims.push(claim)
    known.set(command.key, claim)
    outcomes.push({ key: command.key, kind: 'applied', result, itemId: decided.itemId })
  }

  // All keys in one statement, in their order: claimed one by one, two batches could wait for each other.
  const [claimed] = await Promise.all([
    claimCommandKeys(tx, context, claims),
    saveReservations(tx, context, toSaved(reservations, directory.reservations)),
    postMovements(tx, context, movements),
    afterMovements?.(tx, outcomes),
  ])
  const lost = claims.find((claim) => !claimed.has(claim.commandKey))
  if (lost !== undefined) throw new RaceOnCommandKey(lost.commandKey)
  return outcomes
}

function toSaved(
  decided: ReadonlyMap<string, ReservationRow>,
  known: ReadonlyMap<string, ReservationRow>,
): { added: ReservationRow[]; changed: ReservationRow[] } {
  const rows = [...decided.values()]
  return {
    added: rows.filter((row) => !known.has(row.reservationId)),
    changed: rows.filter((row) => known.has(row.reservationId)),
  }
}

/** Two transactions raced for one key and the other won: run the whole batch again and find its result. */
export class RaceOnCommandKey extends Error {
  constructor(key: string) {
    super(`The command key ${key} was taken by a transaction that committed meanwhile.`)
    this.name = 'RaceOnCommandKey'
  }
}

type Directory = {
  items: Map<string, Item>
  itemsById: Map<string, Item>
  locations: Map<string, Location>
  locationsById: Map<string, Location>
  reservations: Map<string, ReservationRow>
  /** Of the balances that the commands are decided on. */
  keys: BalanceKey[]
}

async function readDirectory(
  tx: Tx,
  context: StockContext,
  commands: readonly StockCommand[],
): Promise<Directory> {
  const { organizationId } = context
  const reservationIds = commands.flatMap((command) =>
    command.kind === 'release' && isUuid(command.reservationId) ? [command.reservationId] : [],
  )
  const skus = commands.flatMap((command) => (command.kind === 'release' ? [] : [command.sku]))
  const [held, named, locations] = await Promise.all([
    lockReservationsOfCallers(tx, organizationId, reservationIds),
    findItemsBySku(tx, organizationId, skus),
    findLocations(tx, organizationId),
  ])
  const reserved = await findItemsById(
    tx,
    organizationId,
    held.map((row) => row.itemId),
  )
  const items = new Map(named.map((item) => [item.sku, item]))
  const locationsByCode = new Map(locations.map((location) => [location.code, location]))

  const keyed = commands.flatMap((command) => {
    if (command.kind === 'release') return []
    const item = items.get(command.sku)
    const location = locationsByCode.get(command.locationCode)
    if (item === undefined || location === undefined) return []
    return [{ itemId: item.itemId, locationId: location.locationId, lotId: UNALLOCATED_LOT }]
  })
  return {
    items,
    itemsById: new Map([...named, ...reserved].map((item) => [item.itemId, item])),
    locations: locationsByCode,
    locationsById: new Map(locations.map((location) => [location.locationId, location])),
    reservations: new Map(held.map((row) => [row.reservationId, row])),
    keys: [...keyed, ...held],
  }
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)
}

type Decided = BalanceKey & {
  kind: 'decided'
  sku: string
  locationCode: string
  movements: NewMovement[]
  reservation: ReservationRow | undefined
}

function decideOne(
  command: StockCommand,
  context: StockContext,
  directory: Directory,
  balances: ReadonlyMap<string, Balance>,
  changedReservations: ReadonlyMap<string, ReservationRow>,
): Decided | Refusal {
  const bad = findBadQuantity(command.kind, command.quantity)
  if (bad !== undefined) return bad
  if (command.kind === 'release') return decideReleaseOf(command, context, directory, changedReservations)

  const item = directory.items.get(command.sku)
  if (item === undefined) {
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${command.sku}".`)
  }
  const location = directory.locations.get(command.locationCode)
  if (location === undefined) {
    return refuse(
      'unknown-location',
      'location',
      `There is no location with the code "${command.locationCode}".`,
    )
  }
  const key = { itemId: item.itemId, locationId: location.locationId, lotId: UNALLOCATED_LOT }
  const reservationId = command.kind === 'reserve' ? context.uuid() : undefined
  const decision = decideStockCommand(
    command.kind,
    command.quantity,
    balances.get(balanceKeyText(key)) ?? ZERO_BALANCE,
    {
      ...headOf(command, context),
      ...key,
      referenceKind: reservationId === undefined ? null : 'reservation',
      referenceId: reservationId ?? null,
    },
  )
  if (decision.kind === 'refused') return decision
  const reservation: ReservationRow | undefined =
    reservationId === undefined
      ? undefined
      : {
          ...NO_RESERVATION,
          ...key,
          reservationId,
          kind: 'strict',
          ownerKind: 'api',
          ownerId: reservationId,
          reserved: command.quantity,
        }
  return {
    kind: 'decided',
    ...key,
    sku: item.sku,
    locationCode: location.code,
    movements: decision.movements,
    reservation,
  }
}

function decideReleaseOf(
  command: Extract<StockCommand, { kind: 'release' }>,
  context: StockContext,
  directory: Directory,
  changedReservations: ReadonlyMap<string, ReservationRow>,
): Decided | Refusal {
  // PostgreSQL writes ids in lower case; a caller may not.
  const reservationId = command.reservationId.toLowerCase()
  const row = changedReservations.get(reservationId) ?? directory.reservations.get(reservationId)
  if (row === undefined) {
    return refuse('unknown-reservation', 'reservationId', `There is no reservation ${command.reservationId}.`)
  }
  const item = directory.itemsById.get(row.itemId)
  assert(item !== undefined, 'a reservation is of a known item')
  const location = directory.locationsById.get(row.locationId)
  assert(location !== undefined, 'a reservation is at a known location')
  const key = { itemId: row.itemId, locationId: row.locationId, lotId: row.lotId }
  const decision = decideRelease(row, command.quantity, {
    ...headOf(command, context),
    ...key,
    referenceKind: 'reservation',
    referenceId: row.reservationId,
  })
  if (decision.kind === 'refused') return decision
  return {
    kind: 'decided',
    ...key,
    sku: item.sku,
    locationCode: location.code,
    movements: decision.movements,
    reservation: { ...row, released: row.released + command.quantity },
  }
}

function headOf(command: StockCommand, context: StockContext) {
  return {
    commandKey: command.key,
    reason: command.reason,
    actor: command.actor,
    effectiveAt: command.effectiveAt ?? context.now(),
  }
}

function toResult(decided: Decided, balance: Balance): CommandResult {
  return {
    sku: decided.sku,
    locationCode: decided.locationCode,
    onHand: balance.onHand,
    reserved: balance.reserved,
    held: balance.held,
    available: availableOf(balance),
    reservationId: decided.reservation?.reservationId ?? null,
  }
}

function toRepeat(key: string, same: boolean, result: unknown): CommandOutcome {
  if (!same) {
    return {
      key,
      ...refuse('key-reused', 'Idempotency-Key', `The key "${key}" was used for another command.`),
    }
  }
  // Written by `saveCommandResults` in the transaction that applied it, so its shape is ours.
  return { key, kind: 'repeated', result: result as CommandResult }
}

/** What makes a command the same one, whoever sends it and however its fields are ordered. */
function contentOf(command: StockCommand): unknown {
  const target = command.kind === 'release' ? [command.reservationId] : [command.sku, command.locationCode]
  return [
    command.kind,
    ...target,
    command.quantity,
    command.reason,
    command.effectiveAt?.toISOString() ?? null,
  ]
}
