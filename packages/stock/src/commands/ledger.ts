import type { KitKind } from '@plimsoll/database'
import { assert } from '../assert.ts'
import { type BalanceKey, balanceKeyText, type LockedBalance } from '../balances.store.ts'
import type { StockContext } from '../context.ts'
import type { Item, Location } from '../items.store.ts'
import { afterMovement, availableOf, type Balance, type NewMovement, ZERO_BALANCE } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import type { CommandHead } from './command.ts'
import type { Directory } from './directory.ts'
import type { Changes, CommandResult } from './kind.ts'

/**
 * The part of the ledger that a batch of commands is decided on: what was locked and read, and on top of it what
 * the commands before have changed. Nothing here writes.
 */
export class Ledger {
  readonly context: StockContext
  readonly directory: Directory
  readonly #balances = new Map<string, LockedBalance>()
  readonly #lotsAt = new Map<string, Set<string>>()
  readonly #reservations = new Map<string, Map<string, ReservationRow>>()
  readonly #movedSince: ReadonlyMap<string, number>
  readonly #kitKinds: ReadonlyMap<string, KitKind>
  readonly #changedReservations = new Map<string, ReservationRow>()
  readonly #movements: NewMovement[] = []

  constructor(
    context: StockContext,
    directory: Directory,
    read: {
      balances: readonly LockedBalance[]
      movedSince: ReadonlyMap<string, number>
      kitKinds: ReadonlyMap<string, KitKind>
    },
  ) {
    this.context = context
    this.directory = directory
    this.#movedSince = read.movedSince
    this.#kitKinds = read.kitKinds
    for (const balance of read.balances) this.#keep(balance)
    for (const row of directory.reservations) this.#keepReservation(row)
  }

  balance(key: BalanceKey): Balance {
    return this.#balances.get(balanceKeyText(key)) ?? ZERO_BALANCE
  }

  /** Every balance of an item at a location, one per lot. */
  lotsAt(place: { itemId: string; locationId: string }): readonly LockedBalance[] {
    const keys = this.#lotsAt.get(placeText(place)) ?? new Set()
    return [...keys].flatMap((key) => this.#balances.get(key) ?? [])
  }

  /** The lots of an item at a location added up. */
  totalAt(place: { itemId: string; locationId: string }): Balance {
    return this.lotsAt(place).reduce(
      (total, lot) => ({
        onHand: total.onHand + lot.onHand,
        reserved: total.reserved + lot.reserved,
        held: total.held + lot.held,
        incoming: total.incoming + lot.incoming,
      }),
      ZERO_BALANCE,
    )
  }

  /** What a caller holds, in the order in which it was reserved. */
  reservationsOf(ownerId: string): readonly ReservationRow[] {
    return [...(this.#reservations.get(ownerId)?.values() ?? [])]
  }

  /** Units on hand that came (or went, negative) by what was effective after a moment. */
  movedSince(key: BalanceKey, at: Date): number {
    const before = this.#movedSince.get(movedSinceText(key, at)) ?? 0
    return this.#movements
      .filter((movement) => balanceKeyText(movement) === balanceKeyText(key) && movement.effectiveAt > at)
      .reduce((total, movement) => total + movement.onHandDelta, before)
  }

  /** Puts a command's changes on top, for the commands after it. */
  add(changes: Changes): void {
    for (const movement of changes.movements) {
      const { itemId, locationId, lotId } = movement
      this.#keep({ itemId, locationId, lotId, ...afterMovement(this.balance(movement), movement) })
      this.#movements.push(movement)
    }
    for (const row of changes.reservations ?? []) {
      this.#keepReservation(row)
      this.#changedReservations.set(row.reservationId, row)
    }
  }

  /** Of the whole batch: what is to be written. */
  written() {
    const known = new Set(this.directory.reservations.map((row) => row.reservationId))
    const rows = [...this.#changedReservations.values()]
    return {
      movements: this.#movements as readonly NewMovement[],
      reservations: {
        added: rows.filter((row) => !known.has(row.reservationId)),
        changed: rows.filter((row) => known.has(row.reservationId)),
      },
    }
  }

  /** As it was when the balances were locked; of items that the batch names. */
  kitKind(itemId: string): KitKind {
    return this.#kitKinds.get(itemId) ?? 'none'
  }

  item(itemId: string): Item {
    const item = this.directory.itemsById.get(itemId)
    assert(item !== undefined, 'the ledger holds known items only')
    return item
  }

  location(locationId: string): Location {
    const location = this.directory.locationsById.get(locationId)
    assert(location !== undefined, 'the ledger holds known locations only')
    return location
  }

  /** The fields that every movement of a command shares. */
  movementHead(command: CommandHead) {
    return {
      commandKey: command.key,
      reason: command.reason,
      actor: command.actor,
      effectiveAt: command.effectiveAt ?? this.context.now(),
    }
  }

  /** What a command that changed one place answers. */
  figuresAt(
    place: { itemId: string; locationId: string },
    reservationId: string | null = null,
  ): CommandResult {
    const total = this.totalAt(place)
    return {
      sku: this.item(place.itemId).sku,
      locationCode: this.location(place.locationId).code,
      onHand: total.onHand,
      reserved: total.reserved,
      held: total.held,
      available: availableOf(total),
      reservationId,
    }
  }

  #keep(balance: LockedBalance): void {
    const key = balanceKeyText(balance)
    this.#balances.set(key, balance)
    const at = placeText(balance)
    const lots = this.#lotsAt.get(at) ?? new Set()
    this.#lotsAt.set(at, lots.add(key))
  }

  #keepReservation(row: ReservationRow): void {
    const rows = this.#reservations.get(row.ownerId) ?? new Map<string, ReservationRow>()
    this.#reservations.set(row.ownerId, rows.set(row.reservationId, row))
  }
}

export function movedSinceText(key: BalanceKey, at: Date): string {
  return `${balanceKeyText(key)} ${at.getTime()}`
}

function placeText({ itemId, locationId }: { itemId: string; locationId: string }): string {
  return `${itemId} ${locationId}`
}
