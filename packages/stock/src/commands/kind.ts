import type { Refusal } from '../errors.ts'
import type { NewMovement } from '../movements.ts'
import type { ReservationRow } from '../reservations.store.ts'
import type { StockCommand } from './command.ts'
import type { Directory, Place } from './directory.ts'
import type { Ledger } from './ledger.ts'

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
  /** Assembled kits whose components are needed too. */
  kitSkus?: readonly string[]
  /** Owners of reservations: what `reserve` answered as `reservationId`. */
  reservationOwners?: readonly string[]
}

/** All that a command changes. Nothing of it is written where the command is refused. */
export type Changes = {
  movements: readonly NewMovement[]
  reservations?: readonly ReservationRow[]
}

export type Decision = {
  kind: 'decided'
  changes: Changes
  /** What the command answers, now and whenever it is repeated; read when its changes are in the ledger. */
  answer(ledger: Ledger): CommandResult
}

/** The figures of one item at one location, all lots together, as the command left them. */
export type CommandResult = {
  sku: string
  locationCode: string
  onHand: number
  reserved: number
  held: number
  available: number
  /** Given by `reserve`; hand it back to `release`, `ship` or `return`. */
  reservationId: string | null
  /** What a partial `reserve` was granted. */
  granted?: number
  /** What `assemble` took and `disassemble` gave, with what is available there now, in base units. */
  components?: { sku: string; units: number; available: number }[]
}
