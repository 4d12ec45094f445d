import type { Tx } from '@plimsoll/database'
import { sql } from 'kysely'
import type { StockContext } from '../context.ts'
import { findLocations, type Location } from '../items.store.ts'

export type TransitLocation = Location & { isNew: boolean }

/**
 * The organization's transit location, or the one that is to be made for it. Where there is none, the organization is
 * locked until the transaction ends: two first transfers at once must not make two.
 */
export async function findTransitLocation(tx: Tx, context: StockContext): Promise<TransitLocation> {
  const { organizationId } = context
  const known = transitOf(await findLocations(tx, organizationId))
  if (known !== undefined) return { ...known, isNew: false }
  await sql`select from organization where organization_id = ${organizationId} for no key update`.execute(tx)
  const locations = await findLocations(tx, organizationId)
  const made = transitOf(locations)
  if (made !== undefined) return { ...made, isNew: false }
  return {
    locationId: context.uuid(),
    code: freeCode(new Set(locations.map(({ code }) => code))),
    name: 'In transit',
    kind: 'transit',
    timeZone: 'UTC',
    archivedAt: null,
    isNew: true,
  }
}

export async function insertTransitLocation(
  tx: Tx,
  context: StockContext,
  { locationId, code, name, kind }: TransitLocation,
): Promise<void> {
  await sql`
    insert into location (organization_id, location_id, code, name, kind, created_at)
    values (${context.organizationId}, ${locationId}, ${code}, ${name}, ${kind}, ${context.now()})`.execute(
    tx,
  )
}

function transitOf(locations: readonly Location[]): Location | undefined {
  return locations.find(({ kind, archivedAt }) => kind === 'transit' && archivedAt === null)
}

function freeCode(taken: ReadonlySet<string>): string {
  for (let number = 1; ; number += 1) {
    const code = number === 1 ? 'TRANSIT' : `TRANSIT-${number}`
    if (!taken.has(code)) return code
  }
}
