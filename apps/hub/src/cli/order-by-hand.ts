import type { AllocationRuleAnswer, OrderDetail } from '@plimsoll/client'
import { ALLOCATION_KINDS, type AllocationRule } from '@plimsoll/orders'
import {
  type AskedLine,
  CANCELLATION_REASONS,
  type CancellationReason,
  cancelOrder,
  changeAllocation,
  changeHandOrder,
  createHandOrder,
  HAND_ORDER_KINDS,
  type HandLine,
  type HandOrderKind,
} from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { handOrderChange, newHandOrder, toHandOrderChange, toNewHandOrder } from '../http/hand-order-body.ts'
import { processContext } from '../process-context.ts'
import { getAllocation } from '../views/allocation.ts'
import { getOrder } from '../views/orders.ts'
import { readInput } from './input-file.ts'
import { CommandProblem, RefusedByLedger } from './output.ts'
import { runReading } from './stock/document-command.ts'
import { collect } from './stock/document-lines.ts'
import { toMoment } from './stock/moment.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

const ORDER = 'its id, its number or the platform’s id'
const actor = 'cli'

type CreateOptions = CommonOptions & {
  file?: string
  line: HandLine[]
  kind: HandOrderKind
  number?: string
  location?: string
  reference?: string
  note?: string
  shipBy?: Date
  backorder?: boolean
  key?: string
}

type CancelOptions = CommonOptions & { reason: CancellationReason; note?: string; line: HandLine[] }

/** Orders that people make, and who gets first what comes in. */
export function orderByHandCommands(
  group: Command,
  exit: (code: number) => void,
  say: (order: OrderDetail) => string,
): void {
  addCommonOptions(
    group
      .command('create')
      .description('make an order that no channel knows of: it reserves, and is routed at once')
      .option(
        '--file <file>',
        'a JSON object as POST /api/v1/orders takes it, its recipient too; - for standard input',
      )
      .option(
        '--line <line>',
        'in place of a file: SKU=QUANTITY, or SKU=QUANTITY:UNIT; once for each',
        collect(toLine),
        [],
      )
      .addOption(
        new Option('--kind <kind>', 'manual, b2b, sample, or point-of-sale: it has left with the sale')
          .choices(HAND_ORDER_KINDS)
          .default('manual'),
      )
      .option('--number <number>', 'what people call it (default: the hub gives one)')
      .option('--location <code>', 'sent from there and nowhere else (default: by the routing rules)')
      .option('--reference <text>', 'the customer’s own number of it')
      .option('--note <text>', 'for whoever looks at the order')
      .option('--ship-by <moment>', 'when it must leave, as 2026-12-01T16:00:00Z', toMoment)
      .option('--backorder', 'take it though more is ordered than is free: the rest waits')
      .option('--key <key>', 'under the same key the same order is made once (default: a fresh one)'),
  ).action(async (options: CreateOptions) => {
    const order = toOrder(options)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const outcome = await createHandOrder(context, order)
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getOrder(context, outcome.orderId)
        },
        say,
      ),
    )
  })

  addCommonOptions(
    group
      .command('change')
      .description('change an order that was made by hand; what is left out stays as it is')
      .argument('<order>', ORDER)
      .requiredOption(
        '--file <file>',
        'a JSON object as PATCH /api/v1/orders/ID takes it; - for standard input',
      )
      .option('--if-version <number>', 'only if it is still at this version', toVersion),
  ).action(async (order: string, options: CommonOptions & { file: string; ifVersion?: number }) => {
    const body = parsed(handOrderChange, options.file)
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const change = toHandOrderChange(body, { version: options.ifVersion, actor })
          const outcome = await changeHandOrder(context, order, change)
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getOrder(context, outcome.orderId)
        },
        say,
      ),
    )
  })

  addCommonOptions(
    group
      .command('cancel')
      .description('cancel an order: what has not left is not sent, and its channel is told')
      .argument('<order>', ORDER)
      .addOption(
        new Option('--reason <reason>', 'what its channel is told')
          .choices(CANCELLATION_REASONS)
          .default('other'),
      )
      .option(
        '--line <line>',
        'of a channel’s order, in place of all of it: SKU=QUANTITY, in units of the listing; once for each',
        collect(toLine),
        [],
      )
      .option('--note <text>', 'why, for whoever looks at the order'),
  ).action(async (order: string, options: CancelOptions) => {
    exit(
      await runReading(
        options,
        async ({ context }) => {
          const { reason, note = null, line } = options
          const lines = line.length === 0 ? undefined : toAskedLines(await getOrder(context, order), line)
          const outcome = await cancelOrder(context, order, {
            reason,
            note,
            lines,
            version: undefined,
            actor,
          })
          if (outcome.kind === 'refused') throw new RefusedByLedger(outcome.refusal)
          return await getOrder(context, outcome.orderId)
        },
        say,
      ),
    )
  })

  addCommonOptions(
    group
      .command('allocation')
      .description('which of the orders that wait for an item gets first what comes in; with --rule, say so')
      .addOption(
        new Option('--rule <rule>', 'first-come, channel-priority or promise-date').choices(ALLOCATION_KINDS),
      )
      .option(
        '--channel <connection>',
        'of channel-priority: id or name, by-hand among them; once for each, the first comes first',
        collect((name) => name),
        [],
      ),
  ).action(async (options: CommonOptions & { rule?: AllocationRule['kind']; channel: string[] }) => {
    const { rule: kind, channel: channels } = options
    if (kind === undefined && channels.length > 0)
      throw new CommandProblem('Say --rule channel-priority with the channels.')
    exit(
      await runReading(
        options,
        async ({ context }) => {
          if (kind !== undefined) await changeAllocation(context, { kind, channels, actor })
          return await getAllocation(context)
        },
        sayAllocation,
      ),
    )
  })
}

