import type { Tx } from '@plimsoll/database'
import { assert } from './assert.ts'
import { claimCommandKeys, digestOf, findCommandKeys, saveCommandResults } from './command-keys.store.ts'
import { decideRelease, decideStockCommand, findBadQuantity, type StockCommand } from './commands.ts'
import { type StockContext, UNALLOCATED_LOT } from './context.ts'
import { type Refusal, refuse } from './errors.ts'
import { findItemsBySku, findLocations, type Item, type Location } from './items.store.ts'
import { balanceKeyText, insertMovements, lockBalances } from './movements.store.ts'
import { afterMovement, availableOf, type Balance, type NewMovement, ZERO_BALANCE } from './movements.ts'
import { lockReservation, type ReservationRow, saveReservations } from './reservations.store.ts'

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

/** Writes what belongs to the same transaction; called when all outcomes are known, before the movements. */
export type BeforeMovements = (tx: Tx, outcomes: readonly CommandOutcome[]) => Promise<void>

/**
 * Applies commands in order, as one part of the caller's transaction: repeats are recognised, balances
 * locked in key order, each command decided on what the earlier ones left, movements written at the end.
 * A refused command leaves no trace, so it may be sent again under the same key.
 * @throws RaceOnCommandKey when another transaction took one of the keys meanwhile; `runStockCommands` retries
 */
export async function applyStockCommands(
  tx: Tx,
  context: StockContext,
  commands: readonly StockCommand[],
  beforeMovements?: BeforeMovements,
): Promise<CommandOutcome[]> {
  const known = await findCommandKeys(
    tx,
    context.organizationId,
    commands.map((command) => command.key),
  )
  const directory = await readDirectory(tx, context, commands)
  const balances = await lockBalances(tx, context.organizationId, directory.keys)

  const outcomes: CommandOutcome[] = []
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
    const claimed = await claimCommandKeys(tx, context, [{ commandKey: command.key, digest }])
    if (!claimed.has(command.key)) throw new RaceOnCommandKey(command.key)

    const key = balanceKeyText({
      itemId: decided.itemId,
      locationId: decided.locationId,
      lotId: UNALLOCATED_LOT,
    })
    const balance = decided.movements.reduce(afterMovement, balances.get(key) ?? ZERO_BALANCE)
    balances.set(key, balance)
    movements.push(...decided.movements)
    if (decided.reservation !== undefined) {
      reservations.set(decided.reservation.reservationId, decided.reservation)
    }
    const result = toResult(decided, balance)
    known.set(command.key, { commandKey: command.key, digest, result })
    outcomes.push({ key: command.key, kind: 'applied', result, itemId: decided.itemId })
  }

  await saveReservations(tx, context, [...reservations.values()])
  await saveCommandResults(
    tx,
    context.organizationId,
    outcomes.flatMap((outcome) =>
      outcome.kind === 'applied' ? [{ commandKey: outcome.key, result: outcome.result }] : [],
    ),
  )
  await beforeMovements?.(tx, outcomes)
  await insertMovements(tx, context, movements)
  return outcomes
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
  keys: { itemId: string; locationId: string; lotId: string }[]
}

async function readDirectory(
  tx: Tx,
  context: StockContext,
  commands: readonly StockCommand[],
): Promise<Directory> {
  const skus = commands.flatMap((command) => (command.kind === 'release' ? [] : [command.sku]))
  const found = skus.length === 0 ? [] : await findItemsBySku(tx, context.organizationId, skus)
  const locations = await findLocations(tx, context.organizationId)
  const reservations = new Map<string, ReservationRow>()
  for (const command of commands) {
    if (command.kind !== 'release') continue
    const row = await lockReservation(tx, context.organizationId, command.reservationId)
    if (row !== undefined) reservations.set(row.reservationId, row)
  }
  const items = new Map(found.map((item) => [item.sku, item]))
  const locationsByCode = new Map(locations.map((location) => [location.code, location]))
  const keys = commands.flatMap((command) => {
    if (command.kind === 'release') {
      const row = reservations.get(command.reservationId)
      return row === undefined ? [] : [row]
    }
    const item = items.get(command.sku)
    const location = locationsByCode.get(command.locationCode)
    if (item === undefined || location === undefined) return []
    return [{ itemId: item.itemId, locationId: location.locationId, lotId: UNALLOCATED_LOT }]
  })
  return {
    items,
    itemsById: new Map(found.map((item) => [item.itemId, item])),
    locations: locationsByCode,
    locationsById: new Map(locations.map((location) => [location.locationId, location])),
    reservations,
    keys,
  }
}

