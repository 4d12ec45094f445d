/**
 * A shipment: units of one order that one location is to send. What moves it:
 *
 * `planned` → `ready` as soon as it is known to whom it goes (or at once, where our own people send it) → `asked` once the
 * warehouse took the request → `received`, `working`, `held` as the warehouse says → `shipped`, `cancelled` or `rejected`, where it
 * ends. A shipment that its warehouse never heard of is cancelled at once; any other only when its warehouse says so.
 */
export type ShipmentState =
  | 'planned'
  | 'ready'
  | 'asked'
  | 'received'
  | 'working'
  | 'held'
  | 'shipped'
  | 'cancelled'
  | 'rejected'

/** What the warehouse says of it. */
export type HeardState = 'received' | 'working' | 'held' | 'rejected' | 'shipped' | 'cancelled'

/** Units may still leave by it. */
export function isOpen(state: ShipmentState): boolean {
  return state !== 'shipped' && state !== 'cancelled' && state !== 'rejected'
}

/** One item of one order line in a shipment, in base units. */
export type ShipmentLine = {
  shipmentLineId: string
  lineId: string
  itemId: string
  units: number
  /** Have left. */
  shipped: number
  /** Will not leave by this shipment. */
  givenUp: number
  /** Of what left: parts of kits and packs whose rest never will, taken off the ledger by themselves. */
  writtenOff: number
}

export function openUnits({ units, shipped, givenUp }: ShipmentLine): number {
  return units - shipped - givenUp
}

const ENDED: Readonly<Record<'shipped' | 'cancelled' | 'rejected', true>> = {
  shipped: true,
  cancelled: true,
  rejected: true,
}

/**
 * The state after the warehouse said one. What has ended stays so, but for `shipped`: it ends all others, for what has left
 * has left. Nothing brings a shipment back before it was taken.
 */
export function afterHearing(from: ShipmentState, heard: HeardState): ShipmentState {
  if (from === 'shipped') return 'shipped'
  if (heard === 'shipped') return 'shipped'
  if (from in ENDED) return from
  return heard
}

/**
 * How the units of a shipment stand after its warehouse said how many of each have left so far, and whether it has ended.
 * Figures only grow: what was told once is not taken back by being told less.
 * @param left base units of each line that its parcels hold
 * @returns the lines, and base units that left and nobody had asked for, by line
 */
export function afterLeaving(
  lines: readonly ShipmentLine[],
  left: ReadonlyMap<string, number>,
  hasEnded: boolean,
): { lines: ShipmentLine[]; beyond: Map<string, number> } {
  const beyond = new Map<string, number>()
  const next = lines.map((line) => {
    const told = Math.max(line.shipped, left.get(line.shipmentLineId) ?? 0)
    const shipped = Math.min(told, line.units)
    if (told > line.units) beyond.set(line.shipmentLineId, told - line.units)
    // What was given up and left all the same has left.
    const givenUp = hasEnded ? line.units - shipped : Math.min(line.givenUp, line.units - shipped)
    return { ...line, shipped, givenUp }
  })
  return { lines: next, beyond }
}
