/**
 * So long after it was placed, an order in no shipment is nobody's trouble yet: the hub routes it in the background. The
 * filter `not-routed` leaves it out, and the dashboard says that it is being routed.
 */
export const ROUTING_TAKES_MS = 2 * 60_000
