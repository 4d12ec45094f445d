import { type Refusal, refuse } from '../errors.ts'
import { type Barcode, type BarcodeInput, comparableOf, readBarcode } from './barcodes.ts'
import type { CatalogueRow } from './catalogue-item.ts'
import { findBadCode } from './names.ts'
import { findUnit, type ItemUnits, type Rounding, UNIT_CODE_MAX, type Unit } from './units.ts'

/** Units and barcodes as given, each checked by itself and against the others of the same item. */

/** In order of factor. A unit's code is its own, whatever its case: nobody tells "Case" from "case" on a screen. */
export function readUnits(
  baseUnit: string,
  input: readonly { code: string; factor: number; rounding?: Rounding | undefined }[],
): { kind: 'units'; units: Unit[] } | Refusal {
  const seen = new Set([baseUnit.toLowerCase()])
  const units: Unit[] = []
  for (const { code, factor, rounding = 'refuse' } of input) {
    const bad = findBadCode(code, 'units', UNIT_CODE_MAX)
    if (bad !== undefined) return bad
    if (seen.has(code.toLowerCase())) {
      return refuse('invalid-unit', 'units', `The item has two units called "${code}".`)
    }
    seen.add(code.toLowerCase())
    if (!Number.isSafeInteger(factor) || factor < 2) {
      return refuse('invalid-factor', 'units', `${factor} ${baseUnit} cannot make one "${code}".`)
    }
    units.push({ code, factor, rounding })
  }
  return {
    kind: 'units',
    units: units.sort((a, b) => a.factor - b.factor || (a.code < b.code ? -1 : 1)),
  }
}

/**
 * The barcodes of an item as they are afterwards: those given, or those that it has, whose units must still be there.
 * @param item the units afterwards
 */
export function readBarcodes(
  row: CatalogueRow,
  before: { barcodes: readonly Barcode[]; baseUnit: string },
  item: ItemUnits,
): { kind: 'barcodes'; barcodes: Barcode[] } | Refusal {
  if (row.barcodes === undefined) {
    const lost = before.barcodes.find(({ unit }) => unit !== null && !hasUnit(item, unit))
    return lost === undefined
      ? { kind: 'barcodes', barcodes: [...before.barcodes] }
      : refuse('unit-in-use', 'units', `The barcode "${lost.barcode}" is of the unit "${lost.unit}".`)
  }
  const barcodes: Barcode[] = []
  const seen = new Set<string>()
  for (const input of row.barcodes) {
    const read = readOne(input, item)
    if (read.kind === 'refused') return read
    const comparable = comparableOf(read.barcode.barcode)
    if (seen.has(comparable)) {
      return refuse('barcode-taken', 'barcodes', `The barcode "${input.barcode}" is given twice.`)
    }
    seen.add(comparable)
    barcodes.push(read.barcode)
  }
  return { kind: 'barcodes', barcodes }
}

function readOne(input: BarcodeInput, item: ItemUnits): ReturnType<typeof readBarcode> {
  const read = readBarcode(input)
  if (read.kind === 'refused' || read.barcode.unit === null) return read
  const unit = findUnit(item, read.barcode.unit)
  if (unit.kind === 'refused') return unit
  // The base unit is kept as none, so that it may be called otherwise later.
  return unit.factor === 1 ? { kind: 'barcode', barcode: { ...read.barcode, unit: null } } : read
}

function hasUnit(item: ItemUnits, code: string): boolean {
  return item.units.some((unit) => unit.code === code)
}
