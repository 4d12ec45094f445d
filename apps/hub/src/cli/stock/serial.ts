import type { SerialLives } from '@plimsoll/client'
import { refuse } from '@plimsoll/stock'
import type { Command } from 'commander'
import { findSerialLives } from '../../views/serials.store.ts'
import { EXIT, RefusedByLedger } from '../output.ts'
import { addCommonOptions, type CommonOptions, withHub } from '../with-hub.ts'

/** `plimsoll stock serial show`. */
export function serialCommand(group: Command, exit: (code: number) => void): void {
  const serials = group.command('serial').description('single units by their serial number')
  addCommonOptions(serials.command('show'))
    .description('the whole life of the unit with this serial number')
    .argument('<serial>', 'the serial number, as it was told')
    .action(async (serial: string, options: CommonOptions) => {
      exit(
        await withHub(options, async ({ context, database }, output) => {
          const lives = await findSerialLives(database.kysely, context.organizationId, serial)
          if (lives.rows.length === 0) {
            const message = `No unit has the serial "${serial}".`
            throw new RefusedByLedger(refuse('unknown-serial', 'serial', message))
          }
          output.result(lives, toText)
          return EXIT.ok
        }),
      )
    })
}

function toText({ rows }: SerialLives): string {
  return rows
    .flatMap((unit) => [
      `${unit.serial}  ${unit.sku}  ${unit.name}: ${unit.state}, ${unit.state === 'shipped' ? 'left from' : 'at'} ${unit.locationCode}`,
      ...unit.events.map((event) => {
        const order = event.orderNumber === null ? '' : ` with order ${event.orderNumber}`
        const why = event.reason === null ? '' : `: ${event.reason}`
        return `  ${event.effectiveAt}  ${event.kind} at ${event.locationCode}${order} by ${event.actor}${why}`
      }),
    ])
    .join('\n')
}
