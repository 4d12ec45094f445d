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
    .description('every protection that is set, from far to near, and what a guarantee rests on')
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

function sayAll({ rows, assumptions }: ProtectionList): string {
  const set = rows.map(({ scope, connectionName, sku, mode }) => {
    const whom = scope === 'organization' ? 'everything' : `${scope} ${connectionName ?? sku ?? ''}`
    return `${whom}: ${mode}`
  })
  const notes = assumptions.map(({ connectionName, impossibleBecause, facts }) => {
    if (impossibleBecause !== null) return `${connectionName}: no guarantee can be had. ${impossibleBecause}`
    const unverified = facts.filter(({ verified }) => !verified).length
    return `${connectionName}: guaranteed under ${facts.length} facts, ${unverified} of them not seen on a real account yet.`
  })
  const isSetForAll = rows.some(({ scope }) => scope === 'organization')
  return [...(isSetForAll ? [] : ['everything: auto, as nothing else is set']), ...set, ...notes].join('\n')
}
