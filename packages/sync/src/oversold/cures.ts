import type { OversoldCure, Penalty } from '@plimsoll/connector-kit'

/** What can be done about an order beyond what is there: what shoppers and platforms mind least comes first. */
export const CURES = [
  'another-location',
  'incoming',
  'split',
  'substitute',
  'cancel',
] as const satisfies readonly OversoldCure[]

/** What could serve an oversold item. */
export type CureFacts = {
  /** Locations with units to spare, the most first. */
  spare: readonly { locationCode: string; units: number }[]
  incoming: number
  /** Of the platforms on which the item is oversold. */
  penalties: readonly (Penalty & { connectionName: string })[]
}

export type Cure = {
  cure: OversoldCure
  /** What it could serve, where that is known. */
  units: number | null
  /** Where the units are. */
  locationCodes: string[]
  /** What platforms count against the seller for it, in English, with where that is written. */
  penalties: string[]
  /** The same in both languages. */
  counted: (Pick<Penalty, 'counts' | 'source' | 'verified'> & { connection: string })[]
}

/**
 * The cures of an item, best first: those that no platform counts against the seller, then by how hard the hardest of
 * them does. A location or a shipment is only named where there is one.
 */
export function orderCures({ spare, incoming, penalties }: CureFacts): Cure[] {
  const spareUnits = spare.reduce((sum, { units }) => sum + units, 0)
  const possible = CURES.filter(
    (cure) => (cure !== 'another-location' || spareUnits > 0) && (cure !== 'incoming' || incoming > 0),
  )
  const hardest = (cure: OversoldCure) =>
    Math.max(0, ...penalties.filter((each) => each.cure === cure).map(({ severity }) => severity))
  return possible
    .toSorted((a, b) => hardest(a) - hardest(b) || CURES.indexOf(a) - CURES.indexOf(b))
    .map((cure) => {
      const counted = penalties
        .filter((each) => each.cure === cure)
        .map(({ connectionName, counts, source, verified }) => ({
          ...{ connection: connectionName, counts, source, verified },
        }))
      return {
        cure,
        units: cure === 'another-location' ? spareUnits : cure === 'incoming' ? incoming : null,
        locationCodes: cure === 'another-location' ? spare.map(({ locationCode }) => locationCode) : [],
        penalties: counted.map(
          ({ connection, counts, source, verified }) =>
            `${connection}: ${counts.en} (${source}${verified ? '' : ', not verified'})`,
        ),
        counted,
      }
    })
}

const WORDS: Readonly<Record<OversoldCure, string>> = {
  'another-location': 'ship from another location',
  incoming: 'wait for what is on its way',
  split: 'split: send what is there, the rest later',
  substitute: 'offer a substitute',
  cancel: 'cancel',
}

/** As a person reads it in a task. */
export function describeCures(units: number, cures: readonly Cure[]): string {
  const said = cures.map(({ cure, units, locationCodes, penalties }) => {
    const where = locationCodes.length === 0 ? '' : ` at ${locationCodes.join(', ')}`
    const about = units === null ? '' : ` (${units}${where})`
    const counted = penalties.length === 0 ? '' : ` [counted: ${penalties.join('; ')}]`
    return `${WORDS[cure]}${about}${counted}`
  })
  return `${units} more units are promised than are there. Cures, least harm first: ${said.join('; ')}.`
}