function toOrder({ file, line, ...options }: CreateOptions) {
  const by = { key: options.key ?? processContext.uuid(), actor }
  if (file !== undefined) {
    if (line.length > 0) throw new CommandProblem('Give --file or --line, not both.')
    return toNewHandOrder(parsed(newHandOrder, file), by)
  }
  if (line.length === 0) throw new CommandProblem('Say what is ordered: --line SKU=QUANTITY, or --file.')
  const { kind, number, location = null, reference, note, shipBy, backorder = false } = options
  return { ...by, kind, number, location, reference, note, shipBy, backorder, lines: line }
}

function parsed<Body>(
  schema: {
    safeParse(
      value: unknown,
    ):
      | { success: true; data: Body }
      | { success: false; error: { issues: { path: PropertyKey[]; message: string }[] } }
  },
  file: string,
): Body {
  const read = schema.safeParse(toJson(file))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const field = issue?.path.join('.') ?? ''
  throw new CommandProblem(
    `${file}: ${field === '' ? 'the object' : field}: ${issue?.message ?? 'is not valid'}.`,
  )
}

function toJson(file: string): unknown {
  const text = readInput(file).toString('utf8')
  try {
    return JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    throw new CommandProblem(`${file} is no JSON: ${error.message}`)
  }
}

function toLine(text: string): HandLine {
  const [, sku, quantity, unit] = /^(.+)=(\d{1,10}(?:\.\d{1,6})?)(?::(.+))?$/.exec(text) ?? []
  if (sku === undefined || !(Number(quantity) > 0))
    throw new InvalidArgumentError('Give SKU=QUANTITY or SKU=QUANTITY:UNIT, such as MUG=2 or MUG=1:case.')
  return { sku, quantity: Number(quantity), ...(unit !== undefined && { unit }) }
}

/** Lines by what they are called; a SKU that two of them have does not tell which is meant. */
function toAskedLines({ number, lines }: OrderDetail, asked: readonly HandLine[]): AskedLine[] {
  return asked.map(({ sku, quantity }) => {
    const [line, second] = lines.filter((each) => each.sku === sku || each.listingSku === sku)
    if (line === undefined) throw new CommandProblem(`Order ${number} has no line of ${sku}.`)
    if (second !== undefined)
      throw new CommandProblem(
        `Order ${number} has several lines of ${sku}: cancel on its page, or through the API.`,
      )
    if (!Number.isInteger(quantity)) throw new CommandProblem(`${sku}: units of a listing are whole.`)
    return { lineId: line.lineId, quantity }
  })
}

function toVersion(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number.')
  return Number(text)
}

const RULES = {
  'first-come': 'Who placed first comes first.',
  'channel-priority': 'Channels come in this order, all others after them; within one, who placed first:',
  'promise-date': 'Who must be sent first comes first, then who placed first.',
} as const

function sayAllocation({ rule, channels }: AllocationRuleAnswer): string {
  return [RULES[rule], ...channels.map(({ name }, nth) => `  ${nth + 1}. ${name}`)].join('\n')
}
