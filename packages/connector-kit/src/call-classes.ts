/**
 * What a call is for, the most urgent first: decreases (what is shown and not there sells on), new orders (they cause
 * decreases), shipments and tracking, increases whose fence has passed, reading back, catalogue imports.
 */
export type CallClass = 'decrease' | 'order' | 'shipment' | 'increase' | 'reconcile' | 'catalogue'

/**
 * `priority`: 0 goes first. `reserve`: the share of each budget that calls of the class leave for the more urgent, so
 * that a decrease finds something left however long the others have been at it (I7). At a steady pace a reserve costs
 * nothing: it is filled once, and all that refills afterwards is spent.
 */
export const CALL_CLASSES: Readonly<Record<CallClass, { priority: number; reserve: number }>> = {
  decrease: { priority: 0, reserve: 0 },
  // A decrease may be waiting for what they say.
  order: { priority: 1, reserve: 0 },
  shipment: { priority: 2, reserve: 0.02 },
  increase: { priority: 3, reserve: 0.05 },
  reconcile: { priority: 4, reserve: 0.15 },
  catalogue: { priority: 5, reserve: 0.25 },
}

/** From this reserve on a call also leaves one of several concurrent places free. */
export const PLACE_RESERVED_FROM = 0.15
