import type { OrderRouting, RoutingRulesAnswer, RoutingTrialAnswer } from '@plimsoll/client'
import { type RoutingRules, routingRules } from '@plimsoll/orders'
import { type Command, InvalidArgumentError } from 'commander'
import type { z } from 'zod'
import { explainOrderRouting, getRoutingRules, setRoutingRules, tryRoutingRules } from '../views/routing.ts'
import { readInput } from './input-file.ts'
import { numberIn } from './number-option.ts'
import { CommandProblem } from './output.ts'
import { readOrdersFile } from './routing-orders-file.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

type TryOptions = CommonOptions & {
  rules?: string
  orders: number
  since?: Date
  ordersFile?: string
  limit: number
}

export function routingCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('routing').description('from which locations orders are sent')

  addCommonOptions(group.command('show'))
    .description('the rules in force, one a line, in the order in which they count')
    .action(async (options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => getRoutingRules(context), sayRules))
    })

  addCommonOptions(
    group
      .command('set')
      .description('put the rules of a file in force; the ones before are kept')
      .argument('<file>', 'a JSON list, or one rule a line as show prints them; - for standard input')
      .option(
        '--if-version <number>',
        'only if the rules are still at this version',
        numberIn({ min: 0, max: 1e9 }),
      ),
  ).action(async (file: string, options: CommonOptions & { ifVersion?: number }) => {
    const rules = readRules(file)
    exit(
      await runReading(
        options,
        ({ context }) => setRoutingRules(context, { rules, version: options.ifVersion, actor: 'cli' }),
        sayRules,
      ),
    )
  })

  addCommonOptions(
    group
      .command('try')
      .description('what rules would have come to on past orders, beside those in force; changes nothing')
      .option('--rules <file>', 'the rules to try; left out: those in force')
      .option('--orders <number>', 'the newest so many', numberIn({ min: 1, max: 100_000 }), 1_000)
      .option(
        '--since <day>',
        'only orders placed since, as 2026-11-01 or an instant with its offset',
        toSince,
      )
      .option(
        '--orders-file <file>',
        'orders of a JSON file, with their destinations, in place of stored ones',
      )
      .option('--limit <number>', 'differences told one by one', numberIn({ min: 0, max: 10_000 }), 20),
  ).action(async (options: TryOptions) => {
    const { orders, since, limit, ordersFile } = options
    const rules = options.rules === undefined ? undefined : readRules(options.rules)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const given = ordersFile === undefined ? undefined : await readOrdersFile(context, ordersFile)
          return await tryRoutingRules(context, { rules, orders, since, limit, given })
        },
        sayTrial,
      ),
    )
  })

  addCommonOptions(group.command('explain'))
    .description('from where what is open of an order would be sent now, and why from there')
    .argument('<order>', 'its id, its number or the platform’s id')
    .action(async (order: string, options: CommonOptions) => {
      exit(await runReading(options, ({ context }) => explainOrderRouting(context, order), sayRouting))
    })
}

/** A JSON list, or a rule on each line. @throws CommandProblem naming the rule that is wrong */
function readRules(file: string): RoutingRules {
  const text = readInput(file).toString('utf8').trim()
  const parsed = routingRules.safeParse(text.startsWith('[') ? parse(text, file) : parseLines(text, file))
  if (parsed.success) return parsed.data
  throw new CommandProblem(`${file}: ${parsed.error.issues.slice(0, 5).map(sayIssue).join('; ')}.`)
}

function parseLines(text: string, file: string): unknown[] {
  const lines = text.split('\n').map((line) => line.trim().replace(/,$/, ''))
  return lines.filter((line) => line !== '').map((line) => parse(line, file))
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandProblem(`${file} is no JSON: ${error.message}`)
  }
}

function sayIssue({ path, message }: z.core.$ZodIssue): string {
  const [index, ...field] = path
  const where = typeof index === 'number' ? `rule ${index + 1}` : 'the rules'
  return `${[where, ...field].join(' ')}: ${message}`
}

function toSince(text: string): Date {
  const at = new Date(text)
  if (!/^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) || Number.isNaN(at.getTime()))
    throw new InvalidArgumentError('Give a day, such as 2026-11-01, or an instant with its offset.')
  return at
}

function sayRules({ version, actor, savedAt, rules }: RoutingRulesAnswer): string {
  const head =
    version === 0 ? 'The defaults: nobody has set others.' : `Version ${version}, by ${actor} at ${savedAt}.`
  return [head, ...rules.map((rule) => JSON.stringify(rule))].join('\n')
}

function sayTrial({
  orders,
  withDestination,
  present,
  tried,
  changed,
  differences,
}: RoutingTrialAnswer): string {
  const said = (name: string, summary: RoutingTrialAnswer['present']) => {
    const { parcels, split, waitingOrders, waitingUnits, cost, byLocation } = summary
    return [
      `${name}: ${parcels} parcels, ${split} orders split; ${waitingUnits} units of ${waitingOrders} orders wait${cost === null ? '' : `; cost ${cost}`}.`,
      ...byLocation.map((each) => `  ${each.code}  ${each.parcels} parcels, ${each.units} units`),
      ...Object.entries(summary.because).map(([because, units]) => `  waiting, ${because}: ${units} units`),
    ]
  }
  return [
    `${orders} orders, ${withDestination} of them with a destination.`,
    ...said('In force', present),
    ...said('Tried', tried),
    `${changed} orders would leave from elsewhere.`,
    ...differences.map(
      ({ number, ...each }) => `  ${number}: ${sayCodes(each.present)} → ${sayCodes(each.tried)}`,
    ),
  ].join('\n')
}

function sayCodes(codes: readonly string[]): string {
  return codes.length === 0 ? 'nowhere' : codes.join(' + ')
}

function sayRouting({ number, parcels, waiting, why }: OrderRouting): string {
  return [
    ...(parcels.length === 0 ? [`Nothing of ${number} would be sent now.`] : []),
    ...parcels.map(
      ({ location, lines }) =>
        `${number} from ${location}: ${lines.map(({ sku, units }) => `${units} × ${sku}`).join(', ')}`,
    ),
    ...waiting.map(({ sku, units, because }) => `waits: ${units} × ${sku}, ${because}`),
    ...(why.destinationKnown ? [] : ['Where it goes is not known: rules about destinations did not count.']),
    ...why.places.map((place) => `  ${place.code}  ${sayVerdict(place)}`),
  ].join('\n')
}

function sayVerdict({
  verdict,
  rule,
  kind,
  chosen,
  alone,
  kept,
}: OrderRouting['why']['places'][number]): string {
  const named = rule === null ? kind : `rule ${rule + 1}, ${kind}`
  switch (verdict) {
    case 'chosen':
      return 'chosen'
    case 'excluded':
      return `excluded by ${named}`
    case 'empty':
      return kept === true
        ? 'nothing may leave from there: rules keep back what there is'
        : 'has nothing of it'
    case 'worse':
      return `alone worse by ${named}: ${alone} against ${chosen}`
    default: {
      const never: never = verdict
      return never
    }
  }
}
