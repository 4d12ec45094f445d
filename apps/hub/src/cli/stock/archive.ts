import { stat } from 'node:fs/promises'
import path from 'node:path'
import { type ArchiveCheck, archiveMonths, monthText, restoreMonth, verifyArchive } from '@plimsoll/stock'
import type { Command } from 'commander'
import { CommandProblem, EXIT } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { toMonth } from './moment.ts'

/** `plimsoll stock archive create|verify|restore`. */
export function archiveCommands(group: Command, exit: (code: number) => void): void {
  const archive = group.command('archive').description('old months in files')
  createCommand(archive, exit)
  verifyCommand(archive, exit)
  restoreCommand(archive, exit)
}

function createCommand(archive: Command, exit: (code: number) => void): void {
  addCommonOptions(archive.command('create', { isDefault: true }))
    .description(
      'move the movements of closed months into files: written, read back, compared, and only then dropped',
    )
    .requiredOption('--before <month>', 'every month before this one, for example 2025-01', toMonth)
    .option('--to <folder>', 'where the files go (default: archive in the data folder)')
    .action(async (options: CommonOptions & { before: Date; to?: string }) => {
      exit(
        await withHub(options, async ({ configuration, context, everyone }, output) => {
          const folder = path.resolve(options.to ?? path.join(configuration.dataFolder, 'archive'))
          const outcome = await archiveMonths(everyone, {
            before: options.before,
            folder,
            now: new Date(context.clock.now()),
            say: (line) => output.say(line),
          })
          if (outcome.kind === 'stopped') throw new CommandProblem(outcome.message)
          const { months } = outcome
          output.result({ folder, months }, () =>
            months.length === 0
              ? `Nothing before ${monthText(options.before)} was left to archive.`
              : `${months.length} months are in ${folder}. Back it up: the ledger no longer holds their movements. Prove it with: plimsoll stock archive verify ${folder}`,
          )
          return EXIT.ok
        }),
      )
    })
}

function verifyCommand(archive: Command, exit: (code: number) => void): void {
  addCommonOptions(archive.command('verify'))
    .description('prove the files of a folder against the ledger’s record of them and its checkpoints')
    .argument('<folder>', 'where the files are')
    .action(async (folder: string, options: CommonOptions) => {
      exit(
        await withHub(options, async ({ everyone }, output) => {
          const check = await verifyArchive(everyone, await existing(folder))
          output.result(check, sayCheck)
          return check.good ? EXIT.ok : EXIT.notGood
        }),
      )
    })
}

function restoreCommand(archive: Command, exit: (code: number) => void): void {
  addCommonOptions(archive.command('restore'))
    .description('bring the movements of an archived month back into the ledger; the files stay')
    .argument('<folder>', 'where the files are')
    .requiredOption('--month <month>', 'for example 2024-12', toMonth)
    .action(async (folder: string, options: CommonOptions & { month: Date }) => {
      exit(
        await withHub(options, async ({ everyone }, output) => {
          const outcome = await restoreMonth(everyone, await existing(folder), options.month)
          if (outcome.kind === 'stopped') throw new CommandProblem(outcome.message)
          const { month, movements } = outcome
          output.result({ month, movements }, () => `${month} is back: ${movements} movements.`)
          return EXIT.ok
        }),
      )
    })
}

async function existing(folder: string): Promise<string> {
  const found = await stat(folder).catch(() => undefined)
  if (found?.isDirectory() !== true) throw new CommandProblem(`There is no folder "${folder}".`)
  return path.resolve(folder)
}

function sayCheck({ good, months, problems }: ArchiveCheck): string {
  const total = months.reduce((sum, { movements }) => sum + movements, 0)
  return [
    ...problems.map(
      ({ month, problem, sum }) =>
        `BAD  ${month}: ${problem}${sum === undefined ? '' : `: ${JSON.stringify(sum)}`}`,
    ),
    good
      ? `${months.length} months with ${total} movements are whole, and the checkpoints carry them.`
      : `${problems.length} problems in the files of ${months.length} months.`,
  ].join('\n')
}
