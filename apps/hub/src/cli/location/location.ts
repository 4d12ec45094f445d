import {
  archiveLocation,
  changeLocation,
  createLocation,
  findLocationByCode,
  type LocationDetail,
  type LocationFields,
  type LocationOutcome,
  listLocations,
  refuse,
  restoreLocation,
} from '@plimsoll/stock'
import { toStockContext } from '@plimsoll/sync'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { HubBase } from '../../hub-base.ts'
import { RefusedByLedger } from '../output.ts'
import { runReading } from '../stock/document-command.ts'
import { addCommonOptions, type CommonOptions } from '../with-hub.ts'
import { binsCommand } from './bins.ts'

const KINDS = ['warehouse', 'store', '3pl', 'overseas', 'marketplace-fulfilled', 'transit'] as const

type Fields = {
  name?: string
  kind?: LocationFields['kind']
  country?: string
  timeZone?: string
  countedBy?: string
  address?: string
  openingDays?: number[]
  holidays?: string[]
  region?: string
  postalCode?: string
  coordinates?: { latitude: number | null; longitude: number | null }
  priority?: number
  cutOff?: string
  capacityPerDay?: number | null
  ships?: boolean | null
}
type Versioned = { ifVersion?: number }

export function locationCommand(program: Command, exit: (code: number) => void): void {
  const group = program.command('location').description('the places that hold stock')

  addCommonOptions(group.command('list'))
    .description('your locations in order of their codes')
    .option('--archived', 'archived ones too')
    .action(async (options: CommonOptions & { archived?: true }) => {
      exit(
        await runReading(
          options,
          async ({ database, context }) => ({
            rows: await listLocations(database.kysely, context.organizationId, {
              archived: options.archived === true,
            }),
          }),
          ({ rows }) => (rows.length === 0 ? 'There is none yet.' : rows.map(toLine).join('\n')),
        ),
      )
    })

  addCommonOptions(group.command('show'))
    .description('one location')
    .argument('<code>', 'its code')
    .action(async (code: string, options: CommonOptions) => {
      exit(await runReading(options, (hub) => getLocation(hub, code), toText))
    })

  const create = group.command('create')
  addCommonOptions(addFieldOptions(create, 'warehouse'))
    .description('make a location; its code names it for good')
    .argument('<code>', 'its code')
    .addHelpText(
      'after',
      '\nExample:\n  plimsoll location create BER --name Berlin --kind 3pl --time-zone Europe/Berlin\n',
    )
    .action(async (code: string, options: CommonOptions & Fields) => {
      const { name = code, kind = 'warehouse' } = options
      exit(
        await runAction(options, ({ database, context }) =>
          createLocation(database, toStockContext(context), { ...fieldsOf(options), code, name, kind }),
        ),
      )
    })

  const change = group.command('change')
  addCommonOptions(addVersionOption(addFieldOptions(change)))
    .description('change what is given; "none" takes away what a location need not have')
    .argument('<code>', 'its code')
    .action(async (code: string, options: CommonOptions & Fields & Versioned) => {
      exit(
        await runAction(options, ({ database, context }) =>
          changeLocation(database, toStockContext(context), {
            code,
            version: options.ifVersion,
            changes: fieldsOf(options),
          }),
        ),
      )
    })

  addCommonOptions(addVersionOption(group.command('archive')))
    .description('put a location away, once nothing is there and nothing is on its way to it')
    .argument('<code>', 'its code')
    .action(async (code: string, options: CommonOptions & Versioned) => {
      exit(
        await runAction(options, ({ database, context }) =>
          archiveLocation(database, toStockContext(context), { code, version: options.ifVersion }),
        ),
      )
    })

  addCommonOptions(addVersionOption(group.command('restore')))
    .description('take an archived location back into use')
    .argument('<code>', 'its code')
    .action(async (code: string, options: CommonOptions & Versioned) => {
      exit(
        await runAction(options, ({ database, context }) =>
          restoreLocation(database, toStockContext(context), { code, version: options.ifVersion }),
        ),
      )
    })

  binsCommand(group, exit)
}

function addFieldOptions(command: Command, kind?: (typeof KINDS)[number]): Command {
  const about = `${KINDS.join(', ')}${kind === undefined ? '' : ` (default: ${kind})`}`
  return command
    .option('--name <name>', `what you call it${kind === undefined ? '' : ' (default: its code)'}`)
    .addOption(new Option('--kind <kind>', about).argParser(toKind))
    .option('--country <code>', 'ISO 3166, two capitals, such as DE or CN')
    .option('--time-zone <zone>', 'IANA, such as Europe/Berlin')
    .option('--counted-by <connection>', 'the connection whose own count is the truth there')
    .option('--address <text>', 'where it is')
    .option('--opening-days <days>', 'weekdays, 1 is Monday, for example 1,2,3,4,5', toDays)
    .option('--holidays <days>', 'closed all the same, for example 2026-12-25,2026-12-26', toList)
    .option('--region <region>', 'as addresses write it, such as CA')
    .option('--postal-code <code>', 'where it is')
    .option('--coordinates <degrees>', 'latitude and longitude, for example 52.53,13.38', toCoordinates)
    .option('--priority <number>', 'when orders are routed: 1 is preferred to 2', toPriority)
    .option('--cut-off <time>', 'local time by which an order leaves on the same day, for example 15:00')
    .option('--capacity-per-day <parcels>', 'parcels that can leave in a day', toCapacity)
    .option(
      '--ships <answer>',
      'yes or no: whether orders leave from here (default: as its kind says)',
      toShips,
    )
}

