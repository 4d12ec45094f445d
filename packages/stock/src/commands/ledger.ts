import type { KitKind } from '@plimsoll/database'
import { assert } from '../assert.ts'
import { type BalanceKey, balanceKeyText, type LockedBalance } from '../balances.store.ts'
import type { StockContext } from '../context.ts'
import type { Item, Location } from '../items.store.ts'
import type { KitClaim } from '../kits/kit-claims.store.ts'
import type { LotStock } from '../lots/fefo.ts'
import { dayAt, type Lot } from '../lots/lots.ts'
import { unusableOf } from '../lots/usable.ts'
import { afterMovement, availableOf, type Balance, type NewMovement, ZERO_BALANCE } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import { type SerialCount, type SerialEvent, type SerialKey, serialText } from '../serials/serials.store.ts'
import { isInStock, type SerialPlace, type SerialRow } from '../serials/serials.ts'
import type { CommandHead } from './command.ts'
import type { Directory } from './directory.ts'
import type { Changes, CommandResult, NewLot } from './kind.ts'

/**
 * The part of the ledger that a batch of commands is decided on: what was locked and read, and on top of it what
 * the commands before have changed. Nothing here writes.
 */
export class Ledger {
  readonly context: StockContext
  readonly directory: Directory
  readonly #balances = new Map<string, LockedBalance>()
  readonly #locked: ReadonlySet<string>
  readonly #lotsAt = new Map<string, Set<string>>()
  readonly #reservations = new Map<string, Map<string, ReservationRow>>()
  readonly #movedSince: ReadonlyMap<string, number>
  readonly #kitKinds: ReadonlyMap<string, KitKind>
  readonly #changedReservations = new Map<string, ReservationRow>()
  readonly #movements: NewMovement[] = []
  readonly #lots: Map<string, Lot>
  readonly #newLots: NewLot[] = []
  readonly #kitClaims: KitClaim[] = []
  readonly #serials: Map<string, SerialRow>
  readonly #serialEvents: SerialEvent[] = []
  readonly #serialCounts: Map<string, number>
  readonly #untoldSince: ReadonlyMap<string, number>
  readonly #halfSent: ReadonlyMap<string, number>

