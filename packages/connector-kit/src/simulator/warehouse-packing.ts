import { type FloorLine, type FloorRequest, openUnits } from './warehouse-records.ts'
import type { TakenUnits } from './warehouse-shelves.ts'

export type WantedUnits = { line: FloorLine; units: number }
export type PickedUnits = { line: FloorLine } & TakenUnits

/** Which lines these units are of; undefined where not so many are open. */
export function openPart(
  request: FloorRequest,
  parts: readonly { sku: string; quantity: number }[],
): WantedUnits[] | undefined {
  const open = new Map(request.lines.map((line) => [line, openUnits(line)]))
  const wanted: WantedUnits[] = []
  for (const { sku, quantity } of parts) {
    let missing = quantity
    for (const [line, left] of open) {
      const units = line.sku === sku ? Math.min(missing, left) : 0
      if (units === 0) continue
      open.set(line, left - units)
      missing -= units
      wanted.push({ line, units })
    }
    if (missing > 0) return undefined
  }
  return wanted
}

/** Shared out among so many parcels, unit by unit; among fewer where there are fewer units. */
export function sharesOf(picked: readonly PickedUnits[], parcels: number): PickedUnits[][] {
  if (parcels === 1) return [[...picked]]
  const shares: Map<PickedUnits, PickedUnits>[] = Array.from({ length: parcels }, () => new Map())
  let next = 0
  for (const piece of picked) {
    for (let unit = 0; unit < piece.quantity; unit += 1) {
      const share = shares[next % parcels]
      next += 1
      const serials = piece.serials.slice(unit, unit + 1)
      const mine = share?.get(piece)
      if (mine === undefined) share?.set(piece, { ...piece, quantity: 1, serials })
      else {
        mine.quantity += 1
        mine.serials.push(...serials)
      }
    }
  }
  return shares.filter((share) => share.size > 0).map((share) => [...share.values()])
}
