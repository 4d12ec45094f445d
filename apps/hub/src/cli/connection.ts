import type { ConnectionIntake } from '@plimsoll/client'
import { changeEditRule, changeStaleRule, type StaleRule, type StaleRules } from '@plimsoll/sync'
import { Argument, type Command } from 'commander'
import { getIntake } from '../views/intake.ts'
import { addConnectionAuthorize } from './connection-authorize.ts'
import { addConnectionPlaces } from './connection-places.ts'
import { addConnectionSettings } from './connection-settings.ts'
import { addShipsOrders } from './connection-ships-orders.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const RULES = ['hub-wins', 'platform-wins', 'ask'] as const
const KINDS = ['notice', 'buffer', 'percent', 'zero', 'none'] as const
const MINUTE_MS = 60_000

type StaleOptions = CommonOptions & { connection?: string; after?: number; amount?: number }

export function connectionCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('connection')
    .description('how connections take in, what they prove themselves with, and what becomes of edits')

  addCommonOptions(group.command('show'))
    .description('webhook health, streams with their last and next read, gaps and jobs of a connection')
    .argument('<connection>', 'id or name of a connection')
    .action(async (connection: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getIntake(context, connection), sayIntake))
    })

  addConnectionAuthorize(group, exit)
  addConnectionSettings(group, exit)
  addConnectionPlaces(group, exit)
  addShipsOrders(group, exit)

  addCommonOptions(group.command('edit-rule'))
    .description('set what becomes of numbers that somebody types into the platform’s own screens')
    .argument('<connection>', 'id or name of a connection')
    .addArgument(new Argument('<rule>', 'hub-wins, platform-wins or ask').choices(RULES))
    .action(async (connection: string, rule: (typeof RULES)[number], options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            await changeEditRule(context, connection, rule)
            return { connection, rule }
          },
          () => 'Done.',
        ),
      )
    })

  addCommonOptions(
    group
      .command('stale-rule')
      .description('set what the other channels show while orders cannot be read for too long')
      .addArgument(
        new Argument('<kind>', 'notice, buffer, percent, zero, or none to take it back').choices(KINDS),
      )
      .option('--connection <connection>', 'id or name of a connection (default: everything)')
      .option('--after <minutes>', 'after so many minutes', numberIn({ min: 1, max: 10_080 }))
      .option(
        '--amount <number>',
        'base units that a buffer keeps back, or the percent that is still shown',
        numberIn({ min: 0, max: 1_000_000_000 }),
      ),
  ).action(async (kind: (typeof KINDS)[number], options: StaleOptions) => {
    const rule = kind === 'none' ? null : toRule(kind, options)
    exit(
      await runReading(
        options,
        ({ context }) => changeStaleRule(context, options.connection, rule),
        sayRules,
      ),
    )
  })
}

function toRule(kind: StaleRule['kind'], { after, amount }: StaleOptions): StaleRule {
  if (after === undefined) throw new CommandProblem('Say after how many minutes: --after 30.')
  const needsAmount = kind === 'buffer' || kind === 'percent'
  if (needsAmount && amount === undefined) throw new CommandProblem('Say how much: --amount 50.')
  if (kind === 'percent' && (amount ?? 0) > 100) throw new CommandProblem('Give at most 100 percent.')
  return { kind, afterMs: after * MINUTE_MS, amount: needsAmount ? (amount ?? 0) : 0 }
}

function sayRules({ rows }: StaleRules): string {
  if (rows.length === 0)
    return 'No rule is set: a person is told after 15 minutes, and nothing is shown lower.'
  return rows
    .map(({ connectionId, afterMs, kind, amount }) => {
      const whose = connectionId ?? 'everything'
      return `${whose}: after ${afterMs / MINUTE_MS} minutes ${kind}${kind === 'buffer' || kind === 'percent' ? ` ${amount}` : ''}`
    })
    .join('\n')
}

function sayIntake({ webhooks, streams, gaps, jobs, editRule, staleOrders }: ConnectionIntake): string {
  const { verdict, arrived, missed, delayMs, repairs, failures, problem } = webhooks
  const delay = delayMs === null ? '' : `, ${delayMs} ms after the change`
  return [
    `webhooks: ${verdict}; of the last ${arrived + missed} order states ${arrived} came by them${delay}; registered again ${repairs} times`,
    ...(failures > 0 ? [`  ! ${failures} registrations in a row failed: ${problem}`] : []),
    `edits on the platform: ${editRule}`,
    ...(staleOrders === null
      ? []
      : [
          `! its orders are not known since ${staleOrders.since}: other channels ${staleOrders.kind} ${staleOrders.amount}`,
        ]),
    ...streams.map(
      (each) =>
        `${each.stream}: read ${each.readAt ?? '–'}, moved ${each.changedAt ?? '–'}, next ${each.nextAt ?? '–'}${each.problem === null ? '' : ` ! ${each.problem}`}`,
    ),
    ...gaps.map((gap) => `gap: ${gap.missing} orders from ${gap.from} to ${gap.to}: ${gap.state}`),
    ...jobs.map(
      (job) =>
        `job ${job.jobId}: ${job.kind} ${job.state}, ${job.done}${job.total === null ? '' : ` of ${job.total}`}`,
    ),
  ].join('\n')
}
