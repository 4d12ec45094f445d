import type { Alert, AlertDestination, AlertPage, AlertRule } from '@plimsoll/client'
import {
  actOnAlert,
  DESTINATION_KINDS,
  listAlertDestinations,
  listAlertRules,
  readAlertCursor,
  removeAlertDestination,
  removeAlertRule,
  SEVERITIES,
  saveAlertDestination,
  saveAlertRule,
  testAlertDestination,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { alertHttp } from '../alerts/alert-worker.ts'
import { destinationBody, ruleBody } from '../http/alert-routes.ts'
import type { HubBase } from '../hub-base.ts'
import { pageAlerts, toAlert, toDestination, toRule } from '../views/alerts.ts'
import { readInput } from './input-file.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem, EXIT } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { toDate } from './whatif.ts'
import { addCommonOptions, type CommonOptions, withHub } from './with-hub.ts'

const actor = 'cli'

/** `alerts`: what is not as it should be, by which rules, and whom it is told to. */
export function alertsCommand(program: Command, exit: (code: number) => void): void {
  const group = program
    .command('alerts')
    .description('what is not as it should be, by which rules, and whom it is told to')
  alertCommands(group, exit)
  ruleCommands(group, exit)
  destinationCommands(group, exit)
}

type ListOptions = CommonOptions & {
  state: 'open' | 'snoozed' | 'resolved'
  severity?: Alert['severity']
  limit: number
  cursor?: ReturnType<typeof readAlertCursor>
}

function alertCommands(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('list'))
    .description('alerts, the most severe first')
    .addOption(
      new Option('--state <state>', 'which of them').choices(['open', 'snoozed', 'resolved']).default('open'),
    )
    .addOption(new Option('--severity <severity>', 'only those').choices([...SEVERITIES]))
    .option('--limit <number>', 'so many at once', numberIn({ min: 1, max: 200 }), 50)
    .option('--cursor <cursor>', '`next` of the page before', toCursor)
    .action(async ({ state, severity, limit, cursor, ...options }: ListOptions) => {
      const query = { state, severity, limit, after: cursor }
      exit(await runReading(options, ({ context }) => pageAlerts(context, query), sayPage))
    })
  addCommonOptions(group.command('snooze'))
    .description('silence an alert until then; if it is still open, it is told again')
    .argument('<alert>', 'id of an alert', toId)
    .requiredOption('--until <instant>', 'such as 2026-11-11T08:00:00+08:00', toDate)
    .action(async (id: string, { until, ...options }: CommonOptions & { until: Date }) => {
      exit(await act(options, ({ context }) => actOnAlert(context, id, { kind: 'snooze', until }, actor)))
    })
  addCommonOptions(group.command('acknowledge'))
    .description('say that somebody looks after an alert')
    .argument('<alert>', 'id of an alert', toId)
    .option(
      '--until <instant>',
      'if it is still open then, it is told again; otherwise for as long as it lasts',
      toDate,
    )
    .option('--note <text>', 'who does what about it')
    .action(
      async (id: string, { until, note, ...options }: CommonOptions & { until?: Date; note?: string }) => {
        const action = { kind: 'acknowledge', until: until ?? null, note: note ?? null } as const
        exit(await act(options, ({ context }) => actOnAlert(context, id, action, actor)))
      },
    )
}

async function act(
  options: CommonOptions,
  run: (hub: HubBase) => ReturnType<typeof actOnAlert>,
): Promise<number> {
  return await runReading(options, async (hub) => toAlert(await run(hub)), sayAlert)
}

function ruleCommands(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('rules'))
    .description('the rules, with how many alerts of each are open')
    .action(async (options: CommonOptions) => {
      const read = async ({ context }: HubBase) => ({ rows: (await listAlertRules(context)).map(toRule) })
      exit(await runReading(options, read, ({ rows }) => rows.map(sayRule).join('\n') || 'There is no rule.'))
    })
  addCommonOptions(group.command('save-rule'))
    .description('add a rule, or put it in place of one')
    .argument('<file>', 'the rule as JSON, as POST /alert-rules takes it; - is standard input')
    .option('--id <rule>', 'id of the rule that it takes the place of', toId)
    .action(async (file: string, { id, ...options }: CommonOptions & { id?: string }) => {
      const rule = ruleBody.parse(readJson(file))
      const save = async ({ context }: HubBase) => toRule(await saveAlertRule(context, id, rule, actor))
      exit(await runReading(options, save, sayRule))
    })
  addCommonOptions(group.command('remove-rule'))
    .description('take a rule away, with its alerts, those of the past too')
    .argument('<rule>', 'id of a rule', toId)
    .action(async (ruleId: string, options: CommonOptions) => {
      const remove = async ({ context }: HubBase) => {
        await removeAlertRule(context, ruleId)
        return { removed: ruleId }
      }
      exit(await runReading(options, remove, () => 'It is gone.'))
    })
}

