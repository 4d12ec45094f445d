import type { Heard } from '@plimsoll/orders'
import type { PackedItem } from './shipment-actions.store.ts'

/** One thing that was put into a parcel at the packing table, in base units. */
export type PackedLine = {
  sku: string
  units: number
  lot?: string | undefined
  serials?: readonly string[] | undefined
}

export type ParcelProblem = { field: string; message: string }

/**
 * Ties what was packed to the items of its shipment. Our own people have the list before them: what is not on it, or more
 * than is on it, is a slip to be corrected before anything leaves. Pure.
 * @param open base units of each item that the shipment still waits for
 */
export function checkPacked(
  lines: readonly PackedLine[],
  items: readonly PackedItem[],
  open: ReadonlyMap<string, number>,
): { kind: 'good'; lines: Heard['parcels'][number]['lines'] } | ({ kind: 'wrong' } & ParcelProblem) {
  const left = new Map(open)
  const packed: Heard['parcels'][number]['lines'] = []
  for (const [nth, { sku, units, lot, serials = [] }] of lines.entries()) {
    const wrong = (part: string, message: string) =>
      ({ kind: 'wrong', field: `lines.${nth}.${part}`, message }) as const
    const item = items.find((each) => each.sku === sku)
    if (item === undefined) return wrong('sku', `${sku} is not in this shipment.`)
    const room = left.get(item.itemId) ?? 0
    if (units > room)
      return wrong('units', `${units} of ${sku} are packed, and ${room} are still to be sent.`)
    if (lot !== undefined && !item.lots.includes(lot)) return wrong('lot', `${sku} has no lot ${lot}.`)
    if (serials.length > units || new Set(serials).size !== serials.length)
      return wrong('serials', `Give each serial number once, at most one for each of the ${units} units.`)
    left.set(item.itemId, room - units)
    packed.push({ shipmentLineId: null, itemId: item.itemId, sku, units, lot: lot ?? null, serials })
  }
  return { kind: 'good', lines: packed }
}

/** Whether a parcel that is known under this key holds just this: then it was recorded before. Pure. */
export function isSameParcel(
  lines: readonly PackedLine[],
  known: readonly { sku: string; units: number; lot: string | null }[],
): boolean {
  const sum = (rows: readonly { sku: string; units: number; lot?: string | null | undefined }[]) => {
    const units = new Map<string, number>()
    for (const row of rows) {
      const key = JSON.stringify([row.sku, row.lot ?? null])
      units.set(key, (units.get(key) ?? 0) + row.units)
    }
    return JSON.stringify([...units].sort(([a], [b]) => (a < b ? -1 : 1)))
  }
  return sum(lines) === sum(known)
}
