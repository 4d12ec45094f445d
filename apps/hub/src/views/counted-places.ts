import type { CountedPlaceList } from '@plimsoll/client'
import { readCountedPlaces, type SyncContext } from '@plimsoll/sync'

/** What a connection's platform keeps and counts itself, as the API tells it. */
export async function listCountedPlaces(
  context: SyncContext,
  connectionId: string,
): Promise<CountedPlaceList> {
  const { rows, problems } = await readCountedPlaces(context, connectionId)
  return {
    rows: rows.map(({ locationCode, locationId: _, tiedAt: __, readAt, ...row }) => ({
      ...row,
      location: locationCode,
      readAt: readAt?.toISOString() ?? null,
    })),
    problems,
  }
}