function destinationCommands(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('destinations'))
    .description('whom alerts are told to, and how that goes')
    .action(async (options: CommonOptions) => {
      const read = async ({ context }: HubBase) => ({
        rows: (await listAlertDestinations(context)).map(toDestination),
      })
      exit(
        await runReading(
          options,
          read,
          ({ rows }) =>
            rows.map(sayDestination).join('\n') || 'There is no destination: alerts are on the screen alone.',
        ),
      )
    })
  addCommonOptions(group.command('save-destination'))
    .description('add a destination, or change one')
    .argument(
      '<file>',
      `name, kind (${DESTINATION_KINDS.join(', ')}), address and more as JSON, as POST /alert-destinations takes it; - is standard input`,
    )
    .option('--id <destination>', 'id of the destination that is changed', toId)
    .action(async (file: string, { id, ...options }: CommonOptions & { id?: string }) => {
      const draft = destinationBody.parse(readJson(file))
      const save = async ({ context, configuration }: HubBase) => {
        const allowsPrivate = configuration.allowsPrivateWebhooks === true
        return toDestination(await saveAlertDestination(context, id, draft, { actor, allowsPrivate }))
      }
      exit(await runReading(options, save, sayDestination))
    })
  addCommonOptions(group.command('remove-destination'))
    .description('take a destination away; what waited for it is not told')
    .argument('<destination>', 'id of a destination', toId)
    .action(async (destinationId: string, options: CommonOptions) => {
      const remove = async ({ context }: HubBase) => {
        await removeAlertDestination(context, destinationId)
        return { removed: destinationId }
      }
      exit(await runReading(options, remove, () => 'It is gone.'))
    })
  addCommonOptions(group.command('test'))
    .description('say a test to a destination, now')
    .argument('<destination>', 'id of a destination', toId)
    .action(async (destinationId: string, options: CommonOptions) => {
      exit(
        await withHub(options, async ({ context, configuration }, output) => {
          const http = alertHttp(context.clock, configuration.allowsPrivateWebhooks === true)
          const result = await testAlertDestination(context, http, destinationId)
          output.result(result, ({ problem }) => problem ?? 'It took the test.')
          return result.isTaken ? EXIT.ok : EXIT.platform
        }),
      )
    })
}

/** @throws CommandProblem where it is no JSON */
function readJson(file: string): unknown {
  try {
    return JSON.parse(readInput(file).toString('utf8'))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandProblem(`${file} is no JSON: ${error.message}.`)
  }
}

function toId(text: string): string {
  if (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text)) return text
  throw new InvalidArgumentError('Give an id as the lists show it.')
}

function toCursor(text: string) {
  const cursor = readAlertCursor(text)
  if (cursor === undefined) throw new InvalidArgumentError('Give the cursor of the page before.')
  return cursor
}

function sayPage({ rows, next, counts }: AlertPage): string {
  const head = `${counts.critical} critical, ${counts.warning} warnings, ${counts.info} for information, ${counts.snoozed} snoozed`
  return [head, ...rows.map(sayAlert), ...(next === null ? [] : [`More: --cursor ${next}`])].join('\n')
}

function sayAlert(alert: Alert): string {
  const { severity, text, openedAt, resolvedAt, snoozedUntil, acknowledgedBy, note } = alert
  const standing = [
    ...(resolvedAt === null ? [] : [`resolved ${resolvedAt}`]),
    ...(snoozedUntil === null ? [] : [`snoozed until ${snoozedUntil}`]),
    ...(acknowledgedBy === null
      ? []
      : [`${acknowledgedBy} looks after it${note === null ? '' : `: ${note}`}`]),
  ]
  const rest = standing.length === 0 ? '' : `  (${standing.join('; ')})`
  return `${alert.alertId}  ${severity.padEnd(8)}  ${openedAt}  ${text.en}${rest}`
}

function sayRule({
  ruleId,
  name,
  kind,
  parameters,
  severity,
  timing,
  destinationIds,
  isOn,
  open,
}: AlertRule): string {
  const told =
    destinationIds.length === 0
      ? 'on the screen alone'
      : `to ${destinationIds.length} destinations, ${timing}`
  return `${ruleId}  ${isOn ? severity : 'off'}  ${name}: ${kind} ${JSON.stringify(parameters)}, ${told}; ${open} open`
}

function sayDestination(destination: AlertDestination): string {
  const { destinationId, name, kind, shown, isOn, waiting, problem, nextTryAt } = destination
  const how = problem === null ? '' : `; fails: ${problem} Tried again ${nextTryAt ?? 'now'}`
  return `${destinationId}  ${name}: ${kind} ${shown}${isOn ? '' : ', off'}, ${waiting} waiting${how}`
}
