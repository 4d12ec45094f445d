import { type Database, inTransaction, type Tx } from '@plimsoll/database'
import type { StockContext } from '../context.ts'
import { isUuid } from '../documents/uuids.ts'
import { type Refusal, refuse } from '../errors.ts'
import { findBadLocation, type LocationDetail, type LocationFields, NEW_LOCATION } from './location.ts'
import {
  findLocationByCode,
  findLocationUse,
  hasConnection,
  insertLocation,
  type LocationUse,
  lockLocation,
  updateLocation,
} from './locations.store.ts'

export type LocationOutcome = { kind: 'done'; location: LocationDetail } | Refusal
type Given<Fields> = { [Field in keyof Fields]?: Fields[Field] | undefined }
type Transacting = Pick<Database, 'runTransaction' | 'counters' | 'timing'>

/** Makes a location. Its code names it for good; making the very same again answers the one that is there. */
export async function createLocation(
  database: Transacting,
  context: StockContext,
  wanted: { code: string } & Pick<LocationFields, 'name' | 'kind'> & Given<LocationFields>,
): Promise<LocationOutcome> {
  const { code, ...given } = wanted
  const fields = withGiven({ ...NEW_LOCATION, name: wanted.name, kind: wanted.kind }, given)
  const bad = findBadLocation(code, fields)
  if (bad !== undefined) return bad
  return await inTransaction(database, async (tx) => {
    const unknown = await findUnknownCounter(tx, context.organizationId, fields)
    if (unknown !== undefined) return unknown
    const isNew = await insertLocation(tx, context, { ...fields, code, locationId: context.uuid() })
    const location = await findLocationByCode(tx, context.organizationId, code)
    if (location === undefined) throw new Error('a location that was inserted or conflicted is there')
    return isNew || isSame(location, fields)
      ? { kind: 'done', location }
      : refuse('location-exists', 'code', `There is a location "${code}" already: ${location.name}.`)
  })
}

/**
 * Changes what is given of a location.
 * @param version the one that the change was made for; undefined: whatever it is
 */
export async function changeLocation(
  database: Transacting,
  context: StockContext,
  request: { code: string; version?: number | undefined; changes: Given<LocationFields> },
): Promise<LocationOutcome> {
  return await change(database, context, request, async (tx, location) => {
    const fields = withGiven(location, request.changes)
    return (
      findBadLocation(location.code, fields) ??
      (await findUnknownCounter(tx, context.organizationId, fields)) ?? { kind: 'done', location: fields }
    )
  })
}

/** Puts a location away, once nothing is there and nothing is on its way; its history stays. */
export async function archiveLocation(
  database: Transacting,
  context: StockContext,
  request: { code: string; version?: number | undefined },
): Promise<LocationOutcome> {
  return await change(database, context, request, async (tx, location) => {
    const use = await findLocationUse(tx, context.organizationId, location.locationId)
    const reasons = describeUse(use)
    return reasons.length > 0
      ? refuse('location-in-use', 'code', `"${location.code}" cannot be archived: ${reasons.join('; ')}.`)
      : { kind: 'done', location: { ...location, archivedAt: context.now().toISOString() } }
  })
}

/** Takes an archived location back into use. */
export async function restoreLocation(
  database: Transacting,
  context: StockContext,
  request: { code: string; version?: number | undefined },
): Promise<LocationOutcome> {
  return await change(database, context, request, async (_, location) => ({
    kind: 'done',
    location: { ...location, archivedAt: null },
  }))
}

async function change(
  database: Transacting,
  context: StockContext,
  { code, version }: { code: string; version?: number | undefined },
  decide: (tx: Tx, location: LocationDetail) => Promise<LocationOutcome>,
): Promise<LocationOutcome> {
  return await inTransaction(database, async (tx) => {
    const location = await lockLocation(tx, context.organizationId, code)
    if (location === undefined) {
      return refuse('unknown-location', 'code', `There is no location with the code "${code}".`)
    }
    if (version !== undefined && version !== location.version) {
      return refuse(
        'version-changed',
        'If-Match',
        `"${code}" is at version ${location.version}, not ${version}.`,
      )
    }
    const decided = await decide(tx, location)
    if (decided.kind === 'refused') return decided
    // What changes nothing is no new version: it may be sent again.
    if (JSON.stringify(decided.location) === JSON.stringify(location)) return decided
    const changed = { ...decided.location, version: location.version + 1 }
    await updateLocation(tx, context.organizationId, changed)
    return { kind: 'done', location: changed }
  })
}

async function findUnknownCounter(
  tx: Tx,
  organizationId: string,
  { countedBy }: LocationFields,
): Promise<Refusal | undefined> {
  if (countedBy === null) return undefined
  return isUuid(countedBy) && (await hasConnection(tx, organizationId, countedBy))
    ? undefined
    : refuse('invalid-location', 'countedBy', `There is no connection ${countedBy}.`)
}

function describeUse({ skus, transfers, inboundShipments, stockCounts }: LocationUse): string[] {
  const [shown, more] = [skus.slice(0, 5), skus.length > 5]
  return [
    ...(shown.length > 0
      ? [`it holds, reserves or awaits units of ${shown.join(', ')}${more ? ' and more' : ''}`]
      : []),
    ...named(transfers, 'open transfer'),
    ...named(inboundShipments, 'open inbound shipment'),
    ...named(stockCounts, 'open stock count'),
  ]
}

function named(number: number, what: string): string[] {
  return number === 0 ? [] : [`${number} ${what}${number === 1 ? ' names' : 's name'} it`]
}

function withGiven<Fields extends LocationFields>(fields: Fields, given: Given<LocationFields>): Fields {
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const merged = { ...fields, ...known }
  return {
    ...merged,
    openingDays: [...new Set(merged.openingDays)].sort(),
    holidays: [...new Set(merged.holidays)].sort(),
  }
}

function isSame(location: LocationDetail, fields: LocationFields): boolean {
  return (Object.keys(fields) as (keyof LocationFields)[]).every(
    (field) => JSON.stringify(location[field]) === JSON.stringify(fields[field]),
  )
}
