import type { PlannedShipment, RoutingLine, RoutingPlace, WaitingOrder } from '@plimsoll/orders'
import type { Sender } from './warehouse-units.store.ts'

/**
 * The places that an order may be sent from, whoever counts them. What a channel keeps leaves only where it sends for
 * others, and its own orders are not sent from there: those it sells and sends by itself. Pure.
 * @param channelId the order's channel; undefined: of any
 */
export function placesToSendFrom(
  places: readonly RoutingPlace[],
  senders: readonly Sender[],
  channelId: string | undefined,
): RoutingPlace[] {
  const byLocation = new Map(senders.map((sender) => [sender.locationId, sender]))
  return places.flatMap((place) => {
    const sender = byLocation.get(place.locationId)
    if (sender === undefined) return [place]
    if (!sender.sends || sender.warehouseId === channelId) return []
    // Such a location ships nothing unless somebody says so, or its platform sends for others.
    return place.kind === 'marketplace-fulfilled' ? [{ ...place, ships: place.ships ?? true }] : [place]
  })
}

/**
 * The same orders, none of which is sent from where its own channel keeps things: those that one sells and sends by itself.
 * Pure.
 */
export function avoidingTheirChannels(
  orders: readonly WaitingOrder[],
  senders: readonly Sender[],
): WaitingOrder[] {
  return orders.map((order) => {
    const own = senders.filter(({ warehouseId }) => warehouseId === order.connectionId)
    if (own.length === 0) return order
    return { ...order, avoid: new Set([...(order.avoid ?? []), ...own.map(({ locationId }) => locationId)]) }
  })
}

type Limits = Pick<Sender, 'linesMax' | 'unitsMax'>

/**
 * One shipment, or as many as it takes so that none has more lines or units than its warehouse takes in one request. What is
 * too much by itself (a kit of more parts than that) goes alone, and the warehouse says what it makes of it. Pure.
 */
export function splitByLimits(
  planned: PlannedShipment,
  lines: readonly RoutingLine[],
  { linesMax = Number.POSITIVE_INFINITY, unitsMax = Number.POSITIVE_INFINITY }: Limits,
): PlannedShipment[] {
  const sizeOf = new Map(lines.map((line) => [line.lineId, sizeOfOne(line)]))
  const shipments: PlannedShipment['lines'][] = []
  let open: PlannedShipment['lines'] = []
  let left = { lines: linesMax, units: unitsMax }
  const close = () => {
    if (open.length > 0) shipments.push(open)
    open = []
    left = { lines: linesMax, units: unitsMax }
  }
  for (const { lineId, quantity } of planned.lines) {
    const size = sizeOf.get(lineId) ?? { lines: 1, units: 1 }
    for (let rest = quantity; rest > 0; ) {
      const room = left.lines < size.lines ? 0 : Math.floor(left.units / size.units)
      const fits = Math.max(0, Math.min(rest, room))
      if (fits === 0 && open.length > 0) {
        close()
        continue
      }
      const taken = Math.max(1, fits)
      open = [...open, { lineId, quantity: taken }]
      left = { lines: left.lines - size.lines, units: left.units - taken * size.units }
      rest -= taken
    }
  }
  close()
  return shipments.map((some) => ({ ...planned, lines: some }))
}

/** Lines and base units of one listing unit, in a request to a warehouse. */
function sizeOfOne({ unitsPerListing, parts }: RoutingLine): { lines: number; units: number } {
  if (parts === undefined) return { lines: 1, units: unitsPerListing }
  return { lines: parts.length, units: parts.reduce((sum, { unitsEach }) => sum + unitsEach, 0) }
}
