import type { BalanceKey } from '../balances.store.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import { availableOf, type Delta, movementOf, type NewMovement } from '../movements.ts'
import { contentOfChange, givenOf } from './at-place.ts'
import type { CommandHead, StockCommand } from './command.ts'
import { findLocation } from './directory.ts'
import type { CommandKind, Decision } from './kind.ts'
import type { Ledger } from './ledger.ts'

/** A command on one item at several locations, named by the part that each has in it. */
export type BetweenCommand = CommandHead & {
  sku: string
  quantity: number
  /** The lot that the units belong to; undefined: none. */
  lotId?: string | undefined
}

/** Where such a command is decided, and how it writes. */
export type BetweenPlaces<Part extends string> = {
  ledger: Ledger
  /** The balance of the command's own lot there. */
  key(part: Part): BalanceKey
  /** Units on their way belong to no lot until they have arrived. */
  incomingKey(part: Part): BalanceKey
  move(kind: NewMovement['kind'], key: BalanceKey, delta: Delta): NewMovement
  /** Refuses to take what is not available there, all lots together and of the lot itself. */
  findTooFew(part: Part): Refusal | undefined
  /** Refuses to lower what is on its way below nothing. */
  findTooFewIncoming(part: Part, units: number): Refusal | undefined
  /** A decision whose answer is the figures of one of the places. */
  decided(part: Part, movements: readonly NewMovement[]): Decision
}

/** A kind of command that names one item and several locations; says only what is its own. */
export function betweenPlacesKind<Command extends StockCommand & BetweenCommand, Part extends string>(kind: {
  /** Codes of the locations by part, in the order in which unknown ones are refused. */
  codes(command: Command): Record<Part, string>
  options?(command: Command): Record<string, unknown>
  findBad(command: Command): Refusal | undefined
  /** Whether it is about units that are not there yet: nobody knows their lots and serials. */
  isExpected?: boolean
  decide(command: Command, at: BetweenPlaces<Part>): Decision | Refusal
}): CommandKind<Command> {
  return {
    contentOf: (command) => [
      command.kind,
      command.sku,
      Object.values(kind.codes(command)),
      ...contentOfChange(command),
      ...givenOf({ lotId: command.lotId, ...kind.options?.(command) }),
    ],
    findBad: kind.findBad,
    names: (command) => ({ skus: [command.sku] }),
    places: (command, directory) => {
      const item = directory.itemsBySku.get(command.sku)
      if (item === undefined) return []
      return Object.values<string>(kind.codes(command)).flatMap((code) => {
        const location = directory.locationsByCode.get(code)
        if (location === undefined) return []
        return lotsOf(command).map((lotId) => ({
          itemId: item.itemId,
          locationId: location.locationId,
          lotId,
        }))
      })
    },
    decide: (command, ledger) => {
      const item = ledger.directory.itemsBySku.get(command.sku)
      if (item === undefined) {
        return refuse('unknown-sku', 'sku', `There is no item with the SKU "${command.sku}".`)
      }
      const codes = kind.codes(command)
      for (const code of Object.values<string>(codes)) {
        const found = findLocation(ledger.directory, code)
        if (found.kind === 'refused') return found
      }
      const misused = kind.isExpected === true ? undefined : findTrackingMisused(item, command)
      if (misused !== undefined) return misused
      const head = ledger.movementHead(command)
      const place = (part: Part) => {
        const found = findLocation(ledger.directory, codes[part])
        if (found.kind === 'refused') throw new Error(found.message)
        return { itemId: item.itemId, locationId: found.location.locationId }
      }
      const key = (part: Part) => ({ ...place(part), lotId: command.lotId ?? UNALLOCATED_LOT })
      const incomingKey = (part: Part) => ({ ...place(part), lotId: UNALLOCATED_LOT })
      return kind.decide(command, {
        ledger,
        key,
        incomingKey,
        move: (movementKind, { itemId, locationId, lotId }, delta) =>
          movementOf({ ...head, itemId, locationId, lotId }, movementKind, delta),
        findTooFew: (part) => {
          const lot = ledger.balance(key(part))
          // Reservations stand on no lot until they are allocated, so of a lot only what is held is known to be taken.
          const ofAll = availableOf(ledger.totalAt(place(part)))
          const available = Math.min(ofAll, lot.onHand - lot.held)
          const which = command.lotId === undefined ? ' without a lot' : ' of this lot'
          return command.quantity <= available
            ? undefined
            : refuse(
                'insufficient-stock',
                'quantity',
                `${command.quantity} units of "${command.sku}" asked, ${available} are available at "${codes[part]}"${available < ofAll ? which : ''}.`,
              )
        },
        findTooFewIncoming: (part, units) => {
          const { incoming } = ledger.balance(incomingKey(part))
          return units <= incoming
            ? undefined
            : refuse(
                'insufficient-incoming',
                'quantity',
                `${units} units of "${command.sku}" asked, ${incoming} are on their way to "${codes[part]}".`,
              )
        },
        decided: (part, movements) => ({
          kind: 'decided',
          changes: { movements },
          answer: (after) => after.figuresAt(place(part)),
        }),
      })
    },
  }
}

/** Units of lots and of serial numbers are told apart, also when they move. */
function findTrackingMisused(item: Item, { lotId }: BetweenCommand): Refusal | undefined {
  if (item.tracking === 'serial' && item.serialCapture === 'receipt') {
    return refuse(
      'serial-missing',
      'serials',
      `The item "${item.sku}" is tracked by serial number, and a transfer or an inbound shipment cannot tell which yet: adjust it out here and in there.`,
    )
  }
  if (item.tracking === 'lot' && lotId === undefined) {
    return refuse('lot-missing', 'lotId', `The item "${item.sku}" is tracked by lot.`)
  }
  return item.tracking !== 'lot' && lotId !== undefined
    ? refuse('lot-not-tracked', 'lotId', `The item "${item.sku}" is not tracked by lot.`)
    : undefined
}

function lotsOf({ lotId }: BetweenCommand): string[] {
  return [...new Set([UNALLOCATED_LOT, lotId ?? UNALLOCATED_LOT])]
}
