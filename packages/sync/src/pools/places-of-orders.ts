/** Where the orders of a connection reserve: at what stands behind the location of the platform that they name. */
export type OrderPlaces = {
  /** By location of the platform. Null: the platform keeps it itself and nothing stands for it, so nothing is reserved. */
  of: ReadonlyMap<string, string | null>
  /** Of orders that name none, or one that nothing stands behind. */
  otherwise: string
}

export type PlaceOfOrders = {
  externalId: string
  countedByPlatform: boolean
  /** The location that stands for one that the platform counts. */
  tiedTo: string | null
  /** What stands behind one that it does not count, in order of their codes. */
  locationIds: readonly string[]
}

/**
 * One location: there. Of several the connection's own, where it is among them, else the first; they are one pool, and
 * what is lacking at one is kept free at the others. An order that reserved where no level of its platform looks would
 * leave on sale what it took (I5), so the connection's own location is used only where it stands behind something, or
 * where nothing does. Pure.
 * @param connection `isCountRead`: the platform says what it counts itself
 */
export function decideOrderPlaces(
  places: readonly PlaceOfOrders[],
  { defaultLocationId, isCountRead }: { defaultLocationId: string; isCountRead: boolean },
): OrderPlaces {
  const pickOf = (locationIds: readonly string[]) =>
    locationIds.includes(defaultLocationId) ? defaultLocationId : locationIds[0]
  const of = new Map<string, string | null>()
  for (const { externalId, countedByPlatform, tiedTo, locationIds } of places) {
    if (countedByPlatform) {
      // Where its count is not read, nobody can tie it.
      if (isCountRead || tiedTo !== null) of.set(externalId, tiedTo)
    } else {
      const picked = pickOf(locationIds)
      if (picked !== undefined) of.set(externalId, picked)
    }
  }
  const behindAny = places.filter((place) => !place.countedByPlatform).flatMap((place) => place.locationIds)
  return { of, otherwise: pickOf(behindAny) ?? defaultLocationId }
}
