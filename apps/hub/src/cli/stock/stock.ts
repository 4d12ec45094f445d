import type { Command } from 'commander'
import { adjustCommand } from './adjust.ts'
import { allocateCommand } from './allocate.ts'
import { archiveCommands } from './archive.ts'
import { asOfCommand } from './as-of.ts'
import { assembleCommand } from './assemble.ts'
import { countCommand } from './count.ts'
import { countSheetCommand } from './count-sheet.ts'
import { deliveriesCommand } from './deliveries.ts'
import { disassembleCommand } from './disassemble.ts'
import { holdCommand } from './hold.ts'
import { inboundCommand } from './inbound.ts'
import { lotCommand } from './lot.ts'
import { moveReservationCommand } from './move-reservation.ts'
import { movementsCommand } from './movements.ts'
import { reasonCommand } from './reason.ts'
import { receiveCommand } from './receive.ts'
import { releaseCommand } from './release.ts'
import { reserveCommand } from './reserve.ts'
import { returnCommand } from './return.ts'
import { returnsCommand } from './returns.ts'
import { serialCommand } from './serial.ts'
import { shipCommand } from './ship.ts'
import { showCommand } from './show.ts'
import { transferCommand } from './transfer.ts'
import { unholdCommand } from './unhold.ts'
import { valuationCommand } from './valuation.ts'
import { verifyCommand } from './verify.ts'

/** In the order of its help. One more subcommand is one more file and its line here. */
const subcommands = [
  showCommand,
  receiveCommand,
  adjustCommand,
  countCommand,
  holdCommand,
  unholdCommand,
  reserveCommand,
  releaseCommand,
  moveReservationCommand,
  allocateCommand,
  shipCommand,
  returnCommand,
  assembleCommand,
  disassembleCommand,
  lotCommand,
  serialCommand,
  asOfCommand,
  movementsCommand,
  valuationCommand,
  verifyCommand,
  archiveCommands,
  transferCommand,
  inboundCommand,
  deliveriesCommand,
  returnsCommand,
  countSheetCommand,
  reasonCommand,
]

export function stockCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('stock').description('see and change what is where')
  for (const add of subcommands) add(group, exit)
}
