import type { Destination } from './routing-rules.ts'

const EARTH_RADIUS_KM = 6_371
const RADIANS = Math.PI / 180

/** Where coordinates are missing: no measurement, only an order of near and far. */
const SAME_REGION_KM = 150
const SAME_COUNTRY_KM = 500
const ELSEWHERE_KM = 5_000

type Place = {
  country: string | null
  region: string | null
  latitude: number | null
  longitude: number | null
}

/**
 * Whole kilometres through the air between a place and where an order goes; where either has no coordinates, a rough figure
 * by region and country. Of an unknown destination it is the same for every place.
 */
export function kilometresBetween(place: Place, destination: Destination | undefined): number {
  if (destination === undefined) return 0
  const { latitude, longitude } = destination
  if (
    latitude !== undefined &&
    longitude !== undefined &&
    place.latitude !== null &&
    place.longitude !== null
  ) {
    return greatCircleKm(place.latitude, place.longitude, latitude, longitude)
  }
  if (place.country !== destination.country) return ELSEWHERE_KM
  const isSameRegion = place.region !== null && place.region === destination.region
  return isSameRegion ? SAME_REGION_KM : SAME_COUNTRY_KM
}

/** By the haversine formula, which stays exact for points that are close to each other. */
function greatCircleKm(fromLatitude: number, fromLongitude: number, latitude: number, longitude: number) {
  const north = Math.sin(((latitude - fromLatitude) * RADIANS) / 2)
  const east = Math.sin(((longitude - fromLongitude) * RADIANS) / 2)
  const chord = north * north + Math.cos(fromLatitude * RADIANS) * Math.cos(latitude * RADIANS) * east * east
  return Math.round(2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(chord))))
}
