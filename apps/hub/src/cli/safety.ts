import type { GuardSettings, HoldDetail, PauseList, ShadowReport } from '@plimsoll/client'
import {
  changeGuard,
  decideHold,
  findConnectionId,
  type GuardChange,
  goLive,
  haltWrites,
  liftHalt,
  pauseConnection,
  readGuard,
  resumeConnection,
} from '@plimsoll/sync'
import type { Command } from 'commander'
import { createPreview, getHold, getShadowReport, listHolds, listPauses, toHold } from '../views/safety.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const ROWS_SHOWN = 40
const COUNT = { min: 1, max: 1_000_000 }
const PERCENT = { min: 0, max: 100 }

type PauseOptions = CommonOptions & { reason: string; all?: boolean; hub?: boolean; zero?: boolean }
type ResumeOptions = CommonOptions & { reason?: string; all?: boolean; hub?: boolean }

/** `pause`, `resume`, `holds`, `guard`, `shadow` and `go-live`. */
export function safetyCommands(program: Command, exit: (code: number) => void): void {
  pauseCommands(program, exit)
  holdCommands(program, exit)
  guardCommands(program, exit)
  shadowCommands(program, exit)
}

function pauseCommands(program: Command, exit: (code: number) => void): void {
  addCommonOptions(
    program
      .command('pause')
      .description('stop writing to a connection, or to all; reading goes on')
      .argument('[connection]', 'id or name of a connection')
      .requiredOption('--reason <text>', 'why, for whoever finds it stopped')
      .option('--all', 'every connection of the organization')
      .option('--hub', 'every connection of every organization of this hub')
      .option('--zero', 'let all listings show 0 first'),
  ).action(async (connection: string | undefined, options: PauseOptions) => {
    const scope = scopeOf(connection, options)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const pause = {
            reason: options.reason,
            actor: 'cli',
            how: options.zero ? 'zero' : 'freeze',
          } as const
          if (scope !== undefined) await haltWrites(context, scope, pause)
          else await pauseConnection(context, await findConnectionId(context, connection ?? ''), pause)
          return await listPauses(context)
        },
        sayPauses,
      ),
    )
  })
  addCommonOptions(
    program
      .command('resume')
      .description('take a reason of a pause back, or all of them')
      .argument('[connection]', 'id or name of a connection')
      .option('--reason <text>', 'only this one')
      .option('--all', 'what stops the organization')
      .option('--hub', 'what stops the hub'),
  ).action(async (connection: string | undefined, options: ResumeOptions) => {
    const scope = scopeOf(connection, options)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const lifted = { reason: options.reason, actor: 'cli' }
          if (scope !== undefined) await liftHalt(context, scope, lifted)
          else await resumeConnection(context, await findConnectionId(context, connection ?? ''), lifted)
          return await listPauses(context)
        },
        sayPauses,
      ),
    )
  })
}

function scopeOf(
  connection: string | undefined,
  { all, hub }: { all?: boolean; hub?: boolean },
): 'organization' | 'hub' | undefined {
  const said = [connection !== undefined, all === true, hub === true].filter(Boolean).length
  if (said !== 1) throw new CommandProblem('Name a connection, or give --all or --hub: one of the three.')
  if (hub === true) return 'hub'
  return all === true ? 'organization' : undefined
}

function holdCommands(program: Command, exit: (code: number) => void): void {
  const group = program.command('holds').description('writes that wait for a person’s word')
  addCommonOptions(
    group
      .command('list')
      .description('holds, newest first')
      .option('--closed', 'those that were decided or have passed too'),
  ).action(async (options: CommonOptions & { closed?: boolean }) => {
    exit(
      await runReading(
        options,
        async ({ context }) => ({ rows: await listHolds(context, options.closed !== true) }),
        ({ rows }) => (rows.length === 0 ? 'Nothing is held.' : rows.map(sayHold).join('\n')),
      ),
    )
  })
  addCommonOptions(
    group.command('show').description('one hold with its listings').argument('<id>', 'id of a hold'),
  ).action(async (id: string, options: CommonOptions) => {
    exit(await runReading(options, ({ context }) => getHold(context, id), sayHeld))
  })
  for (const kind of ['confirm', 'refuse'] as const) {
    addCommonOptions(
      group
        .command(kind)
        .description(
          kind === 'confirm'
            ? 'let exactly the listings of a hold go, as they were shown'
            : 'keep them held until they want something else',
        )
        .argument('<id>', 'id of a hold')
        .option('--reason <text>', 'why'),
    ).action(async (id: string, options: CommonOptions & { reason?: string }) => {
      const decision = { kind, actor: 'cli', reason: options.reason ?? null }
      exit(
        await runReading(
          options,
          async ({ context }) => toHold(await decideHold(context, id, decision)),
          (hold) =>
            kind === 'confirm'
              ? `${hold.listings} listings go.`
              : `${hold.held} levels stay held. Put right what caused it; they follow by themselves then.`,
        ),
      )
    })
  }
}

