import type { AdjustCommand } from './adjust.ts'
import type { AllocateCommand } from './allocate.ts'
import type { ArriveCommand } from './arrive.ts'
import type { AssembleCommand, DisassembleCommand } from './assemble.ts'
import type { CountCommand } from './count.ts'
import type { ExpectCommand } from './expect.ts'
import type { HoldCommand, UnholdCommand } from './hold.ts'
import type { MoveReservationCommand } from './move-reservation.ts'
import type { ReceiveCommand } from './receive.ts'
import type { ReleaseCommand } from './release.ts'
import type { ReserveCommand } from './reserve.ts'
import type { ReturnCommand } from './return.ts'
import type { ShipCommand } from './ship.ts'
import type { TellSerialsCommand } from './tell-serials.ts'
import type { TransferCommand } from './transfer.ts'
import type { TransferDispatchCommand } from './transfer-dispatch.ts'
import type { TransferReceiveCommand } from './transfer-receive.ts'

/** What a person or an API client asks of the ledger; each kind has a file of its own, `kinds.ts` lists them. */
export type StockCommand =
  | ReceiveCommand
  | AdjustCommand
  | CountCommand
  | HoldCommand
  | UnholdCommand
  | ReserveCommand
  | ReleaseCommand
  | AllocateCommand
  | MoveReservationCommand
  | ShipCommand
  | ReturnCommand
  | AssembleCommand
  | DisassembleCommand
  | TellSerialsCommand
  | TransferCommand
  | TransferDispatchCommand
  | TransferReceiveCommand
  | ExpectCommand
  | ArriveCommand

/** Commands that an item, a location and a quantity are enough for. */
export type PlacedKind =
  | 'receive'
  | 'adjust'
  | 'count'
  | 'hold'
  | 'unhold'
  | 'reserve'
  | 'assemble'
  | 'disassemble'

/** What every command carries. `key` makes it exactly once (I3). */
export type CommandHead = {
  key: string
  actor: string
  reason: string | null
  /** When it happened; undefined: now. */
  effectiveAt: Date | undefined
  /** The document that it carries out a part of; its movements refer to it. */
  document?: DocumentReference | undefined
}

export type DocumentReference = { kind: 'transfer' | 'inbound' | 'stock-count'; id: string }

/** One item at one location. */
export type PlaceNames = { sku: string; locationCode: string }
