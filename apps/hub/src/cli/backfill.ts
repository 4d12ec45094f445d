import type { SyncJobView } from '@plimsoll/client'
import { requestBackfill } from '@plimsoll/sync'
import type { Command } from 'commander'
import { followJob, sayState, toMoment } from './sync-job.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

type BackfillOptions = CommonOptions & { from: Date; to?: Date }

export function backfillCommand(program: Command, exit: (code: number) => void): void {
  addCommonOptions(program.command('backfill'))
    .description('read every order of a connection that changed in a period once more; none counts twice')
    .argument('<connection>', 'id or name of a connection')
    .requiredOption('--from <moment>', 'orders that changed from then on, such as 2026-05-01', toMoment)
    .option('--to <moment>', 'and before then (default: until now)', toMoment)
    .action(async (connection: string, options: BackfillOptions) => {
      exit(
        await withHub(options, async ({ context }, output) => {
          const asked = await requestBackfill(context, connection, { from: options.from, to: options.to })
          const { job, code } = await followJob(context, output, asked.jobId)
          output.result(job, sayBackfill)
          return code
        }),
      )
    })
}

function sayBackfill(job: SyncJobView): string {
  const { fresh = 0, beforeOpening = 0, unreadable = 0 } = job.result
  const lines = [`${job.done} orders read, ${fresh} states new.`]
  if (Number(beforeOpening) > 0)
    lines.push(`${beforeOpening} were finished before the hub followed the connection and are left out.`)
  if (Number(unreadable) > 0) lines.push(`${unreadable} cannot be read and are parked: plimsoll replay`)
  return [...lines, sayState(job)].join('\n')
}
