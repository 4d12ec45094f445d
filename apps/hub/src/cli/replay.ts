import { replayParked } from '@plimsoll/sync'
import type { Command } from 'commander'
import { z } from 'zod'
import { findParked } from '../views/parked.store.ts'
import { waitForReplay } from '../views/replay.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

export function replayCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('replay'))
    .description(
      'put parked events back in line: all, those of one reason, or one; without a choice it lists them',
    )
    .option('--all', 'every parked event')
    .option('--reason <code>', 'those parked for this reason, for example unmapped-listing')
    .option('--id <id>', 'this one')
    .action(async (options: CommonOptions & { all?: boolean; reason?: string; id?: string }) => {
      exit(
        await withHub(options, async (hub, output) => {
          const { kysely } = hub.database
          const { organizationId } = hub.context
          if (options.all !== true && options.reason === undefined && options.id === undefined) {
            const parked = await findParked(kysely, organizationId, { limit: 50 })
            output.result(parked, ({ total, rows }) =>
              total === 0
                ? 'Nothing is parked.'
                : [
                    `${total} parked:`,
                    ...rows.map(
                      (row) => `  ${row.inboxId}  ${row.reasonCode}  ${row.subject}: ${row.reason}`,
                    ),
                  ].join('\n'),
            )
            return EXIT.ok
          }
          if (options.id !== undefined && !z.uuid().safeParse(options.id).success) {
            throw new CommandProblem(
              `"${options.id}" is not the id of a parked event; list them with: plimsoll replay`,
            )
          }
          const which = {
            ...(options.id !== undefined && { inboxId: options.id }),
            ...(options.reason !== undefined && { reasonCode: options.reason }),
          }
          const result = await waitForReplay(
            hub.context,
            which,
            await replayParked(kysely, organizationId, which),
          )
          output.result(
            result,
            ({ replayed, stillParked }) =>
              `${replayed} put back in line, ${stillParked} parked again. A running hub applies them; without one they wait for its start.`,
          )
          return result.stillParked > 0 ? EXIT.notGood : EXIT.ok
        }),
      )
    })
}