function addVersionOption(command: Command): Command {
  return command.option('--if-version <number>', 'only if it is still at this version', toVersion)
}

function fieldsOf({
  country,
  countedBy,
  address,
  name,
  kind,
  timeZone,
  openingDays,
  holidays,
  ...more
}: Fields) {
  const orNone = (text: string | undefined) => (text === 'none' ? null : text)
  return {
    name,
    kind,
    timeZone,
    openingDays,
    holidays,
    country: orNone(country),
    countedBy: orNone(countedBy),
    address: orNone(address),
    region: orNone(more.region),
    postalCode: orNone(more.postalCode),
    ...more.coordinates,
    routingPriority: more.priority,
    cutOff: orNone(more.cutOff),
    capacityPerDay: more.capacityPerDay,
    ships: more.ships,
  }
}

async function runAction(
  options: CommonOptions,
  act: (hub: HubBase) => Promise<LocationOutcome>,
): Promise<number> {
  return await runReading(
    options,
    async (hub) => {
      const outcome = await act(hub)
      if (outcome.kind === 'refused') throw new RefusedByLedger(outcome)
      return outcome.location
    },
    toText,
  )
}

async function getLocation({ database, context }: HubBase, code: string): Promise<LocationDetail> {
  const found = await findLocationByCode(database.kysely, context.organizationId, code)
  if (found === undefined) {
    throw new RefusedByLedger(
      refuse('unknown-location', 'code', `There is no location with the code "${code}".`),
    )
  }
  return found
}

function toLine({ code, name, kind, country, archivedAt }: LocationDetail): string {
  return [
    code,
    name,
    kind,
    ...(country === null ? [] : [country]),
    ...(archivedAt === null ? [] : ['archived']),
  ].join('  ')
}

/** ISO 8601 counts from Monday, 1. */
function toWeekday(day: number): string {
  return WEEKDAYS[day - 1] ?? String(day)
}
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']

function toText(location: LocationDetail): string {
  const { timeZone, openingDays, holidays, countedBy, address, version } = location
  return [
    toLine(location),
    `  time zone ${timeZone}; open ${openingDays.map(toWeekday).join(' ')}${holidays.length > 0 ? ` but not on ${holidays.join(', ')}` : ''}`,
    countedBy === null ? '  counted by the hub' : `  counted by the connection ${countedBy}`,
    ...(address === null ? [] : [`  ${address}`]),
    ...toRoutingText(location),
    `  version ${version}`,
  ].join('\n')
}

/** What orders are routed by, where it was given. */
function toRoutingText({
  region,
  postalCode,
  latitude,
  longitude,
  routingPriority,
  cutOff,
  capacityPerDay,
  ships,
}: LocationDetail): string[] {
  const said = [
    ...(region === null ? [] : [`region ${region}`]),
    ...(postalCode === null ? [] : [`postal code ${postalCode}`]),
    ...(latitude === null ? [] : [`at ${latitude}, ${longitude}`]),
    ...(routingPriority === NO_PRIORITY ? [] : [`priority ${routingPriority}`]),
    ...(cutOff === null ? [] : [`cut-off ${cutOff}`]),
    ...(capacityPerDay === null ? [] : [`${capacityPerDay} parcels a day`]),
    ...(ships === null ? [] : [ships ? 'ships orders' : 'ships no orders']),
  ]
  return said.length === 0 ? [] : [`  routing: ${said.join('; ')}`]
}
/** What a location has until somebody says otherwise. */
const NO_PRIORITY = 100

function toCoordinates(text: string): NonNullable<Fields['coordinates']> {
  if (text === 'none') return { latitude: null, longitude: null }
  const [latitude, longitude, ...more] = text
    .split(',')
    .map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  if (
    latitude === undefined ||
    longitude === undefined ||
    more.length > 0 ||
    Number.isNaN(latitude + longitude)
  )
    throw new InvalidArgumentError('Give degrees of latitude and longitude, such as 52.53,13.38, or none.')
  return { latitude, longitude }
}

function toPriority(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('Give a whole number; 1 comes first.')
  return Number(text)
}

function toCapacity(text: string): number | null {
  if (text === 'none') return null
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('Give a whole number of parcels, or none.')
  return Number(text)
}

function toShips(text: string): boolean | null {
  if (text === 'none') return null
  if (text !== 'yes' && text !== 'no') throw new InvalidArgumentError('Give yes, no or none.')
  return text === 'yes'
}

function toKind(text: string): (typeof KINDS)[number] {
  const kind = KINDS.find((each) => each === text)
  if (kind === undefined) throw new InvalidArgumentError(`Give one of: ${KINDS.join(', ')}.`)
  return kind
}

function toDays(text: string): number[] {
  return toList(text).map((day) => {
    if (!/^[1-7]$/.test(day)) throw new InvalidArgumentError('Give weekdays as numbers from 1 (Monday) to 7.')
    return Number(day)
  })
}

function toList(text: string): string[] {
  return text === 'none' ? [] : text.split(',').map((each) => each.trim())
}

function toVersion(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Give a version as a number.')
  return Number(text)
}
