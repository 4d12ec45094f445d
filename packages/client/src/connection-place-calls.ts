import type {
  ConnectionLocationList,
  ConnectionLocationPreview,
  CountedPlaceList,
} from './connection-shapes.ts'
import type { Send } from './place-calls.ts'

/** What stands behind one location of a platform; see `PUT /connections/:id/locations`. */
export type LocationChange = {
  externalId: string
  locations: readonly string[]
  whenEmpty?: 'zero' | 'leave'
}

type Signal = AbortSignal | undefined

/** Calls about the places of a connection's platform: those that it sells from, and those that it counts itself. */
export function connectionPlaceCalls(call: Send) {
  const id = encodeURIComponent
  const get = <T>(path: string, signal?: Signal) => call<T>('GET', path, undefined, signal)
  return {
    /** What the platform keeps and counts itself. */
    countedPlaces: (connectionId: string, signal?: Signal) =>
      get<CountedPlaceList>(`/connections/${id(connectionId)}/places`, signal),
    tieCountedPlace: (connectionId: string, externalId: string, location: string | null) =>
      call<CountedPlaceList>('PUT', `/connections/${id(connectionId)}/places/${id(externalId)}`, {
        location,
      }),
    /** What is held back of its counts there is right: it is booked. */
    acceptCounts: (connectionId: string, externalId: string) =>
      call<CountedPlaceList>('POST', `/connections/${id(connectionId)}/places/${id(externalId)}/accept`),
    /** The platform's locations, and which of ours stand behind each. */
    connectionLocations: (connectionId: string, signal?: Signal) =>
      get<ConnectionLocationList>(`/connections/${id(connectionId)}/locations`, signal),
    /** What a change would come to; nothing is written. */
    previewConnectionLocations: (connectionId: string, locations: readonly LocationChange[]) =>
      call<ConnectionLocationPreview>('POST', `/connections/${id(connectionId)}/locations/preview`, {
        locations,
      }),
    /** @param version of the list that it is meant for */
    changeConnectionLocations: (
      connectionId: string,
      locations: readonly LocationChange[],
      version: number,
    ) =>
      call<ConnectionLocationList>(
        'PUT',
        `/connections/${id(connectionId)}/locations`,
        { locations },
        undefined,
        version,
      ),
  }
}
