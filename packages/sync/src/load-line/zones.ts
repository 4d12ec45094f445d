import type { ItemDepth } from './load-line.store.ts'
import { decideZone, nearestProtection, type ProtectionRow, type Zone } from './protection.ts'

/** What is set and measured of the items at hand, and how deep their stock is. */
export type Protections = {
  settings: readonly ProtectionRow[]
  depths: ReadonlyMap<string, ItemDepth>
  /** Base units in the widest pool of each item. */
  availableOf: ReadonlyMap<string, number>
  /** Items all of whose levels are at hand; of others there are those of kits that contain them too. */
  covered: ReadonlySet<string>
}

/** How what a connection sells of an item is protected now. */
export function zoneOf(protections: Protections, itemId: string, connectionId: string): Zone {
  const { mode } = nearestProtection(protections.settings, { itemId, connectionId })
  const { buffers, tightenUnits = null, standing } = protections.depths.get(itemId) ?? {}
  const available = protections.availableOf.get(itemId) ?? 0
  const { autoUnits = 0 } = buffers?.get(connectionId) ?? {}
  return decideZone(mode, { available, autoUnits, tightenUnits }, standing !== undefined)
}

/** Base units kept back of an item on a connection because of how it sells. */
export function dynamicBufferOf(protections: Protections, itemId: string, connectionId: string): number {
  if (zoneOf(protections, itemId, connectionId) !== 'buffered') return 0
  const { units = 0, autoUnits = 0 } = protections.depths.get(itemId)?.buffers.get(connectionId) ?? {}
  return nearestProtection(protections.settings, { itemId, connectionId }).mode === 'auto' ? autoUnits : units
}
