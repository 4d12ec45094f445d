import type { BalanceKey } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import type { LotDetails } from '../lots/lots.ts'
import { type Balance, type Delta, movementOf, type NewMovement } from '../movements.ts'
import { isBySerial } from '../serials/serial-groups.ts'
import { findBadSerials, type SerialMove, type SerialPlace } from '../serials/serials.ts'
import type { CommandHead, PlaceNames, StockCommand } from './command.ts'
import { findPlace } from './directory.ts'
import { decideInBaseUnits, findBadPlaced } from './in-base-units.ts'
import type { Changes, CommandKind, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'
import { type FoundLot, findLotOfCommand } from './lot-of-command.ts'
import type { QuantityRule } from './quantities.ts'
import { lotIdOf } from './tracked.ts'

/** A command on one item at one location. */
export type PlaceCommand = CommandHead &
  PlaceNames & {
    /** Base units; of `unit`, where that is given, as many or as few as come out whole. */
    quantity: number
    /** Code of one of the item's units of measure. */
    unit?: string | undefined
    /** Code of a lot: of items that are tracked by lot, and of no others. */
    lot?: string | undefined
    /** One per unit: of items whose serial numbers are captured on receipt, and of no others. */
    serials?: readonly string[] | undefined
  }

/** Where such a command is decided, and how it writes. */
export type AtPlace = {
  ledger: Ledger
  item: Item
  key: BalanceKey
  balance: Balance
  /** What the command says of the lot that it names. */
  lot: FoundLot
  /** The units by serial number, as many as the quantity; undefined where the item is not tracked so. */
  serials: readonly string[] | undefined
  serialPlace: SerialPlace
  /** Completes a delta into a movement of this command here. */
  move(kind: NewMovement['kind'], delta: Delta, reference?: Reference): NewMovement
  /** A decision whose answer is the figures of the place. */
  decided(movements: readonly NewMovement[], serials?: readonly SerialMove[]): Decision
}
type Reference = { referenceKind: 'order' | 'reservation'; referenceId: string }

/** A kind of command that names one item and one location; says only what is its own. */
export function placeKind<Command extends StockCommand & PlaceCommand>(kind: {
  rule: QuantityRule
  /** `named`: an item that is tracked by lot needs one. `any`: without one it is about all lots together. */
  lots: 'named' | 'any'
  /** Whether it is about what has no lot, of an item that is tracked by lot, where it names none. */
  mayLackLot?(command: Command): boolean
  /** `read-all`: all that are at the place are decided on too. `none`: the command is not about single units. */
  serials: 'named' | 'read-all' | 'none'
  /** Where the command may make the lot that it names: what is printed on it. Undefined: it may not. */
  lotDetails?(command: Command): LotDetails | undefined
  /** Options of this kind that decide its effect; those not given are left out, so that old keys keep their content. */
  options?(command: Command): Record<string, unknown>
  /** For a count: the moment that the figure is true for. */
  countedAt?(command: Command): Date | undefined
  findBad?(command: Command): Refusal | undefined
  /** Whether a virtual kit stands for its parts: they are what is locked, and `decide` is about them. */
  kitParts?: boolean
  /** Whether the command says what units cost. */
  costs?(command: Command): boolean
  /** Whether its reason is held to the organization's list. */
  reasons?: boolean
  decide(command: Command, at: AtPlace): Decision | Refusal
}): CommandKind<Command> {
  const findBad = (command: Command) => findBadPlaced(command, kind.rule) ?? kind.findBad?.(command)
  return {
    contentOf: (command) => [
      command.kind,
      command.sku,
      command.locationCode,
      ...contentOfChange(command),
      ...givenOf({
        unit: command.unit,
        lot: command.lot,
        serials: command.serials?.toSorted(),
        ...kind.lotDetails?.(command),
        ...kind.options?.(command),
      }),
    ],
    findBad,
    names: (command) => ({
      skus: [command.sku],
      ...(command.unit !== undefined && { unitsOfSkus: [command.sku] }),
      reasons: kind.reasons ?? false,
      kitParts: kind.kitParts ?? false,
      costs: kind.costs?.(command) ?? false,
      ...(command.lot !== undefined && {
        lots: [command.lot],
        mayMakeLots: kind.lotDetails?.(command) !== undefined && findBad(command) === undefined,
      }),
      ...(command.serials !== undefined && { serials: command.serials }),
      ...(kind.serials === 'read-all' && { serialsAt: command.locationCode }),
    }),
    places: (command, directory) => {
      const place = findPlace(directory, command)
      if (place.kind === 'refused') return []
      const { itemId } = place.item
      const { locationId } = place.location
      const parts = kind.kitParts === true ? directory.kitParts.get(itemId) : undefined
      if (parts !== undefined) {
        return parts.map((part) => ({ itemId: part.itemId, locationId, lotId: UNALLOCATED_LOT }))
      }
      const countedAt = kind.countedAt?.(command)
      const lotId = command.lot === undefined ? undefined : lotIdOf(directory, place.item, command.lot)
      const key = { itemId, locationId, lotId: lotId ?? UNALLOCATED_LOT }
      if (kind.countedAt === undefined) return [key]
      return [{ ...key, isCounted: true, ...(countedAt !== undefined && { countedAt }) }]
    },
    decide: (asked, ledger) =>
      decideInBaseUnits(asked, kind.rule, ledger.directory, (command) => {
        const place = findPlace(ledger.directory, command)
        if (place.kind === 'refused') return place
        const { item } = place
        const lot = findLotOfCommand(ledger, item, command, {
          needed: kind.lots === 'named' && kind.mayLackLot?.(command) !== true,
          details: kind.lotDetails?.(command),
        })
        if (lot.kind === 'refused') return lot
        const badSerials = findSerialsMisused(item, command, kind.serials !== 'none')
        if (badSerials !== undefined) return badSerials
        const key = { itemId: item.itemId, locationId: place.location.locationId, lotId: lot.lotId }
        const head = ledger.movementHead(command)
        const base = { ...head, ...key }
        return kind.decide(command, {
          ledger,
          item,
          key,
          balance: ledger.balance(key),
          lot,
          serials: command.serials,
          serialPlace: ledger.serialPlace(key),
          move: (movementKind, delta, reference) =>
            movementOf({ ...base, ...reference }, movementKind, delta),
          decided: (movements, serials = []) => {
            const events = serials.map((move) => ({ ...head, ...move, itemId: item.itemId }))
            const changes: Changes = {
              movements,
              ...(lot.made !== undefined && { lots: [lot.made] }),
              ...(events.length > 0 && { serials: events }),
            }
            return { kind: 'decided', changes, answer: (after) => after.figuresAt(key) }
          },
        })
      }),
  }
}

/** Serials where there are none, and none where there must be. */
function findSerialsMisused(
  item: Item,
  { quantity, serials }: PlaceCommand,
  isAboutUnits: boolean,
): Refusal | undefined {
  if (!isBySerial(item) || !isAboutUnits) {
    if (serials === undefined) return undefined
    const why =
      item.tracking === 'serial'
        ? 'takes its serials when units leave'
        : 'is not tracked by serial number, or this command is not about single units'
    return refuse('serial-not-tracked', 'serials', `The item "${item.sku}" ${why}.`)
  }
  return serials === undefined
    ? refuse('serial-missing', 'serials', `The item "${item.sku}" is tracked by serial number.`)
    : findBadSerials(serials, quantity)
}

/** The part of a command's content that all kinds share. */
export function contentOfChange(command: CommandHead & { quantity: number }): readonly unknown[] {
  return [command.quantity, command.reason, command.effectiveAt?.toISOString() ?? null]
}

/** Options as part of a content: nothing where none is given. */
export function givenOf(options: Record<string, unknown> | undefined): readonly unknown[] {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return given.length === 0 ? [] : [Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1)))]
}
