import type { MovementPage } from '@plimsoll/client'
import { fromCursor } from '@plimsoll/stock'
import type { Command } from 'commander'
import { getMovements } from '../../views/history.ts'
import { numberIn } from '../number-option.ts'
import { CommandProblem, EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'
import { toMoment } from './moment.ts'

type MovementsOptions = CommonOptions & {
  location?: string
  from?: Date
  to?: Date
  limit: number
  cursor?: string
}

export function movementsCommand(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('movements'))
    .description('the movements of an item, newest first, each with the figures right after it')
    .argument('<sku>', 'the item’s SKU')
    .option('--location <code>', 'at this location alone')
    .option('--from <instant>', 'recorded at this moment or later', toMoment)
    .option('--to <instant>', 'recorded at this moment or before', toMoment)
    .option('--limit <number>', 'so many at most', numberIn({ min: 1, max: 200 }), 20)
    .option('--cursor <cursor>', 'go on where a page ended: its next')
    .action(async (sku: string, options: MovementsOptions) => {
      exit(
        await withHub(options, async ({ context }, output) => {
          const { location, from, to, limit } = options
          const cursor = options.cursor === undefined ? undefined : fromCursor(options.cursor)
          if (options.cursor !== undefined && cursor === undefined) {
            throw new CommandProblem(`"${options.cursor}" is no cursor; give the next of the page before.`)
          }
          const outcome = await getMovements(context, sku, { location, from, to, limit, cursor })
          if (outcome.kind === 'refused') {
            throw new RefusedByLedger(outcome)
          }
          output.result(outcome.answer, toText)
          return EXIT.ok
        }),
      )
    })
}

function toText({ rows, next, archivedBefore }: MovementPage): string {
  return [
    ...(rows.length === 0 ? ['No movements.'] : []),
    ...rows.map((row) => {
      const changes = [
        change('on hand', row.onHandDelta),
        change('reserved', row.reservedDelta),
        change('held', row.heldDelta),
        change('incoming', row.incomingDelta),
      ].flat()
      const about = [row.reference === null ? [] : `order ${row.reference}`, row.reason ?? []]
        .flat()
        .join(', ')
      const late = row.effectiveAt === row.recordedAt ? '' : ` (effective ${row.effectiveAt})`
      return `${row.recordedAt}${late}  ${row.kind} at ${row.locationCode}: ${changes.join(', ')} → on hand ${row.after.onHand}, reserved ${row.after.reserved}, held ${row.after.held}  by ${row.actor}${about === '' ? '' : `: ${about}`}`
    }),
    ...(next === null ? [] : [`… and older ones: --cursor ${next}`]),
    ...(next === null && archivedBefore !== null
      ? [`What was recorded before ${archivedBefore} lies in files; see plimsoll stock archive restore.`]
      : []),
  ].join('\n')
}

function change(name: string, units: number): string[] {
  return units === 0 ? [] : [`${name} ${units > 0 ? '+' : '−'}${Math.abs(units)}`]
}