type Decided = {
  kind: 'decided'
  itemId: string
  locationId: string
  sku: string
  locationCode: string
  movements: NewMovement[]
  reservation: ReservationRow | undefined
}

function decideOne(
  command: StockCommand,
  context: StockContext,
  directory: Directory,
  balances: Map<string, Balance>,
  pendingReservations: Map<string, ReservationRow>,
): Decided | Refusal {
  const bad = findBadQuantity(command.kind, command.quantity)
  if (bad !== undefined) return bad
  const head = {
    lotId: UNALLOCATED_LOT,
    commandKey: command.key,
    reason: command.reason,
    actor: command.actor,
    effectiveAt: command.effectiveAt ?? context.now(),
  }

  if (command.kind === 'release') {
    const row =
      pendingReservations.get(command.reservationId) ?? directory.reservations.get(command.reservationId)
    if (row === undefined) {
      return refuse(
        'unknown-reservation',
        'reservationId',
        `There is no reservation ${command.reservationId}.`,
      )
    }
    const location = directory.locationsById.get(row.locationId)
    assert(location !== undefined, 'a reservation is on a known location')
    const reference = { referenceKind: 'reservation' as const, referenceId: row.reservationId }
    const decision = decideRelease(row, command.quantity, {
      ...head,
      ...reference,
      itemId: row.itemId,
      locationId: row.locationId,
    })
    if (decision.kind === 'refused') return decision
    return {
      kind: 'decided',
      itemId: row.itemId,
      locationId: row.locationId,
      sku: directory.itemsById.get(row.itemId)?.sku ?? row.itemId,
      locationCode: location.code,
      movements: decision.movements,
      reservation: { ...row, released: row.released + command.quantity },
    }
  }

  const item = directory.items.get(command.sku)
  if (item === undefined)
    return refuse('unknown-sku', 'sku', `There is no item with the SKU "${command.sku}".`)
  const location = directory.locations.get(command.locationCode)
  if (location === undefined) {
    return refuse(
      'unknown-location',
      'location',
      `There is no location with the code "${command.locationCode}".`,
    )
  }
  const key = { itemId: item.itemId, locationId: location.locationId }
  const reservationId = command.kind === 'reserve' ? context.uuid() : undefined
  const balance = balances.get(balanceKeyText({ ...key, lotId: UNALLOCATED_LOT })) ?? ZERO_BALANCE
  const decision = decideStockCommand(command.kind, command.quantity, balance, {
    ...head,
    ...key,
    referenceKind: reservationId === undefined ? null : 'reservation',
    referenceId: reservationId ?? null,
  })
  if (decision.kind === 'refused') return decision
  const reservation: ReservationRow | undefined =
    reservationId === undefined
      ? undefined
      : {
          ...key,
          reservationId,
          lotId: UNALLOCATED_LOT,
          kind: 'strict',
          ownerKind: 'api',
          ownerId: reservationId,
          reserved: command.quantity,
          released: 0,
          shipped: 0,
          returned: 0,
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

function contentOf(command: StockCommand): unknown {
  const { key: _key, actor: _actor, effectiveAt, ...content } = command
  return { ...content, effectiveAt: effectiveAt?.toISOString() ?? null }
}
