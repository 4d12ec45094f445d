import type { Refusal } from '../errors.ts'
import type { KitClaim } from '../kits/kit-claims.store.ts'
import type { LotChange } from '../lots/lots.store.ts'
import type { Lot } from '../lots/lots.ts'
import type { ShelfLifeFor } from '../lots/shelf-life.store.ts'
import type { NewMovement } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import type { Reservation } from '../reservations.ts'
import type { SerialEvent } from '../serials/serials.store.ts'
import type { StockCommand } from './command.ts'
import type { Directory, Place } from './directory.ts'
import type { Ledger } from './ledger.ts'
import type { TakenLot } from './lots-of-claim.ts'

/**
 * How one kind of command is carried out. All of it is plain decision: what must be read is said first, and what
 * is decided is written by `apply-commands.ts`, together with the rest of the batch.
 */
export type CommandKind<Command extends StockCommand> = {
  /** What makes it the same command, whoever sends it and however its fields are ordered. */
  contentOf(command: Command): readonly unknown[]
  /** Refuses what no ledger state could accept, before anything is read. */
  findBad(command: Command): Refusal | undefined
  /** Rows that are read, and locked where they may change, before the balances. */
  names(command: Command): Names
  /** The balances that it is decided on, so far as its names are known. */
  places(command: Command, directory: Directory): readonly Place[]
  /** Decides on the ledger as all earlier commands of the batch leave it. */
  decide(command: Command, ledger: Ledger): Decision | Refusal
}

export type Names = {
  skus?: readonly string[]
  /** Those of which the units of measure are needed too. */
  unitsOfSkus?: readonly string[]
  /** Assembled kits whose components are needed too. */
  kitSkus?: readonly string[]
  /** Whether the virtual kits among the SKUs stand for their parts. */
  kitParts?: boolean
  /** Owners of reservations: what `reserve` answered as `reservationId`. */
  reservationOwners?: readonly string[]
  /** Ids of order lines, of which the reservations and the serials that left with them are read. */
  lines?: readonly string[]
  /** Codes of lots and serial numbers, of the items that are named or reserved. */
  lots?: readonly string[]
  /** The lots that are not there yet may be made. */
  mayMakeLots?: boolean
  serials?: readonly string[]
  /** Code of a location of which all serials are read. */
  serialsAt?: string
  /** Whom units are allocated for. */
  shelfLifeFor?: ShelfLifeFor
  /** It says what units cost, so the currency is needed too. */
  costs?: boolean
  /** Whether its reason is held to the organization's list. */
  reasons?: boolean
}

/** All that a command changes. Nothing of it is written where the command is refused. */
export type Changes = {
  movements: readonly NewMovement[]
  reservations?: readonly ReservationRow[]
  /** Of new reservations, those of virtual kits. */
  kitClaims?: readonly KitClaim[]
  lots?: readonly NewLot[]
  serials?: readonly SerialEvent[]
}

export type NewLot = Lot & LotChange

export type Decision = {
  kind: 'decided'
  changes: Changes
  /** What the command answers, now and whenever it is repeated; read when its changes are in the ledger. */
  answer(ledger: Ledger): CommandResult
}

/** `open`: what it still holds, reserved − released − shipped. */
export type ReservationFigures = Reservation & { open: number }

/** The figures of one item at one location, all lots together, as the command left them; of a virtual kit, in kits. */
export type CommandResult = {
  sku: string
  locationCode: string
  onHand: number
  reserved: number
  held: number
  /** What may still be promised: on hand − reserved − held, less what is `unusable`. */
  available: number
  /** Of what is on hand: in lots that may not leave (expired, in quarantine, recalled). Left out where it is 0. */
  unusable?: number
  /** Given by `reserve`; hand it back to `release`, `ship` or `return`. */
  reservationId: string | null
  /** What the reservation holds and held, in the units that were reserved: of a kit, in kits. */
  reservation?: ReservationFigures
  /** Of a reservation of a virtual kit: the same of each of its parts, in base units. */
  parts?: ({ sku: string } & ReservationFigures)[]
  /** What a partial `reserve` was granted. */
  granted?: number
  /** What the quantity came to, where it was asked in a unit of measure. */
  baseUnits?: number
  /** What `assemble` took and `disassemble` gave, with what is available there now, in base units. */
  components?: { sku: string; units: number; available: number }[]
  /** Of an item that is tracked by lot: which lots units were allocated to or shipped from. */
  lots?: TakenLot[]
}
