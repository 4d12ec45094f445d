import type { ConnectionLocationList, ConnectionLocationPreview } from '@plimsoll/client'
import { type PlaceWithLevels, type PoolPreview, readPools, type SyncContext } from '@plimsoll/sync'

/** The locations of a connection's platform and what stands behind each, as the API tells it. */
export async function listConnectionLocations(
  context: SyncContext,
  connectionId: string,
): Promise<ConnectionLocationList> {
  const { version, rows } = await readPools(context, connectionId)
  return {
    version,
    rows: rows.map(({ externalId, name, active, locationCodes, levels, missing, shows, wanted, ...row }) => ({
      externalId,
      name,
      active,
      state: stateOf({ ...row, locationCodes }),
      locations: locationCodes,
      levels,
      missing,
      shows,
      wanted,
    })),
  }
}

function stateOf(
  row: Pick<PlaceWithLevels, 'countedByPlatform' | 'locationCodes' | 'isEmptied'>,
): ConnectionLocationList['rows'][number]['state'] {
  if (row.countedByPlatform) return 'counted'
  if (row.locationCodes.length > 0) return 'kept'
  return row.isEmptied ? 'emptied' : 'left'
}

export function toLocationPreview({ rows, ...preview }: PoolPreview): ConnectionLocationPreview {
  return {
    ...preview,
    rows: rows.map(({ sku, title, externalLocation, before, after }) => ({
      sku,
      title,
      location: externalLocation,
      before,
      after,
    })),
  }
}
