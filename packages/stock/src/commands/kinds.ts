import { adjust } from './adjust.ts'
import { allocate } from './allocate.ts'
import { arrive } from './arrive.ts'
import { assemble, disassemble } from './assemble.ts'
import type { StockCommand } from './command.ts'
import { count } from './count.ts'
import { expect } from './expect.ts'
import { hold, unhold } from './hold.ts'
import type { CommandKind } from './kind.ts'
import { moveReservation } from './move-reservation.ts'
import { receive } from './receive.ts'
import { release } from './release.ts'
import { reserve } from './reserve.ts'
import { returnStock } from './return.ts'
import { ship } from './ship.ts'
import { tellSerials } from './tell-serials.ts'
import { transfer } from './transfer.ts'
import { transferDispatch } from './transfer-dispatch.ts'
import { transferReceive } from './transfer-receive.ts'

const kinds: { [Kind in StockCommand['kind']]: CommandKind<Extract<StockCommand, { kind: Kind }>> } = {
  receive,
  adjust,
  count,
  hold,
  unhold,
  reserve,
  release,
  allocate,
  'move-reservation': moveReservation,
  ship,
  return: returnStock,
  assemble,
  disassemble,
  'tell-serials': tellSerials,
  transfer,
  'transfer-dispatch': transferDispatch,
  'transfer-receive': transferReceive,
  expect,
  arrive,
}

/** How this command is carried out. */
export function kindOf<Command extends StockCommand>(command: Command): CommandKind<Command> {
  // The table above pairs each kind with its own commands; TypeScript cannot follow that through an index.
  return kinds[command.kind] as unknown as CommandKind<Command>
}
