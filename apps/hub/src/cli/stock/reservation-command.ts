import { CommandProblem } from '../output.ts'
import {
  type About,
  type AddSubcommand,
  addLedgerOptions,
  type LedgerOptions,
  runLedgerCommand,
} from './ledger-command.ts'
import { toQuantity } from './quantity.ts'

export type NamedClaim = { reservationId: string; quantity: number }

/** A subcommand about units of one reservation: `release ID 2`, or `release ID --quantity 2`. */
export function reservationCommand<Own extends object = object>(
  name: string,
  about: About<NamedClaim, Own>,
): AddSubcommand {
  return (group, exit) => {
    const command = group
      .command(name)
      .description(about.description)
      .argument('<reservation>', 'the id that plimsoll stock reserve gave')
      .argument('[quantity]', about.quantity, toQuantity)
      .option('--quantity <number>', 'the same as an option', toQuantity)
    for (const option of about.options ?? []) command.addOption(option)
    addLedgerOptions(command)
      .addHelpText('after', `\nExample:\n  plimsoll stock ${name} 019ad1c0-5a3b-7c11-9a3e-0d5b6d1f4c21 2\n`)
      .action(async (reservationId: string, word: number | undefined) => {
        const options = command.opts<LedgerOptions & { quantity?: number } & Own>()
        if (word !== undefined && options.quantity !== undefined) {
          throw new CommandProblem('Say how many once: after the reservation, or with --quantity NUMBER.')
        }
        const serials = 'serial' in options && Array.isArray(options.serial) ? options.serial : undefined
        const quantity = word ?? options.quantity ?? serials?.length
        if (quantity === undefined) {
          throw new CommandProblem(
            'Say how many: a whole number after the reservation, or --quantity NUMBER.',
          )
        }
        exit(
          await runLedgerCommand(
            options,
            () => about.build({ reservationId, quantity }, options),
            (result) => about.say(result, quantity),
          ),
        )
      })
  }
}