function guardCommands(program: Command, exit: (code: number) => void): void {
  const group = program.command('guard').description('how much may go to zero or rise at once')
  const connection = ['--connection <connection>', 'id or name of a connection'] as const
  addCommonOptions(
    group
      .command('show')
      .description('what holds now')
      .option(...connection),
  ).action(async (options: CommonOptions & { connection?: string }) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const { organizationId, database } = context
          const id =
            options.connection === undefined ? undefined : await findConnectionId(context, options.connection)
          return await readGuard(database.kysely, organizationId, id)
        },
        sayGuard,
      ),
    )
  })
  addCommonOptions(
    group
      .command('set')
      .description('set it for everything or for a connection')
      .option(...connection)
      .option('--zero-percent <number>', 'share of listings that may go to zero', numberIn(PERCENT))
      .option('--zero-minimum <number>', 'fewer are never held', numberIn(COUNT))
      .option('--raise-percent <number>', 'share of listings that may rise', numberIn(PERCENT))
      .option('--raise-minimum <number>', 'fewer are never held', numberIn(COUNT))
      .option('--raise-factor <number>', 'more than so many times what is shown is a raise', numberIn(COUNT))
      .option(
        '--window-seconds <number>',
        'changes within so long are one',
        numberIn({ min: 1, max: 86_400 }),
      ),
  ).action(async (options: CommonOptions & GuardChange & { connection?: string }) => {
    const { zeroPercent, zeroMinimum, raisePercent, raiseMinimum, raiseFactor, windowSeconds } = options
    const change = { zeroPercent, zeroMinimum, raisePercent, raiseMinimum, raiseFactor, windowSeconds }
    if (Object.values(change).every((value) => value === undefined)) {
      throw new CommandProblem('Nothing to set was given: name a field, such as --zero-percent 20.')
    }
    exit(
      await runReading(
        options,
        ({ context }) => changeGuard(context, options.connection, change, 'cli'),
        sayGuard,
      ),
    )
  })
}

function shadowCommands(program: Command, exit: (code: number) => void): void {
  addCommonOptions(
    program
      .command('shadow')
      .description('what a connection would write, and how that differs from what its platform shows')
      .argument('<connection>', 'id or name of a connection')
      .option('--preview', 'keep it under an id, to go live with'),
  ).action(async (connection: string, options: CommonOptions & { preview?: boolean }) => {
    exit(
      await runReading(
        options,
        async ({ context }): Promise<ShadowReport & { previewId?: string }> => {
          const id = await findConnectionId(context, connection)
          return await (options.preview === true ? createPreview(context, id) : getShadowReport(context, id))
        },
        sayShadow,
      ),
    )
  })
  addCommonOptions(
    program
      .command('go-live')
      .description('from shadow mode to live, by a preview that was looked at')
      .argument('<connection>', 'id or name of a connection')
      .requiredOption('--preview <id>', 'id of the preview')
      .option(
        '--first <number>',
        'write so many levels; the rest once their hold is confirmed',
        numberIn(COUNT),
      ),
  ).action(async (connection: string, options: CommonOptions & { preview: string; first?: number }) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const connectionId = await findConnectionId(context, connection)
          await goLive(context, connectionId, {
            previewId: options.preview,
            actor: 'cli',
            first: options.first,
          })
          return { connectionId, state: 'live' }
        },
        () => 'It is live: plimsoll serve keeps its quantities.',
      ),
    )
  })
}

function sayHold({
  holdId,
  connectionName,
  kind,
  state,
  held,
  detail,
}: HoldDetail | ReturnType<typeof toHold>): string {
  return `${holdId}  ${connectionName}  ${kind}, ${state}, ${held} levels held\n  ${detail}`
}

function sayHeld(hold: HoldDetail): string {
  const rows = hold.rows
    .slice(0, ROWS_SHOWN)
    .map(
      ({ listing, sku, shown, wants }) =>
        `  ${listing}  ${sku ?? ''}: shows ${shown ?? '?'}, wants ${wants ?? '?'}`,
    )
  return [sayHold(hold), ...rows, ...more(hold.rows.length)].join('\n')
}

function more(rows: number): string[] {
  return rows > ROWS_SHOWN ? [`  and ${rows - ROWS_SHOWN} more; --json has up to 1,000`] : []
}

function sayPauses({ halts, connections }: PauseList): string {
  const lines = [
    ...halts.map(
      ({ scope, reason, actor, since }) => `All of the ${scope} is stopped: ${reason} (${actor}, ${since}).`,
    ),
    ...connections.flatMap(({ name, state, reasons, zeroing }) => {
      const paused = state === 'paused' ? [`${name} is paused: ${reasons.join(', ')}.`] : []
      if (zeroing === null || state === 'paused') return paused
      return [
        `${name} goes to zero (${zeroing.reason}): ${zeroing.left} levels left, ${zeroing.stuck} refused.`,
      ]
    }),
  ]
  return lines.length === 0 ? 'Nothing is stopped.' : lines.join('\n')
}

function sayGuard(guard: GuardSettings): string {
  return [
    `to zero: from ${guard.zeroMinimum} listings and above ${guard.zeroPercent}% of what shows something`,
    `raised more than ${guard.raiseFactor} times: from ${guard.raiseMinimum} listings and above ${guard.raisePercent}%`,
    `within ${guard.windowSeconds} seconds`,
  ].join('\n')
}

function sayShadow({ totals, rows, previewId }: ShadowReport & { previewId?: string }): string {
  const different = rows.filter(({ difference }) => ['up', 'down', 'zero', 'unknown'].includes(difference))
  return [
    `${totals.up} up, ${totals.down} down, ${totals.zero} to zero, ${totals.same} the same, ${totals.unknown} not read yet, ${totals.untouched} untouched.`,
    `The platform shows ${totals.unitsMapped} units of mapped and ${totals.unitsUnmapped} of unmapped listings; ${totals.unitsWouldShow} would be shown.`,
    ...different
      .slice(0, ROWS_SHOWN)
      .map(
        ({ listing, sku, shows, wouldShow, because }) =>
          `  ${listing}  ${sku ?? ''}: ${shows ?? '?'} → ${wouldShow} (${because})`,
      ),
    ...more(different.length),
    ...(previewId === undefined ? [] : [`Preview ${previewId}`]),
  ].join('\n')
}
