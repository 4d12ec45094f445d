import type { ValuationPage } from '@plimsoll/client'
import type { ValuationMethod } from '@plimsoll/stock'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { getValuation, setCurrency } from '../../views/valuation.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { toMoment } from './moment.ts'

type ValuationOptions = CommonOptions & {
  method: ValuationMethod
  at?: Date
  sku?: string
  location?: string
  currency?: string
  fromScratch?: boolean
}
type Row = ValuationPage['rows'][number]
type Valuation = Pick<ValuationPage, 'currency' | 'method' | 'at' | 'rows'> & {
  total: Pick<Row, 'units' | 'cost' | 'unpricedUnits' | 'inTransitCost'>
}

const ITEMS_AT_ONCE = 200

export function valuationCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('valuation'))
    .description('what stock cost, by weighted average or FIFO, item by item and in all')
    .addOption(
      new Option('--method <method>', 'average (default) or fifo')
        .choices(['average', 'fifo'])
        .default('average'),
    )
    .option('--at <instant>', 'as of this moment, for example 2026-10-31T23:59:59Z (default: now)', toMoment)
    .option('--sku <sku>', 'this item alone')
    .option('--location <code>', 'what lies at this location alone')
    .option(
      '--from-scratch',
      'read every movement instead of going on from checkpoints: the answer is the same',
    )
    .option('--currency <code>', 'say first which currency costs are in, for example EUR', toCurrency)
    .action(async (options: ValuationOptions) => {
      exit(
        await withHub(options, async ({ context }, output) => {
          if (options.currency !== undefined) answerOf(await setCurrency(context, options.currency))
          const { method, at, sku, location, fromScratch } = options
          // Of one moment: pages of different ones would not add up.
          const query = { method, at: at ?? new Date(context.clock.now()), sku, location, fromScratch }
          let page = answerOf(await getValuation(context, query, { cursor: undefined, limit: ITEMS_AT_ONCE }))
          const rows = [...page.rows]
          while (page.next !== null) {
            page = answerOf(await getValuation(context, query, { cursor: page.next, limit: ITEMS_AT_ONCE }))
            rows.push(...page.rows)
          }
          const { currency, at: valuedAt } = page
          output.result({ currency, method, at: valuedAt, rows, total: totalOf(rows) }, toText)
          return EXIT.ok
        }),
      )
    })
}

function answerOf<T>(
  outcome: { kind: 'answered'; answer: T } | ConstructorParameters<typeof RefusedByLedger>[0],
): T {
  if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
  return outcome.answer
}

function totalOf(rows: readonly Row[]): Valuation['total'] {
  const sum = (of: keyof Valuation['total']) => rows.reduce((total, row) => total + row[of], 0)
  return {
    units: sum('units'),
    cost: sum('cost'),
    unpricedUnits: sum('unpricedUnits'),
    inTransitCost: sum('inTransitCost'),
  }
}

function toText({ currency, method, at, rows, total }: Valuation): string {
  return [
    `Valued by ${method === 'fifo' ? 'FIFO' : 'weighted average'} as of ${at}, in ${currency}:`,
    ...rows.flatMap((row) => [
      `${row.sku}  ${row.name}: ${row.units} units, ${money(row.cost)}${row.unitCost === null ? '' : ` (${money(row.unitCost)} each)`}${unpriced(row.unpricedUnits)}`,
      ...row.places.map(
        (place) =>
          `  ${place.locationCode}: ${place.units} units, ${money(place.cost)}${unpriced(place.unpricedUnits)}`,
      ),
    ]),
    `In all ${total.units} units, ${money(total.cost)}${unpriced(total.unpricedUnits)}${total.inTransitCost === 0 ? '' : `, and ${money(total.inTransitCost)} on its way`}`,
  ].join('\n')
}

function unpriced(units: number): string {
  return units === 0 ? '' : `, ${units} of them of unknown cost`
}

/** Ten-thousandths as a person reads them: all four places, so that nothing is rounded away. */
export function money(amount: number): string {
  const digits = String(Math.abs(amount)).padStart(5, '0')
  return `${amount < 0 ? '−' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`
}

function toCurrency(text: string): string {
  if (!/^[A-Z]{3}$/.test(text))
    throw new InvalidArgumentError('Give the three capital letters of a currency, such as EUR.')
  return text
}
