import type { PolicyList, ShelfLifeMinimums } from '@plimsoll/client'
import { changePolicy, type Recomputed, recomputeAll } from '@plimsoll/sync'
import type { Command } from 'commander'
import { listMinimums, listPolicies, setMinimum } from '../views/policies.ts'
import { CommandProblem } from './output.ts'
import {
  addFieldOptions,
  addTargetOptions,
  type FieldOptions,
  orNone,
  type Said,
  sayFields,
  sayTarget,
  type TargetOptions,
  toChange,
} from './policy-fields.ts'
import { policyWindowCommand } from './policy-window.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type SetOptions = CommonOptions & FieldOptions & TargetOptions

type ShelfLifeOptions = CommonOptions & { connection?: string; customer?: string }

export function policyCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('policy').description('how much of what is available channels show')

  addCommonOptions(group.command('show'))
    .description('every policy that is set, from far to near: the nearest that sets a field wins')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => listPolicies(context), sayAll))
    })

  addCommonOptions(
    addFieldOptions(
      addTargetOptions(
        group
          .command('set')
          .description('set fields of the policy of everything, of a connection, of an item or of a listing'),
      ),
    ),
  ).action(async (options: SetOptions) => {
    const change = toChange(options)
    if (Object.keys(change).length === 0) {
      throw new CommandProblem('Nothing to set was given: name a field, such as --buffer-units 5.')
    }
    exit(await runReading(options, ({ context }) => changePolicy(context, options, change), sayFields))
  })

  policyWindowCommand(group, exit)

  addCommonOptions(group.command('recompute'))
    .description('work out anew what every channel should show, and write what differs')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => recomputeAll(context), sayRecomputed))
    })

  addCommonOptions(
    group
      .command('shelf-life')
      .description('show or set the fewest days that a lot must have left when units are allocated')
      .argument('[days]', 'a number of days, or none; left out: only show', orNone({ min: 0, max: 36_500 }))
      .option('--connection <connection>', 'for this connection, as allocations name it')
      .option('--customer <customer>', 'for this customer, as allocations name it'),
  ).action(async (days: Said<number> | undefined, options: ShelfLifeOptions) => {
    if (options.connection !== undefined && options.customer !== undefined) {
      throw new CommandProblem('A minimum is of a connection or of a customer: set each by itself.')
    }
    exit(
      await runReading(
        options,
        ({ context }) =>
          days === undefined
            ? listMinimums(context)
            : setMinimum(context, options, days === 'none' ? null : days),
        sayMinimums,
      ),
    )
  })
}

function sayRecomputed({ items, decidedSingly, changed }: Recomputed): string {
  return `${items} items looked at, ${decidedSingly} of them one by one; ${changed} numbers were wrong and are right now.`
}

function sayAll({ rows }: PolicyList): string {
  if (rows.length === 0) return 'No policy is set: channels show all that is available.'
  return rows.map((row) => `${sayTarget(row)}: ${sayFields(row)}`).join('\n')
}

function sayMinimums({ rows }: ShelfLifeMinimums): string {
  if (rows.length === 0) return 'No minimum is set: every lot that has not expired may be allocated.'
  return rows
    .map(({ scope, name, days }) => `${name === null ? 'everything' : `${scope} ${name}`}: ${days} days`)
    .join('\n')
}
