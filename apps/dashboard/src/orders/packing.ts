import type { ShipmentDetail } from '@plimsoll/client'
import type { PackedParcel } from '@plimsoll/client/client'

/** What lies in the parcel on the table so far: base units by SKU. */
export type Packed = Readonly<Record<string, number>>

export type PackLine = {
  sku: string
  name: string
  bin: string | null
  tracking: string
  barcodes: ShipmentDetail['lines'][number]['barcodes']
  /** Base units that are still to leave. */
  toPack: number
}

/** The items of a shipment, each once: two order lines may want the same. */
export function linesToPack({ lines }: Pick<ShipmentDetail, 'lines'>): PackLine[] {
  const bySku = new Map<string, PackLine>()
  for (const { sku, name, bin, tracking, barcodes, units, shipped, givenUp } of lines) {
    const before = bySku.get(sku)?.toPack ?? 0
    bySku.set(sku, { sku, name, bin, tracking, barcodes, toPack: before + units - shipped - givenUp })
  }
  return [...bySku.values()].filter(({ toPack }) => toPack > 0)
}

export type Scan =
  | { kind: 'packed'; sku: string; packed: Packed }
  /** Nothing of this shipment has that code. */
  | { kind: 'unknown'; code: string }
  /** All of it is in the parcel already. */
  | { kind: 'enough'; sku: string }

/** A scanner has read a code: a SKU is one unit, a barcode as many as its unit of measure holds. Pure. */
export function scan(lines: readonly PackLine[], packed: Packed, code: string): Scan {
  const trimmed = code.trim()
  const found =
    oneOf(lines, (line) => (line.sku === trimmed ? 1 : undefined)) ??
    oneOf(lines, (line) => line.barcodes.find(({ barcode }) => barcode === trimmed)?.units)
  if (found === undefined) return { kind: 'unknown', code: trimmed }
  const { line, units } = found
  const next = (packed[line.sku] ?? 0) + units
  if (next > line.toPack) return { kind: 'enough', sku: line.sku }
  return { kind: 'packed', sku: line.sku, packed: { ...packed, [line.sku]: next } }
}

function oneOf(lines: readonly PackLine[], unitsOf: (line: PackLine) => number | undefined) {
  for (const line of lines) {
    const units = unitsOf(line)
    if (units !== undefined) return { line, units }
  }
  return undefined
}

/** By hand: never below none, never beyond what is to leave. */
export function setPacked(lines: readonly PackLine[], packed: Packed, sku: string, units: number): Packed {
  const most = lines.find((line) => line.sku === sku)?.toPack ?? 0
  return { ...packed, [sku]: Math.min(most, Math.max(0, Math.trunc(units) || 0)) }
}

/** The parcel as it is told to the hub; undefined while nothing is in it. */
export function toParcel(
  lines: readonly PackLine[],
  packed: Packed,
  told: { carrier: string; trackingNumber: string; lots: Readonly<Record<string, string>>; isLast: boolean },
): PackedParcel | undefined {
  const inIt = lines.flatMap(({ sku }) => {
    const units = packed[sku] ?? 0
    const lot = told.lots[sku]?.trim() ?? ''
    return units > 0 ? [{ sku, units, ...(lot !== '' && { lot }) }] : []
  })
  if (inIt.length === 0) return undefined
  const [carrier, trackingNumber] = [told.carrier.trim(), told.trackingNumber.trim()]
  return {
    lines: inIt,
    isLast: told.isLast,
    ...(carrier !== '' && { carrier }),
    ...(trackingNumber !== '' && { trackingNumber }),
  }
}