  constructor(
    context: StockContext,
    directory: Directory,
    read: {
      balances: readonly LockedBalance[]
      movedSince: ReadonlyMap<string, number>
      kitKinds: ReadonlyMap<string, KitKind>
      /** Of the balances, so far as the directory does not hold them. */
      lots: readonly Lot[]
      /** Serials in stock at the places where all of them are read, as counted under the balances' locks. */
      serialCounts: readonly SerialCount[]
      /** Units that left those places untold after the moment of a count. */
      untoldSince: readonly (SerialCount & { at: Date })[]
      /** Units that had left counted places as parts of kits whose rest has not. */
      halfSent?: readonly { itemId: string; locationId: string; units: number }[]
    },
  ) {
    this.context = context
    this.directory = directory
    this.#movedSince = read.movedSince
    this.#kitKinds = read.kitKinds
    this.#halfSent = new Map(
      (read.halfSent ?? []).map((row) => [`${row.itemId} ${row.locationId}`, row.units]),
    )
    this.#lots = new Map([...directory.lots, ...read.lots].map((lot) => [lot.lotId, lot]))
    this.#serials = new Map(directory.serials.map((row) => [serialText(row), row]))
    this.#serialCounts = new Map(read.serialCounts.map((row) => [placeText(row), row.units]))
    this.#untoldSince = new Map(
      read.untoldSince.map((row) => [`${placeText(row)} ${row.at.getTime()}`, row.units]),
    )
    this.#locked = new Set(read.balances.map(balanceKeyText))
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

  /** Undefined for a lot that a command of this batch may make and none has made yet. */
  findLot(lotId: string): Lot | undefined {
    return this.#lots.get(lotId)
  }

  /** The lots of an item at a location, and what of each is free. */
  lotStockAt(place: { itemId: string; locationId: string }): LotStock[] {
    return this.lotsAt(place)
      .filter(({ lotId }) => this.#lots.has(lotId))
      .map((balance) => ({ lot: this.lot(balance.lotId), free: availableOf(balance) }))
  }

  lot(lotId: string): Lot {
    const lot = this.#lots.get(lotId)
    assert(lot !== undefined, 'the lots of all balances are read')
    return lot
  }

  /** The day that it is at a location. */
  dayAt(locationId: string): string {
    return dayAt(this.context.now(), this.location(locationId).timeZone)
  }

  /** Units on hand of lots that may not leave. */
  unusableAt(place: { itemId: string; locationId: string }): number {
    const balances = this.lotsAt(place).filter(({ lotId }) => this.#lots.has(lotId))
    if (balances.length === 0) return 0
    const today = this.dayAt(place.locationId)
    return balances.reduce((sum, balance) => sum + unusableOf(this.lot(balance.lotId), balance, today, 0), 0)
  }

  /** What may be promised at a place: units without a lot and of all usable lots, less all that is promised. */
  usableAt(place: { itemId: string; locationId: string }): number {
    return availableOf(this.totalAt(place)) - this.unusableAt(place)
  }

  /** The serials of an item as they are known, seen from a location. */
  serialPlace({ itemId, locationId }: { itemId: string; locationId: string }): SerialPlace {
    return {
      locationId,
      find: (serial) => this.#serials.get(serialText({ itemId, serial })),
      codeOf: (id) => this.location(id).code,
    }
  }

  /** All serials of an item at a location, where the directory has read them. */
  serialsAt({ itemId, locationId }: { itemId: string; locationId: string }): SerialRow[] {
    return [...this.#serials.values()].filter(
      (row) => row.itemId === itemId && row.locationId === locationId && isInStock(row),
    )
  }

  /** The serials that left with an order line, where the directory has read them. */
  serialsOf(ownerId: string): SerialRow[] {
    return [...this.#serials.values()].filter((row) => row.ownerId === ownerId)
  }

  /**
   * Units that had left a place by a moment (undefined: by now) without anybody having told their serials yet, which are
   * therefore still in stock there; negative where units came back so.
   */
  untoldSerialsAt(place: { itemId: string; locationId: string }, at: Date | undefined): number {
    const { onHand } = this.totalAt(place)
    const since = at === undefined ? 0 : (this.#untoldSince.get(`${placeText(place)} ${at.getTime()}`) ?? 0)
    return (this.#serialCounts.get(placeText(place)) ?? 0) - onHand - since
  }

  /** What a caller holds, in the order in which it was reserved. */
  reservationsOf(ownerId: string): readonly ReservationRow[] {
    return [...(this.#reservations.get(ownerId)?.values() ?? [])]
  }

  /** Units that are on hand though they had left by the moment of the count: parts of kits whose rest has not. */
  halfSentAt({ itemId, locationId }: BalanceKey): number {
    return this.#halfSent.get(`${itemId} ${locationId}`) ?? 0
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
    this.#kitClaims.push(...(changes.kitClaims ?? []))
    for (const lot of changes.lots ?? []) {
      this.#lots.set(lot.lotId, lot)
      this.#newLots.push(lot)
    }
    for (const event of changes.serials ?? []) {
      this.#countSerial(this.#serials.get(serialText(event)), -1)
      this.#countSerial(event, 1)
      this.#serials.set(serialText(event), event)
      this.#serialEvents.push(event)
    }
  }

  /** Balances that the batch writes and that are not locked: none of its commands could name them beforehand. */
  unlockedKeys(): BalanceKey[] {
    const keys = new Map(this.#movements.map((movement) => [balanceKeyText(movement), movement]))
    return [...keys].flatMap(([text, { itemId, locationId, lotId }]) =>
      this.#locked.has(text) ? [] : [{ itemId, locationId, lotId }],
    )
  }

  /** Of the whole batch: what is to be written. */
  written() {
    const known = new Set(this.directory.reservations.map((row) => row.reservationId))
    const rows = [...this.#changedReservations.values()]
    const knownSerials = new Set(this.directory.serials.map(serialText))
    const serials = [...new Set(this.#serialEvents.map(serialText))].flatMap(
      (text) => this.#serials.get(text) ?? [],
    )
    const isKnown = (serial: SerialKey) => knownSerials.has(serialText(serial))
    return {
      lots: this.#newLots as readonly NewLot[],
      serials: {
        events: this.#serialEvents as readonly SerialEvent[],
        added: serials.filter((serial) => !isKnown(serial)),
        changed: serials.filter(isKnown),
      },
      movements: this.#movements as readonly NewMovement[],
      kitClaims: this.#kitClaims as readonly KitClaim[],
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
      referenceKind: command.document?.kind ?? null,
      referenceId: command.document?.id ?? null,
    }
  }

  /** What a command that changed one place answers. */
  figuresAt(
    place: { itemId: string; locationId: string },
    reservationId: string | null = null,
  ): CommandResult {
    const total = this.totalAt(place)
    const unusable = this.unusableAt(place)
    return {
      sku: this.item(place.itemId).sku,
      locationCode: this.location(place.locationId).code,
      onHand: total.onHand,
      reserved: total.reserved,
      held: total.held,
      available: availableOf(total) - unusable,
      ...(unusable !== 0 && { unusable }),
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

  #countSerial(row: SerialRow | undefined, by: 1 | -1): void {
    if (row === undefined || !isInStock(row)) return
    const at = placeText(row)
    this.#serialCounts.set(at, (this.#serialCounts.get(at) ?? 0) + by)
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
