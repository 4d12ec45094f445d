import { changeShipsOrders } from '@plimsoll/sync'
import { type Command, InvalidArgumentError } from 'commander'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type Options = CommonOptions & { on?: boolean; off?: boolean; from?: Date }

export function addShipsOrders(group: Command, exit: (code: number) => void): void {
  addCommonOptions(
    group
      .command('ships-orders')
      .description('say whether the hub sends the orders of a channel')
      .argument('<connection>', 'id or name of a connection')
      .option('--on', 'the hub routes them and has them sent')
      .option('--off', 'somebody else does; what is under way goes its way to the end')
      .option('--from <instant>', 'orders placed since then, with its offset (default: now)', toInstant),
  ).action(async (connection: string, options: Options) => {
    if ((options.on === true) === (options.off === true)) throw new CommandProblem('Say --on or --off.')
    const change = { shipsOrders: options.on === true, from: options.from }
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const set = await changeShipsOrders(context, connection, change)
          return { ...set, from: set.from?.toISOString() ?? null }
        },
        ({ from }) =>
          from === null
            ? 'The hub does not send its orders.'
            : `The hub sends its orders placed since ${from}.`,
      ),
    )
  })
}

function toInstant(text: string): Date {
  const at = new Date(text)
  if (!/T.+(Z|[+-]\d{2}:\d{2})$/.test(text) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Give an instant with its offset, as 2026-11-01T00:00:00Z.')
  return at
}
