import type { ParkedGroups, ParkedPage, ReplayResult } from '@plimsoll/client'
import type { Command } from 'commander'
import { z } from 'zod'
import { findParked, findParkedGroups } from '../views/parked.store.ts'
import { replayAndWait } from '../views/replay.ts'
import { CommandProblem, EXIT } from './output.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

const LISTED_MAX = 50

export function replayCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('replay'))
    .description(
      'put parked events back in line: all, those of one cause or reason, or one; without a choice it lists them',
    )
    .option('--all', 'every parked event')
    .option('--reason <code>', 'those parked for this reason, for example unmapped-listing')
    .option(
      '--cause <cause>',
      'those parked for the same cause: the connection, the reason and what is missing',
    )
    .option('--id <id>', 'this one')
    .action(async (options: ReplayOptions) => {
      exit(
        await withHub(options, async (hub, output) => {
          if (isWithoutChoice(options)) {
            const parked = await findParked(hub.database.kysely, hub.context.organizationId, {
              limit: LISTED_MAX,
            })
            const groups = await findParkedGroups(hub.database.kysely, hub.context.organizationId)
            output.result({ ...parked, groups: groups.rows }, (all) => listParked(all, groups))
            return EXIT.ok
          }
          if (options.id !== undefined && !z.uuid().safeParse(options.id).success) {
            throw new CommandProblem(
              `"${options.id}" is not the id of a parked event; list them with: plimsoll replay`,
            )
          }
          const result = await replayAndWait(hub.context, {
            ...(options.id !== undefined && { inboxId: options.id }),
            ...(options.reason !== undefined && { reasonCode: options.reason }),
            ...(options.cause !== undefined && { cause: options.cause }),
          })
          output.result(result, sayResult)
          return result.stillParked > 0 ? EXIT.notGood : EXIT.ok
        }),
      )
    })
}

type ReplayOptions = CommonOptions & { all?: boolean; reason?: string; cause?: string; id?: string }

function isWithoutChoice({ all, reason, cause, id }: ReplayOptions): boolean {
  return all !== true && [reason, cause, id].every((each) => each === undefined)
}

function listParked({ total, rows }: ParkedPage, groups: ParkedGroups): string {
  if (total === 0) return 'Nothing is parked.'
  return [
    `${total} parked${total > rows.length ? `, the oldest ${rows.length}` : ''}:`,
    ...rows.map((row) => `  ${row.inboxId}  ${row.reasonCode}  ${row.subject}: ${row.reason}`),
    'By cause:',
    ...groups.rows.map(
      (group) => `  ${group.cause}  ${group.events} of ${group.reasonCode}: ${group.reason}`,
    ),
    'Once the cause is cured, put them back in line with --all, --cause CAUSE, --reason CODE or --id ID.',
  ].join('\n')
}

function sayResult({ replayed, applied, waiting, stillParked }: ReplayResult): string {
  if (replayed === 0) return 'Nothing of that kind is parked.'
  const parts = [
    `${replayed} put back in line: ${applied} applied, ${stillParked} parked again, ${waiting} waiting.`,
    ...(waiting > 0 ? ['A running hub applies what waits; without one it waits for its start.'] : []),
    ...(stillParked > 0 ? ['See why with: plimsoll replay'] : []),
  ]
  return parts.join('\n')
}
