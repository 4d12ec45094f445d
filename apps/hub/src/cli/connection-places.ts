import type { CountedPlaceList } from '@plimsoll/client'
import { findConnectionId, tieCountedPlace } from '@plimsoll/sync'
import type { Command } from 'commander'
import { listCountedPlaces } from '../views/counted-places.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** `plimsoll connection places` and `count-place`: what a platform keeps and counts itself. */
export function addConnectionPlaces(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('places'))
    .description('places that the platform keeps and counts itself (FBA, WFS), and what stands for each here')
    .argument('<connection>', 'id or name of a connection')
    .action(async (idOrName: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => listCountedPlaces(context, await findConnectionId(context, idOrName)),
          sayPlaces,
        ),
      )
    })

  addCommonOptions(group.command('count-place'))
    .description('tie such a place to a location of its own: the platform’s count is the truth there')
    .argument('<connection>', 'id or name of a connection')
    .argument('<place>', 'id of the place, as `plimsoll connection places` says it')
    .argument('<location>', 'code of the location that stands for it; none to untie it')
    .action(async (idOrName: string, place: string, location: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, idOrName)
            await tieCountedPlace(context, connectionId, place, location === 'none' ? null : location)
            return await listCountedPlaces(context, connectionId)
          },
          sayPlaces,
        ),
      )
    })
}

function sayPlaces({ rows, problems }: CountedPlaceList): string {
  if (rows.length === 0) return 'Its platform keeps and counts no place of its own.'
  return [
    ...rows.map((row) => {
      if (row.location === null)
        return `${row.externalId} (${row.name}): tied to nothing, so its units are in no figure and its orders reserve nothing`
      const read = row.readAt === null ? 'not read yet' : `read ${row.readAt}`
      return `${row.externalId} (${row.name}) is ${row.location}: ${row.available} available, ${row.held} held, ${row.incoming} on their way, of ${row.stockUnits} stock units; ${row.problems} not booked so; ${read}`
    }),
    ...problems.map(
      ({ stockUnitId, sku, problem }) => `  ! ${stockUnitId}${sku === null ? '' : ` (${sku})`}: ${problem}`,
    ),
  ].join('\n')
}
