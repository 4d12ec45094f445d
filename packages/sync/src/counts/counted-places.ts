import { inTransaction } from '@plimsoll/database'
import { changeLocation, findLocations } from '@plimsoll/stock'
import { findConnection } from '../connections/connections.store.ts'
import { sendsForOthers } from '../connections/sends-for-others.ts'
import { nowOf, type SyncContext, toStockContext } from '../context.ts'
import { syncProblem } from '../errors.ts'
import { notify } from '../notify.ts'
import {
  type CountedProblem,
  deleteTie,
  findCountProblems,
  findOtherUses,
  findPlaces,
  insertTie,
  type PlaceRow,
} from './counted-places.store.ts'
import { forgetHeldBack } from './held-back.ts'

export type CountedPlaces = { rows: PlaceRow[]; problems: CountedProblem[] }

const PROBLEMS_MAX = 100

/** The places that a connection's platform counts, what stands for each, and what of it is not in the ledger and why. */
export async function readCountedPlaces(context: SyncContext, connectionId: string): Promise<CountedPlaces> {
  const { database, organizationId } = context
  const [rows, problems] = await Promise.all([
    findPlaces(database.kysely, organizationId, connectionId),
    findCountProblems(database.kysely, organizationId, connectionId, PROBLEMS_MAX),
  ])
  return { rows, problems }
}

/**
 * Ties a place that the platform counts to one of our locations: from now on the platform's count is the truth there. The
 * location is for that alone: what the hub shows on channels does not lie in it, unless the platform sends for others too;
 * and what it keeps it sells itself, so that it is never shown there as ours.
 * @param locationCode null: unties it; what was booked stays, and changes no more
 * @throws SyncProblem naming what is in the way
 */
export async function tieCountedPlace(
  context: SyncContext,
  connectionId: string,
  externalId: string,
  locationCode: string | null,
): Promise<void> {
  const { database, organizationId } = context
  const places = await findPlaces(database.kysely, organizationId, connectionId)
  const place = places.find((each) => each.externalId === externalId)
  if (place === undefined) {
    const message = `The platform counts no place "${externalId}"; import the connection's listings again if it is new.`
    throw syncProblem('unknown-location', 'place', message)
  }
  if (place.locationCode === locationCode) return
  if (place.locationCode !== null) await untie(context, connectionId, place)
  if (locationCode !== null) await tie(context, connectionId, { externalId, locationCode })
}

async function tie(
  context: SyncContext,
  connectionId: string,
  { externalId, locationCode }: { externalId: string; locationCode: string },
): Promise<void> {
  const { database, organizationId } = context
  const location = (await findLocations(database.kysely, organizationId)).find(
    ({ code }) => code === locationCode,
  )
  if (location === undefined)
    throw syncProblem('unknown-location', 'location', `There is no location with the code "${locationCode}".`)
  const connection = await findConnection(database.kysely, organizationId, connectionId)
  const connector = context.connectors.get(connection?.connector ?? '')
  const uses = await findOtherUses(database.kysely, organizationId, location.locationId, {
    isSending: sendsForOthers(connector, connection?.settings),
    // A warehouse sells nothing itself.
    channelId: connector?.manifest.kind === 'warehouse' ? undefined : connectionId,
  })
  if (uses.length > 0) {
    const message = `"${locationCode}" is used otherwise: ${uses.join('; ')}. Make a location for this place alone.`
    throw syncProblem('wrong-state', 'location', message)
  }
  await markCountedBy(context, locationCode, connectionId)
  await inTransaction(database, async (tx) => {
    await insertTie(tx, organizationId, {
      connectionId,
      externalId,
      locationId: location.locationId,
      at: nowOf(context),
    })
    // Whoever works the connection reads at once.
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
}

async function untie(context: SyncContext, connectionId: string, place: PlaceRow): Promise<void> {
  const { database, organizationId } = context
  await inTransaction(database, async (tx) => {
    await deleteTie(tx, organizationId, { connectionId, externalId: place.externalId })
    await forgetHeldBack(context, tx, { connectionId, externalId: place.externalId })
    await notify(tx, organizationId, { kind: 'connection', connectionIds: [connectionId] })
    await notify(tx, organizationId, { kind: 'screen', topics: ['connections'], itemIds: [] })
  })
  if (place.locationCode !== null) await markCountedBy(context, place.locationCode, null)
}

/** The location says so itself: it is counted by that connection, or by the hub. */
async function markCountedBy(context: SyncContext, code: string, connectionId: string | null): Promise<void> {
  const changes = { countedBy: connectionId }
  const outcome = await changeLocation(context.database, toStockContext(context), { code, changes })
  if (outcome.kind === 'refused') throw syncProblem('wrong-state', 'location', outcome.message)
}
