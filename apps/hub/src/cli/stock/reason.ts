import { inTransaction } from '@plimsoll/database'
import { archiveReason, readReasons, refuse, requireListedReason, saveReason } from '@plimsoll/stock'
import { nowOf } from '@plimsoll/sync'
import type { Command } from 'commander'
import type { HubBase } from '../../hub-base.ts'
import { CommandProblem, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions } from '../with-hub.ts'
import { runReading } from './document-command.ts'

type Named = { en: string; zh: string; direction?: string }

export function reasonCommand(stock: Command, exit: (code: number) => void): void {
  const group = stock.command('reason').description('the reasons that adjustments may give')

  addCommonOptions(group.command('list'))
    .description('your reasons, and whether one of them must be given')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, readList, toText))
    })

  addCommonOptions(group.command('save'))
    .description('list a reason, or change the one with this code')
    .argument('<code>', 'lower-case letters, digits and hyphens')
    .requiredOption('--en <name>', 'its name in English')
    .requiredOption('--zh <name>', 'its name in Chinese')
    .option('--direction <direction>', 'in, out or both: whether units come or go by it (default: both)')
    .action(async (code: string, options: CommonOptions & Named) => {
      const direction = toDirection(options.direction ?? 'both')
      const reason = { code, nameEn: options.en, nameZh: options.zh, direction }
      exit(
        await runReading(
          options,
          async (hub) => {
            const saved = await inTransaction(hub.database, (tx) =>
              saveReason(tx, hub.context.organizationId, reason),
            )
            if (saved.kind === 'refused') throw new RefusedByLedger(saved)
            return await readList(hub)
          },
          toText,
        ),
      )
    })

  addCommonOptions(group.command('archive'))
    .description('take a reason off the list; movements that gave it keep it')
    .argument('<code>', 'its code')
    .action(async (code: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async (hub) => {
            const isArchived = await inTransaction(hub.database, (tx) =>
              archiveReason(tx, hub.context.organizationId, code, nowOf(hub.context)),
            )
            if (!isArchived) {
              throw new RefusedByLedger(
                refuse('unlisted-reason', 'code', `There is no listed reason "${code}".`),
              )
            }
            return await readList(hub)
          },
          toText,
        ),
      )
    })

  addCommonOptions(group.command('require'))
    .description('whether adjustments and losses must give a listed reason: yes or no')
    .argument('<answer>', 'yes or no')
    .action(async (answer: string, options: CommonOptions) => {
      if (answer !== 'yes' && answer !== 'no') throw new CommandProblem('Answer yes or no.')
      exit(
        await runReading(
          options,
          async (hub) => {
            await inTransaction(hub.database, (tx) =>
              requireListedReason(tx, hub.context.organizationId, answer === 'yes'),
            )
            return await readList(hub)
          },
          toText,
        ),
      )
    })
}

async function readList({ database, context }: HubBase) {
  const { listedReasonRequired, reasons } = await readReasons(database.kysely, context.organizationId)
  return { listedReasonRequired, rows: reasons }
}

function toDirection(text: string): 'in' | 'out' | 'both' {
  if (text === 'in' || text === 'out' || text === 'both') return text
  throw new CommandProblem('Give --direction as in, out or both.')
}

function toText({ listedReasonRequired, rows }: Awaited<ReturnType<typeof readList>>): string {
  return [
    listedReasonRequired ? 'A listed reason must be given.' : 'Any text may be given as a reason.',
    ...rows.map(
      ({ code, nameEn, nameZh, direction, isArchived }) =>
        `  ${code}: ${nameEn}, ${nameZh} (${direction}${isArchived ? ', archived' : ''})`,
    ),
  ].join('\n')
}
