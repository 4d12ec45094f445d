import type { ProtectionList } from '@plimsoll/client'
import { changeProtection } from '@plimsoll/sync'
import { Argument, type Command } from 'commander'
import { listProtections } from '../views/protections.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

export const PROTECTION_MODES = ['open', 'buffered', 'guaranteed', 'auto'] as const

type SetOptions = CommonOptions & { connection?: string; item?: string; oversellsPerMillion?: string }

export function protectCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('protect').description('how what is sold is protected from overselling')

  addCommonOptions(group.command('show'))
    .description(
      'every protection that is set, from far to near, what a guarantee rests on, and who changed what',
    )
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => listProtections(context), sayAll))
    })

  addCommonOptions(
    group
      .command('set')
      .description('set the protection of everything, of a connection or of an item')
      .addArgument(new Argument('<mode>', 'or none to take it back').choices([...PROTECTION_MODES, 'none']))
      .option('--connection <connection>', 'id or name of a connection')
      .option('--item <sku>', 'SKU of an item')
      .option('--oversells-per-million <number>', 'put up with, of a million times that an item sells out'),
  ).action(async (mode: (typeof PROTECTION_MODES)[number] | 'none', options: SetOptions) => {
    const oversellsPerMillion = toOversells(options.oversellsPerMillion)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          await changeProtection(context, options, {
            mode: mode === 'none' ? null : mode,
            oversellsPerMillion,
            actor: 'cli',
          })
          return await listProtections(context)
        },
        sayAll,
      ),
    )
  })
}

/** @throws CommandProblem for what is no such number */
export function toOversells(said: string | undefined): number | undefined {
  if (said === undefined) return undefined
  const value = Number(said)
  if (Number.isInteger(value) && value >= 1 && value <= 500_000) return value
  throw new CommandProblem('--oversells-per-million is a whole number from 1 to 500000.')
}

const CHANGES_SAID = 10

function sayAll({ rows, changes, assumptions }: ProtectionList): string {
  const set = rows.map((row) => `${sayWhom(row)}: ${row.mode}`)
  const notes = assumptions.map(({ connectionName, impossibleBecause, facts }) => {
    if (impossibleBecause !== null) return `${connectionName}: no guarantee can be had. ${impossibleBecause}`
    const unverified = facts.filter(({ verified }) => !verified).length
    return `${connectionName}: guaranteed under ${facts.length} facts, ${unverified} of them not seen on a real account yet.`
  })
  const said = changes
    .slice(0, CHANGES_SAID)
    .map((change) => `  ${change.at}  ${sayWhom(change)}: ${change.mode ?? 'taken back'}, by ${change.actor}`)
  const isSetForAll = rows.some(({ scope }) => scope === 'organization')
  return [
    ...(isSetForAll ? [] : ['everything: auto, as nothing else is set']),
    ...set,
    ...notes,
    ...said,
  ].join('\n')
}

function sayWhom({
  scope,
  connectionName,
  sku,
}: Pick<ProtectionList['rows'][number], 'scope' | 'connectionName' | 'sku'>): string {
  return scope === 'organization' ? 'everything' : `${scope} ${connectionName ?? sku ?? ''}`
}
