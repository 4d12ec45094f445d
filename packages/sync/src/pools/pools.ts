/**
 * Which of our locations stand behind each location of a platform. Its levels show what is available there, and the platform
 * adds them up for its shoppers: each of our locations stands behind one of them at most, or its units would be promised
 * twice (I5). Pure.
 */

/** A location of a platform as it is now. */
export type PlatformPlace = {
  externalId: string
  name: string
  active: boolean
  countedByPlatform: boolean
  locationIds: readonly string[]
  /** Nothing stands behind it and its levels are kept at zero. */
  isEmptied: boolean
}

export type OwnLocation = {
  locationId: string
  code: string
  isArchived: boolean
  /** What is on its way between two places can be sold at neither. */
  isTransit: boolean
  /** The place that a platform counts itself and that it stands for: what lies there that platform sells, and nobody else. */
  standsFor: string | null
}

/** What a person says of one location of the platform; those that are not named stay as they are. */
export type PoolChange = {
  externalId: string
  /** Codes of ours; none: nothing of ours lies there. */
  locations: readonly string[]
  /**
   * Where none does: `zero` keeps its levels at zero, `leave` writes nothing there, whatever it shows. Unless it is said,
   * what was kept goes to zero, and what was left as it is stays so.
   */
  whenEmpty?: 'zero' | 'leave' | undefined
}

export type DecidedPools =
  | {
      kind: 'decided'
      pool: { externalId: string; locationId: string }[]
      /** Whose levels are kept at zero. */
      emptied: string[]
      isChange: boolean
    }
  | {
      kind: 'refused'
      code: 'unknown-location' | 'wrong-state' | 'doubled-location'
      field: string
      message: string
    }

/** What stands behind each location of a platform once a person's changes are made. */
export function decidePools(
  places: readonly PlatformPlace[],
  ours: readonly OwnLocation[],
  changes: readonly PoolChange[],
): DecidedPools {
  const byCode = new Map(ours.map((location) => [location.code, location]))
  const said = new Map<string, { locationIds: string[]; isEmptied: boolean }>()
  for (const [index, change] of changes.entries()) {
    const place = places.find(({ externalId }) => externalId === change.externalId)
    const field = `locations.${index}.externalId`
    if (place === undefined) {
      const message = `The platform has no location "${change.externalId}"; import the connection's listings again if it is new.`
      return { kind: 'refused', code: 'unknown-location', field, message }
    }
    if (said.has(place.externalId)) {
      return refuse(field, `"${place.name}" is named twice.`)
    }
    if (place.countedByPlatform) {
      const message = `The platform counts "${place.name}" itself, and nothing is written there: tie it to a location of its own.`
      return refuse(field, message)
    }
    const locationIds: string[] = []
    for (const code of new Set(change.locations)) {
      const location = byCode.get(code)
      const problem = problemOf(code, location)
      if (problem !== undefined) return { ...problem, field: `locations.${index}.locations` }
      if (location !== undefined) locationIds.push(location.locationId)
    }
    const isNew = locationIds.some((locationId) => !place.locationIds.includes(locationId))
    if (!place.active && isNew) {
      return refuse(field, `"${place.name}" is not active on the platform, so nothing is sold from there.`)
    }
    said.set(place.externalId, { locationIds: locationIds.sort(), isEmptied: isEmptiedBy(place, change) })
  }
  const after = places.map((place) => ({ place, ...(said.get(place.externalId) ?? place) }))
  const doubled = findDoubled(after, ours)
  if (doubled !== undefined) return doubled
  return {
    kind: 'decided',
    pool: after.flatMap(({ place: { externalId }, locationIds }) =>
      locationIds.map((locationId) => ({ externalId, locationId })),
    ),
    emptied: after.flatMap(({ place: { externalId }, isEmptied }) => (isEmptied ? [externalId] : [])),
    isChange: after.some(
      ({ place, locationIds, isEmptied }) =>
        isEmptied !== place.isEmptied ||
        [...place.locationIds].sort().join(' ') !== [...locationIds].sort().join(' '),
    ),
  }
}

function isEmptiedBy({ locationIds, isEmptied }: PlatformPlace, change: PoolChange): boolean {
  if (change.locations.length > 0) return false
  if (change.whenEmpty !== undefined) return change.whenEmpty === 'zero'
  return isEmptied || locationIds.length > 0
}

function problemOf(code: string, location: OwnLocation | undefined) {
  if (location === undefined) {
    const message = `There is no location with the code "${code}".`
    return { kind: 'refused', code: 'unknown-location', message } as const
  }
  const wrong = (message: string) => ({ kind: 'refused', code: 'wrong-state', message }) as const
  if (location.isArchived) return wrong(`"${code}" is archived: name another, or bring it back.`)
  if (location.isTransit) return wrong(`What is at "${code}" is on its way and cannot be sold from there.`)
  if (location.standsFor !== null) {
    return wrong(`"${code}" stands for ${location.standsFor}, whose platform sells what is there.`)
  }
  return undefined
}

function findDoubled(
  after: readonly { place: PlatformPlace; locationIds: readonly string[] }[],
  ours: readonly OwnLocation[],
): DecidedPools | undefined {
  const behind = new Map<string, PlatformPlace>()
  for (const { place, locationIds } of after) {
    for (const locationId of locationIds) {
      const other = behind.get(locationId)
      if (other !== undefined) {
        const code = ours.find((location) => location.locationId === locationId)?.code ?? locationId
        const message = `"${code}" would stand behind "${other.name}" and "${place.name}": the platform adds up what they show, and would sell it twice.`
        return { kind: 'refused', code: 'doubled-location', field: 'locations', message }
      }
      behind.set(locationId, place)
    }
  }
  return undefined
}

function refuse(field: string, message: string): DecidedPools {
  return { kind: 'refused', code: 'wrong-state', field, message }
}
