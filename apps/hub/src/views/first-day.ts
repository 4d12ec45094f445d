import type { FirstDay } from '@plimsoll/client'

/** What is known of a connection on the way to being live. */
export type ConnectionOnTheWay = {
  connectionId: string
  state: 'draft' | 'shadow' | 'live' | 'paused'
  /** Places of the platform that are sold from, and how many of them are tied to places of ours. */
  places: number
  tiedPlaces: number
  listings: number
  unmatched: number
  /** Numbers that it would write. */
  levels: number
  previews: number
}

export type FirstDayFacts = { locations: number; connections: readonly ConnectionOnTheWay[] }

/**
 * How far a brand is on its first day, by what there is: nobody ticks anything off. With several connections the one that is
 * furthest is followed, since the first that is live ends the day.
 */
export function decideFirstDay({ locations, connections }: FirstDayFacts): FirstDay {
  const furthest = connections.reduce<ConnectionOnTheWay | undefined>(
    (best, each) => (best === undefined || stepsOf(each) > stepsOf(best) ? each : best),
    undefined,
  )
  const done = furthest === undefined ? undefined : doneOf(furthest)
  const connectionId = furthest?.connectionId ?? null
  return {
    isLive: connections.some(({ state }) => state === 'live'),
    steps: [
      { step: 'location', isDone: locations > 0, connectionId: null },
      { step: 'connect', isDone: furthest !== undefined, connectionId: null },
      ...connectionSteps.map((step) => ({ step, isDone: done?.[step] ?? false, connectionId })),
    ],
  }
}

const connectionSteps = ['map-locations', 'import', 'match', 'preview', 'shadow', 'live'] as const

function doneOf(each: ConnectionOnTheWay): Record<(typeof connectionSteps)[number], boolean> {
  const isImported = each.state !== 'draft' && each.listings > 0
  return {
    'map-locations': each.tiedPlaces > 0,
    import: isImported,
    match: isImported && each.unmatched === 0,
    preview: each.previews > 0 || each.state === 'live',
    // It says what it would write, and writes nothing.
    shadow: isImported && each.levels > 0,
    live: each.state === 'live',
  }
}

const stepsOf = (each: ConnectionOnTheWay) => Object.values(doneOf(each)).filter((isDone) => isDone).length
