import type { Command } from 'commander'
import { CommandProblem } from '../output.ts'
import { addLedgerOptions, figuresOf, type LedgerOptions, runLedgerCommand } from './ledger-command.ts'
import { toQuantity } from './quantity.ts'

type ReleaseOptions = LedgerOptions & { quantity?: number }

export function releaseCommand(group: Command, exit: (code: number) => void): void {
  const command = group
    .command('release')
    .description('give units of a reservation back')
    .argument('<reservation>', 'the id that plimsoll stock reserve gave')
    .argument('[quantity]', 'how many to give back', toQuantity)
    .option('--quantity <number>', 'the same as an option', toQuantity)
  addLedgerOptions(command)
    .addHelpText('after', '\nExample:\n  plimsoll stock release 019ad1c0-5a3b-7c11-9a3e-0d5b6d1f4c21 2\n')
    .action(async (reservationId: string, word: number | undefined) => {
      const options: ReleaseOptions = command.opts()
      if (word !== undefined && options.quantity !== undefined) {
        throw new CommandProblem('Say how many once: after the reservation, or with --quantity NUMBER.')
      }
      const quantity = word ?? options.quantity
      if (quantity === undefined) {
        throw new CommandProblem('Say how many: a whole number after the reservation, or --quantity NUMBER.')
      }
      exit(
        await runLedgerCommand(
          options,
          () => ({ kind: 'release', reservationId, quantity }),
          (result) =>
            `Released ${quantity} of ${result.sku} at ${result.locationCode}: ${figuresOf(result)}.`,
        ),
      )
    })
}
