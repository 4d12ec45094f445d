import type { ItemDetail } from '@plimsoll/client'

/**
 * An item as a ship in cross-section, in base units from the keel up. The hull is as deep as what is on hand. What is
 * reserved and held is its cargo, and as much as it weighs it sinks: the water stands where the cargo ends. Above it
 * lies what may be sold; the marks say up to where each channel would load it if it sold all that it shows. What no
 * channel shows is kept clear. Oversold: more cargo than hull, so the ship is under water.
 */
export type Ship = {
  /** Units from keel to deck; 0: there is nothing to draw a hull of. */
  wholeUnits: number
  /** Where the water stands: reserved and held. More than the whole: the ship is under water. */
  waterUnits: number
  /** From the keel up without a gap, none empty, none above the deck. */
  holds: Hold[]
  marks: Mark[]
  /** Where the load line lies: what it would carry if the highest channel sold all that it shows. Null: no channel sells it. */
  lineUnits: number | null
  protection: ShownProtection
  /** Units sold that are not there. */
  shortUnits: number
}
export type HoldName = 'held' | 'reserved' | 'free' | 'clear'
export type Hold = { name: HoldName; from: number; to: number }
/** What the nearest setting comes to now; `broken`: more may be sold than is there. */
export type ShownProtection = 'open' | 'buffered' | 'tightening' | 'guaranteed' | 'broken'
export type Mark = {
  listingId: string
  connectionId: string
  name: string
  /** What it shows, in listing units, and the same in base units. */
  shown: number
  units: number
  /** Where its promise begins and ends. Dealt shares lie upon each other, as compartments do. */
  from: number
  to: number
  /** It shows more than there is: incoming stock that may be promised, a fixed number, a write under way. */
  isBeyond: boolean
}
export type ShipFigures = Pick<
  ItemDetail,
  'onHand' | 'reserved' | 'held' | 'available' | 'listings' | 'protection'
>

export function decideShip(item: ShipFigures): Ship {
  const heldUnits = Math.max(0, item.held)
  const waterUnits = heldUnits + Math.max(0, item.reserved)
  const wholeUnits = Math.max(0, item.onHand)
  const protection = decideProtection(item.protection)
  const marks = placeMarks(item.listings, { waterUnits, wholeUnits, isDealt: isDealt(protection) })
  const lineUnits = marks.length === 0 ? null : Math.max(...marks.map((mark) => mark.to))
  const within = (units: number) => Math.min(units, wholeUnits)
  const cargoTop = within(waterUnits)
  const freeTop = within(Math.max(cargoTop, lineUnits ?? cargoTop))
  const edges: Hold[] = [
    { name: 'held', from: 0, to: within(heldUnits) },
    { name: 'reserved', from: within(heldUnits), to: cargoTop },
    { name: 'free', from: cargoTop, to: freeTop },
    { name: 'clear', from: freeTop, to: wholeUnits },
  ]
  return {
    wholeUnits,
    waterUnits,
    holds: edges.filter((hold) => hold.to > hold.from),
    marks,
    lineUnits,
    protection,
    shortUnits: Math.max(0, -item.available),
  }
}

/** The units are dealt among the channels, so their promises add up. */
export function isDealt(protection: ShownProtection): boolean {
  return protection === 'tightening' || protection === 'guaranteed' || protection === 'broken'
}

function decideProtection(protection: ShipFigures['protection']): ShownProtection {
  if (protection === null) return 'open'
  if (protection.standing !== null) return protection.standing.state
  const isBuffered = protection.channels.some((channel) => channel.protection === 'buffered')
  return isBuffered ? 'buffered' : 'open'
}

/** A listing of which nothing is known to be wanted makes no promise, so it has no mark. */
function placeMarks(
  listings: ShipFigures['listings'],
  { waterUnits, wholeUnits, isDealt }: { waterUnits: number; wholeUnits: number; isDealt: boolean },
): Mark[] {
  let dealt = waterUnits
  return listings.flatMap((listing) => {
    const wanted = listing.levels.flatMap((level) => (level.desired === null ? [] : [level.desired]))
    if (wanted.length === 0) return []
    const shown = wanted.reduce((sum, each) => sum + each, 0)
    const units = shown * listing.unitsPerListing
    const from = isDealt ? dealt : waterUnits
    const to = from + units
    dealt = to
    return [
      {
        listingId: listing.listingId,
        connectionId: listing.connectionId,
        name: listing.connectionName,
        shown,
        units,
        from,
        to,
        isBeyond: units > 0 && to > wholeUnits,
      },
    ]
  })
}

/**
 * Turns units into a height: keel to deck is linear, as draught marks are; what lies above the deck is squeezed, so
 * that ten times too much still has a place on the page.
 * @returns pixels from the top of the drawing
 */
export function heightOf(
  units: number,
  ship: Ship,
  hull: { deck: number; keel: number; above: number },
): number {
  const { wholeUnits } = ship
  if (wholeUnits === 0) return units > 0 ? hull.deck - hull.above : hull.keel
  const share = units / wholeUnits
  if (share <= 1) return hull.keel - Math.max(0, share) * (hull.keel - hull.deck)
  // At 1 it is the deck, and however much more it is stays below the upper edge.
  const over = share - 1
  return hull.deck - hull.above * (over / (over + 0.25))
}
