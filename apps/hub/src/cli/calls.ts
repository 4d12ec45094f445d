import type { CallDetail, CallLogAnswer, CallPageAnswer, CallRow } from '@plimsoll/client'
import { type CallSubject, findConnectionId } from '@plimsoll/sync'
import type { Command } from 'commander'
import { z } from 'zod'
import { listCalls, listCallsAbout, setCallLog, showCall, showCallLog } from '../views/calls.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const LIMIT = { min: 1, max: 200 }
const MODES = ['all', 'failures', 'off'] as const

type ListOptions = CommonOptions & {
  failed?: boolean
  operation?: string
  limit?: number
  write?: string
  order?: string
  event?: string
}
type KeepOptions = CommonOptions & { mode?: string; calls?: number; hours?: number }

/** `calls list`, `show` and `keep`: what was said between a connection and its platform. */
export function callsCommands(program: Command, exit: (code: number) => void): void {
  const group = program.command('calls').description('what was said between connections and their platforms')
  addCommonOptions(
    group
      .command('list')
      .description('calls of a connection, or those about one thing, newest first')
      .argument('[connection]', 'id or name of a connection')
      .option('--failed', 'only those that failed')
      .option('--operation <name>', 'only of this operation, such as setLevels')
      .option('--write <id>', 'those that carried this write')
      .option('--order <id>', 'those about this order and its shipments')
      .option('--event <id>', 'those that brought this event of the inbox')
      .option('--limit <number>', 'how many at the most; 50 unless given', numberIn(LIMIT)),
  ).action(async (connection: string | undefined, options: ListOptions) => {
    const subject = subjectOf(connection, options)
    const asked = {
      failed: options.failed === true ? true : undefined,
      operation: options.operation,
      direction: undefined,
      limit: options.limit ?? 50,
    }
    exit(
      await runReading(
        options,
        async ({ context }) =>
          subject === undefined
            ? await listCalls(context, await findConnectionId(context, connection ?? ''), asked)
            : await listCallsAbout(context, subject, asked),
        sayCalls,
      ),
    )
  })
  addCommonOptions(
    group
      .command('show')
      .description('one call with headers and bodies, secrets and personal data masked')
      .argument('<connection>', 'id or name of a connection')
      .argument('<id>', 'id of a call'),
  ).action(async (connection: string, id: string, options: CommonOptions) => {
    assertId(id)
    exit(
      await runReading(
        options,
        async ({ context }) =>
          await showCall(context, { connectionId: await findConnectionId(context, connection), callId: id }),
        sayDetail,
      ),
    )
  })
  addCommonOptions(
    group
      .command('keep')
      .description('which calls of a connection are kept; without a choice it says what holds')
      .argument('<connection>', 'id or name of a connection')
      .option('--mode <mode>', 'all, failures or off')
      .option('--calls <number>', 'so many', numberIn({ min: 100, max: 50_000 }))
      .option('--hours <number>', 'and for so long', numberIn({ min: 1, max: 720 })),
  ).action(async (connection: string, options: KeepOptions) => {
    const mode = MODES.find((each) => each === options.mode)
    if (options.mode !== undefined && mode === undefined)
      throw new CommandProblem(`--mode ${options.mode} is none of ${MODES.join(', ')}.`)
    const change = { mode, callsMax: options.calls, hoursMax: options.hours }
    const isChange = Object.values(change).some((each) => each !== undefined)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const id = await findConnectionId(context, connection)
          return isChange ? await setCallLog(context, id, change, 'cli') : await showCallLog(context, id)
        },
        sayLog,
      ),
    )
  })
}

function subjectOf(connection: string | undefined, options: ListOptions): CallSubject | undefined {
  const { write, order, event } = options
  if ([connection, write, order, event].filter((each) => each !== undefined).length !== 1)
    throw new CommandProblem('Name a connection, or give --write, --order or --event: one of the four.')
  for (const [kind, id] of Object.entries({ write, order, event })) {
    if (id === undefined) continue
    assertId(id)
    return { kind: kind as CallSubject['kind'], id }
  }
  return undefined
}

function assertId(id: string): void {
  if (!z.uuid().safeParse(id).success) throw new CommandProblem(`"${id}" is not an id.`)
}

function sayCalls({ rows, next }: CallPageAnswer): string {
  if (rows.length === 0) return 'No such call is kept.'
  return [...rows.map(sayCall), ...(next === null ? [] : ['and older ones; --limit shows more'])].join('\n')
}

function sayCall(call: CallRow): string {
  const outcome = call.status ?? call.error ?? '?'
  const way = call.direction === 'in' ? '←' : '→'
  return `${call.callId}  ${call.at}  ${way} ${call.operation}  ${call.method} ${call.address}  ${outcome}  ${call.durationMs} ms`
}

function sayDetail(call: CallDetail): string {
  const headers = (named: Record<string, string>) =>
    Object.entries(named).map(([name, value]) => `  ${name}: ${value}`)
  return [
    sayCall(call),
    ...(call.platformRequestId === null ? [] : [`The platform calls it ${call.platformRequestId}.`]),
    ...(call.about.length === 0 ? [] : [`About ${call.about.join(', ')}`]),
    `asked, ${call.requestBytes} bytes:`,
    ...headers(call.requestHeaders),
    `  ${call.requestBody ?? '(nothing of it is kept)'}`,
    `answered, ${call.responseBytes} bytes:`,
    ...headers(call.responseHeaders),
    `  ${call.responseBody ?? '(nothing of it is kept)'}`,
  ].join('\n')
}

function sayLog({ mode, callsMax, hoursMax, kept, dropped }: CallLogAnswer): string {
  const what = { all: 'All calls are', failures: 'Only calls that failed are', off: 'No call is' }[mode]
  return `${what} kept: at most ${callsMax}, for ${hoursMax} hours. There are ${kept}; ${dropped} came too fast to be kept.`
}
