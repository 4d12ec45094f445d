/** Below so many places nobody would call it a stampede: a small brand sells out of ten things on a good day. */
const PLACES_MIN = 10
const SHARE_MAX = 0.1

/**
 * Whether a file that leaves nothing at so many places must be confirmed by a person (I8).
 * @param zeroed items at a location that have something available and would have nothing
 * @param stocked all items at locations that have something available
 */
export function needsConfirmation({ zeroed, stocked }: { zeroed: number; stocked: number }): boolean {
  return zeroed >= PLACES_MIN && zeroed > stocked * SHARE_MAX
}
