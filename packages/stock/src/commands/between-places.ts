import type { BalanceKey } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { isUsable, type LotDetails } from '../lots/lots.ts'
import { availableOf, type Delta, movementOf, type NewMovement } from '../movements.ts'
import { findBadGroups, type SerialGroups } from '../serials/serial-groups.ts'
import type { SerialMove, SerialPlace } from '../serials/serials.ts'
import { contentOfChange, givenOf } from './at-place.ts'
import type { CommandHead, StockCommand } from './command.ts'
import { findLocation } from './directory.ts'
import type { Changes, CommandKind, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'
import { type FoundLot, findLotOfCommand } from './lot-of-command.ts'
import { lotIdOf } from './tracked.ts'

/** A command on one item at several locations, named by the part that each has in it. */
export type BetweenCommand = CommandHead &
  SerialGroups & {
    sku: string
    quantity: number
    /** Of these, how many are damaged; and besides, how many are lost. */
    damaged?: number | undefined
    lost?: number | undefined
    /** Code of a lot: of items that are tracked by lot, and of no others. */
    lot?: string | undefined
  }

/** Where such a command is decided, and how it writes. */
export type BetweenPlaces<Part extends string> = {
  ledger: Ledger
  lot: FoundLot
  /** Whether single units are moved, by their serial numbers. */
  bySerial: boolean
  /** The balance of the command's own lot there. */
  key(part: Part): BalanceKey
  /** Units on their way belong to no lot until they have arrived. */
  incomingKey(part: Part): BalanceKey
  serialPlace(part: Part): SerialPlace
  move(kind: NewMovement['kind'], key: BalanceKey, delta: Delta): NewMovement
  /** Refuses to take what is not available there, all lots together and of the lot itself. */
  findTooFew(part: Part): Refusal | undefined
  /** Refuses to lower what is on its way below nothing. */
  findTooFewIncoming(part: Part, units: number): Refusal | undefined
  /** A decision whose answer is the figures of one of the places. */
  decided(part: Part, movements: readonly NewMovement[], serials?: readonly SerialMove[]): Decision
}

type BetweenRule<Command extends StockCommand & BetweenCommand, Part extends string> = {
  /** Codes of the locations by part, in the order in which unknown ones are refused. */
  codes(command: Command): Record<Part, string>
  options?(command: Command): Record<string, unknown>
  findBad(command: Command): Refusal | undefined
  /** Whether it is about units that are not there yet: nobody knows their lots and serials. */
  isExpected?: boolean
  /** Where the command may make the lot that it names: what is printed on it. */
  lotDetails?(command: Command): LotDetails
  /** Whether the command says what units cost. */
  costs?(command: Command): boolean
  /** Whether its reason is held to the organization's list. */
  reasons?(command: Command): boolean
  decide(command: Command, at: BetweenPlaces<Part>): Decision | Refusal
}

/** A kind of command that names one item and several locations; says only what is its own. */
export function betweenPlacesKind<Command extends StockCommand & BetweenCommand, Part extends string>(
  kind: BetweenRule<Command, Part>,
): CommandKind<Command> {
  return {
    contentOf: (command) => [
      command.kind,
      command.sku,
      Object.values(kind.codes(command)),
      ...contentOfChange(command),
      ...givenOf({
        lot: command.lot,
        serials: command.serials?.toSorted(),
        damagedSerials: command.damagedSerials?.toSorted(),
        lostSerials: command.lostSerials?.toSorted(),
        ...kind.lotDetails?.(command),
        ...kind.options?.(command),
      }),
    ],
    findBad: kind.findBad,
    names: (command) => {
      const { sku, lot, serials = [], damagedSerials = [], lostSerials = [] } = command
      return {
        skus: [sku],
        costs: kind.costs?.(command) ?? false,
        reasons: kind.reasons?.(command) ?? false,
        ...(lot !== undefined && {
          lots: [lot],
          mayMakeLots: kind.lotDetails !== undefined && kind.findBad(command) === undefined,
        }),
        serials: [...serials, ...damagedSerials, ...lostSerials],
      }
    },
    places: (command, directory) => {
      const item = directory.itemsBySku.get(command.sku)
      if (item === undefined) return []
      const lotId = command.lot === undefined ? undefined : lotIdOf(directory, item, command.lot)
      const lotIds = new Set([UNALLOCATED_LOT, lotId ?? UNALLOCATED_LOT])
      return Object.values<string>(kind.codes(command)).flatMap((code) => {
        const locationId = directory.locationsByCode.get(code)?.locationId
        if (locationId === undefined) return []
        return [...lotIds].map((each) => ({ itemId: item.itemId, locationId, lotId: each }))
      })
    },
    decide: (command, ledger) => {
      const { sku } = command
      const item = ledger.directory.itemsBySku.get(sku)
      if (item === undefined) return refuse('unknown-sku', 'sku', `There is no item with the SKU "${sku}".`)
      for (const code of Object.values<string>(kind.codes(command))) {
        const found = findLocation(ledger.directory, code)
        if (found.kind === 'refused') return found
      }
      const isTold = kind.isExpected !== true
      const lot = findLotOfCommand(ledger, item, command, {
        needed: isTold,
        details: kind.lotDetails?.(command),
      })
      if (lot.kind === 'refused') return lot
      const badSerials = isTold ? findBadGroups(item, command, command) : undefined
      return badSerials ?? kind.decide(command, placesOf({ kind, command, ledger, item, lot }))
    },
  }
}

function placesOf<Command extends StockCommand & BetweenCommand, Part extends string>({
  kind,
  command,
  ledger,
  item,
  lot,
}: {
  kind: BetweenRule<Command, Part>
  command: Command
  ledger: Ledger
  item: Item
  lot: FoundLot
}): BetweenPlaces<Part> {
  const { itemId, sku } = item
  const codes = kind.codes(command)
  const head = ledger.movementHead(command)
  const place = (part: Part) => {
    const found = findLocation(ledger.directory, codes[part])
    if (found.kind === 'refused') throw new Error(found.message)
    return { itemId, locationId: found.location.locationId }
  }
  const key = (part: Part) => ({ ...place(part), lotId: lot.lotId })
  const incomingKey = (part: Part) => ({ ...place(part), lotId: UNALLOCATED_LOT })
  return {
    ledger,
    lot,
    bySerial: command.serials !== undefined || command.lostSerials !== undefined,
    key,
    incomingKey,
    serialPlace: (part) => ledger.serialPlace(place(part)),
    move: (movementKind, at, delta) => movementOf({ ...head, ...at }, movementKind, delta),
    findTooFew: (part) => {
      const ofAll = ledger.usableAt(place(part))
      const available = availableHere(ledger, key(part), lot, ofAll)
      const which = lot.lot === undefined ? ' without a lot' : ' of this lot'
      return command.quantity <= available
        ? undefined
        : refuse(
            'insufficient-stock',
            'quantity',
            `${command.quantity} units of "${sku}" asked, ${available} are available at "${codes[part]}"${available < ofAll ? which : ''}.`,
          )
    },
    findTooFewIncoming: (part, units) => {
      const { incoming } = ledger.balance(incomingKey(part))
      return units <= incoming
        ? undefined
        : refuse(
            'insufficient-incoming',
            'quantity',
            `${units} units of "${sku}" asked, ${incoming} are on their way to "${codes[part]}".`,
          )
    },
    decided: (part, movements, serials = []) => {
      const changes: Changes = {
        movements,
        ...(lot.made !== undefined && { lots: [lot.made] }),
        ...(serials.length > 0 && { serials: serials.map((move) => ({ ...head, ...move, itemId })) }),
      }
      return { kind: 'decided', changes, answer: (after) => after.figuresAt(place(part)) }
    },
  }
}

/**
 * What of one lot may go elsewhere. What is promised without a lot is promised out of all usable lots together; nothing
 * is promised out of one that may not leave, and it may well be moved, such as to where it is destroyed.
 */
function availableHere(ledger: Ledger, key: BalanceKey, { lot }: FoundLot, usable: number): number {
  const balance = ledger.balance(key)
  if (lot === undefined) return Math.min(usable, balance.onHand - balance.held)
  return isUsable(lot, ledger.dayAt(key.locationId), 0)
    ? Math.min(usable, availableOf(balance))
    : availableOf(balance)
}
