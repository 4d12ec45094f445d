import type { ConnectionLocationList, ConnectionLocationPreview, CountedPlaceList } from '@plimsoll/client'
import {
  acceptHeldCounts,
  changePools,
  findConnectionId,
  type PoolChange,
  previewPools,
  type SyncContext,
  tieCountedPlace,
} from '@plimsoll/sync'
import type { Command } from 'commander'
import { listConnectionLocations, toLocationPreview } from '../views/connection-locations.ts'
import { listCountedPlaces } from '../views/counted-places.ts'
import { runReading } from './stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from './with-hub.ts'

/** `plimsoll connection places`, `sell-from` and `count-place`: the locations of a platform, and ours. */
export function addConnectionPlaces(group: Command, exit: (code: number) => void): void {
  addCommonOptions(group.command('places'))
    .description(
      'locations of its platform, which of yours stand behind each, and what it counts itself (FBA, WFS)',
    )
    .argument('<connection>', 'id or name of a connection')
    .action(async (idOrName: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => readPlaces(context, await findConnectionId(context, idOrName)),
          sayPlaces,
        ),
      )
    })

  addCommonOptions(group.command('sell-from'))
    .description('say which of your locations stand behind a location of its platform')
    .argument('<connection>', 'id or name of a connection')
    .argument('<place>', 'id or name of the place, as `plimsoll connection places` says it')
    .argument(
      '<locations>',
      'codes of your locations, with commas between them; none: nothing of yours lies there',
    )
    .option('--leave', 'with none: leave its numbers as they are; they go to zero else')
    .option('--dry-run', 'say what would change; change nothing')
    .action(
      async (
        idOrName: string,
        place: string,
        locations: string,
        options: CommonOptions & { leave?: true; dryRun?: true },
      ) => {
        const asked = { idOrName, place, locations, isLeft: options.leave === true }
        exit(
          options.dryRun === true
            ? await runReading(options, async ({ context }) => await tryOut(context, asked), sayPreview)
            : await runReading(options, async ({ context }) => await sellFrom(context, asked), sayPlaces),
        )
      },
    )

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
            return await readPlaces(context, connectionId)
          },
          sayPlaces,
        ),
      )
    })

  addCommonOptions(group.command('accept-counts'))
    .description('say that the counts of such a place which are held back are right: they are booked')
    .argument('<connection>', 'id or name of a connection')
    .argument('<place>', 'id of the place, as `plimsoll connection places` says it')
    .action(async (idOrName: string, place: string, options: CommonOptions) => {
      exit(
        await runReading(
          options,
          async ({ context }) => {
            const connectionId = await findConnectionId(context, idOrName)
            await acceptHeldCounts(context, connectionId, place)
            return await readPlaces(context, connectionId)
          },
          sayPlaces,
        ),
      )
    })
}

/** What the platform sells from, and what it keeps and counts itself. */
type Places = CountedPlaceList & { locations: ConnectionLocationList['rows'] }

async function readPlaces(context: SyncContext, connectionId: string): Promise<Places> {
  const [counted, { rows }] = await Promise.all([
    listCountedPlaces(context, connectionId),
    listConnectionLocations(context, connectionId),
  ])
  return { ...counted, locations: rows }
}

type Asked = { idOrName: string; place: string; locations: string; isLeft: boolean }

async function toChange(context: SyncContext, asked: Asked): Promise<[string, PoolChange[]]> {
  const connectionId = await findConnectionId(context, asked.idOrName)
  const { rows } = await listConnectionLocations(context, connectionId)
  const byName = rows.filter(({ name }) => name === asked.place)
  const known = rows.find(({ externalId }) => externalId === asked.place)
  const externalId = known?.externalId ?? (byName.length === 1 ? byName[0]?.externalId : undefined)
  const codes = asked.locations === 'none' ? [] : asked.locations.split(',').map((code) => code.trim())
  const whenEmpty = codes.length > 0 ? undefined : asked.isLeft ? 'leave' : 'zero'
  return [connectionId, [{ externalId: externalId ?? asked.place, locations: codes, whenEmpty }]]
}

async function sellFrom(context: SyncContext, asked: Asked): Promise<Places> {
  const [connectionId, changes] = await toChange(context, asked)
  await changePools(context, connectionId, changes)
  return await readPlaces(context, connectionId)
}

async function tryOut(context: SyncContext, asked: Asked): Promise<ConnectionLocationPreview> {
  const [connectionId, changes] = await toChange(context, asked)
  return toLocationPreview(await previewPools(context, connectionId, changes))
}

function sayPlaces({ rows, problems, locations }: Places): string {
  const kept = locations.filter(({ state }) => state !== 'counted').map(sayLocation)
  return [...kept, sayCounted({ rows, problems })].filter((text) => text !== '').join('\n')
}

function sayLocation(row: ConnectionLocationList['rows'][number]): string {
  const name = `${row.externalId} (${row.name}${row.active ? '' : ', not active'})`
  switch (row.state) {
    case 'kept':
      return `${name} sells from ${row.locations.join(', ')}: shows ${row.shows} of ${row.wanted} units, ${row.levels} levels${row.missing > 0 ? `; ${row.missing} are not stocked there on the platform: stock them there, then import` : ''}`
    case 'emptied':
      return `${name} sells from none of yours and is kept at zero: shows ${row.shows} units, ${row.levels} levels`
    default:
      return `${name} sells from none of yours and is left as it is: ${row.levels} levels known`
  }
}

function sayPreview(preview: ConnectionLocationPreview): string {
  const units = (value: number | null) => value ?? 'left'
  return [
    `${preview.changed} levels would change: ${preview.lowered} lower, ${preview.raised} higher, ${preview.toZero} to zero, ${preview.added} new, ${preview.left} left with ${preview.leftUnits} units. Units shown: ${preview.unitsBefore} now, ${preview.unitsAfter} then.`,
    ...(preview.looked < preview.items ? [`Of ${preview.looked} of ${preview.items} items.`] : []),
    ...(preview.asksFirst ? ['So many zeros would wait for you as a task.'] : []),
    ...preview.rows.map(
      ({ sku, location, before, after }) => `  ${sku} at ${location}: ${units(before)} → ${units(after)}`,
    ),
    'Nothing was changed: this was a trial (--dry-run).',
  ].join('\n')
}

function sayCounted({ rows, problems }: CountedPlaceList): string {
  return [
    ...rows.map((row) => {
      if (row.location === null)
        return `${row.externalId} (${row.name}): tied to nothing, so its units are in no figure and its orders reserve nothing`
      const read = row.readAt === null ? 'not read yet' : `read ${row.readAt}`
      return `${row.externalId} (${row.name}) is ${row.location}: ${row.available} available, ${row.held} held, ${row.incoming} on their way, of ${row.stockUnits} stock units; ${row.problems} not booked so${row.heldBack > 0 ? `, ${row.heldBack} of them held back: see \`plimsoll connection accept-counts\`` : ''}; ${read}`
    }),
    ...problems.map(
      ({ stockUnitId, sku, problem }) => `  ! ${stockUnitId}${sku === null ? '' : ` (${sku})`}: ${problem}`,
    ),
  ].join('\n')
}
