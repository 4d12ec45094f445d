import { type ClaimBase, claimOf, openClaim, type SpreadClaim, spreadSteps } from '../claims.ts'
import { UNALLOCATED_LOT } from '../context.ts'
import { type Refusal, refuse } from '../errors.ts'
import type { Item } from '../items.store.ts'
import type { ReservationRow } from '../reservations.store.ts'
import type { Reservation, ReservationStep } from '../reservations.ts'
import type { SerialMove } from '../serials/serials.ts'
import { contentOfChange, givenOf } from './at-place.ts'
import { figuresOfClaim } from './claim-figures.ts'
import type { CommandHead, StockCommand } from './command.ts'
import type { Directory } from './directory.ts'
import type { CommandKind, Decision, Names } from './kind.ts'
import type { Ledger } from './ledger.ts'
import type { TakenLot } from './lots-of-claim.ts'
import { findBadQuantity } from './quantities.ts'

/** A command on what a caller has reserved; quantity in the units that were reserved, at least 1. */
export type ReservationCommand = CommandHead & { reservationId: string; quantity: number }

/** What such a command is decided on. */
export type OfReservation = {
  ledger: Ledger
  ownerId: string
  rows: readonly ReservationRow[]
  /** All rows together, in the units that were reserved. */
  claim: Reservation
  /** What every movement of the command shares. */
  base: ClaimBase
  /** Carries one step out on the rows. */
  spread(step: ReservationStep): SpreadClaim
  /** The rows, to be changed one by one. */
  open(): ReturnType<typeof openClaim>
  /** The items that the reservation consists of, each with its base units in so many units of the reservation. */
  parts(quantity: number): { item: Item; units: number }[]
  /** A decision whose answer is the figures of the reservation and of its item, or its kit, at its (first) location. */
  decided(changes: SpreadClaim & { serials?: readonly OwnedSerial[] }, told?: { lots: TakenLot[] }): Decision
}

/** A serial number's move, with the item that it is of. */
export type OwnedSerial = SerialMove & { itemId: string }

export function reservationKind<Command extends StockCommand & ReservationCommand>(kind: {
  options?(command: Command): Record<string, unknown>
  /** Lots, serials and shelf lives that it names. */
  names?(command: Command): Omit<Names, 'skus' | 'reservationOwners'>
  findBad?(command: Command): Refusal | undefined
  /** Further places that it is decided on. */
  places?(command: Command, directory: Directory, rows: readonly ReservationRow[]): { locationId: string }[]
  decide(command: Command, of: OfReservation): Decision | Refusal
}): CommandKind<Command> {
  return {
    contentOf: (command) => [
      command.kind,
      command.reservationId,
      ...contentOfChange(command),
      ...givenOf(kind.options?.(command)),
    ],
    findBad: (command) =>
      findBadQuantity(command.kind, 'positive', command.quantity) ?? kind.findBad?.(command),
    names: (command) => ({ ...kind.names?.(command), reservationOwners: [ownerOf(command)] }),
    places: (command, directory) => {
      const rows = directory.reservations.filter((row) => row.ownerId === ownerOf(command))
      const further = kind.places?.(command, directory, rows) ?? []
      const [first] = rows
      const isKit = first !== undefined && directory.kitOfOwner.has(first.ownerId)
      return [
        ...rows,
        // A kit answers what all of its parts allow at one place, wherever they were allocated and moved to.
        ...(isKit ? rows.map(({ itemId }) => ({ ...placeOf(first), itemId })) : []),
        // Returns go back to the lot that they left from, so its balance is made there too.
        ...rows.flatMap(({ itemId, lotId }) =>
          further.flatMap((place) =>
            [lotId, UNALLOCATED_LOT].map((lot) => ({ itemId, lotId: lot, ...place })),
          ),
        ),
      ]
    },
    decide: (command, ledger) => {
      const ownerId = ownerOf(command)
      const rows = ledger.reservationsOf(ownerId)
      const [first] = rows
      if (first === undefined) {
        return refuse(
          'unknown-reservation',
          'reservationId',
          `There is no reservation ${command.reservationId}.`,
        )
      }
      const base = {
        ...ledger.movementHead(command),
        referenceKind: 'reservation' as const,
        referenceId: ownerId,
      }
      return kind.decide(command, {
        ledger,
        ownerId,
        rows,
        claim: claimOf(rows),
        base,
        spread: (step) =>
          spreadSteps(rows, [], [step], { ...first, uuid: () => ledger.context.uuid() }, base),
        open: () => openClaim(rows, base, () => ledger.context.uuid()),
        parts: (quantity) =>
          [...new Map(rows.map((row) => [row.itemId, row])).values()].map(({ itemId, unitsEach }) => ({
            item: ledger.item(itemId),
            units: quantity * unitsEach,
          })),
        decided: ({ movements, changed, serials = [] }, told) => ({
          kind: 'decided',
          changes: {
            movements,
            reservations: changed,
            ...(serials.length > 0 && { serials: serials.map((move) => ({ ...base, ...move })) }),
          },
          answer: (after) => ({
            ...figuresOfClaim(after, ownerId, first, ledger.directory.kitOfOwner.get(ownerId)),
            ...(told !== undefined && told.lots.length > 0 && told),
          }),
        }),
      })
    },
  }
}

function placeOf({ locationId }: ReservationRow) {
  return { locationId, lotId: UNALLOCATED_LOT }
}

/** PostgreSQL writes ids in lower case; a caller may not. */
function ownerOf({ reservationId }: ReservationCommand): string {
  return reservationId.toLowerCase()
}
