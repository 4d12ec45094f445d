import type { KitKind, SerialCapture } from '@plimsoll/database'
import type { Barcode, BarcodeInput } from './barcodes.ts'
import type { CustomInput, CustomValues } from './custom-fields.ts'
import type { Names, NamesInput } from './names.ts'
import type { Rounding, Unit } from './units.ts'

export type Tracking = 'plain' | 'lot' | 'serial'

/** All that the catalogue knows of an item. What is in stock is none of it. */
export type CatalogueItem = {
  itemId: string
  sku: string
  /** The default one; `names` has those of other languages. */
  name: string
  names: Names
  /** Fixed once the item has movements. */
  tracking: Tracking
  /** When serial numbers are told, of an item that has them; fixed likewise. */
  serialCapture: SerialCapture
  /** Said together with the components, by `defineKit`, and never here. */
  kitKind: KitKind
  custom: CustomValues
  /** What one base unit is called. */
  baseUnit: string
  /** In order of factor. */
  units: Unit[]
  /** In the order given; the first is the one to print. */
  barcodes: Barcode[]
  /** The code of the product that it is a variant of. */
  product: string | null
  /** What makes this variant, by the product's option names. */
  options: Record<string, string>
  /** Goes up by one with each change. */
  version: number
  archivedAt: Date | null
}

/**
 * One item to create or to change. What is absent is left alone; `names` and `custom` are put over those there are,
 * null taking one away; `units`, `barcodes` and `options` replace the whole.
 */
export type CatalogueRow = {
  sku: string
  /** Undefined: whichever the SKU calls for. */
  mode?: 'create' | 'change' | undefined
  /** Changes only the version that the caller has read. */
  version?: number | undefined
  name?: string | undefined
  names?: NamesInput | undefined
  tracking?: Tracking | undefined
  serialCapture?: SerialCapture | undefined
  custom?: CustomInput | undefined
  baseUnit?: string | undefined
  /** Rounding is `refuse`, unless given. */
  units?: readonly { code: string; factor: number; rounding?: Rounding | undefined }[] | undefined
  barcodes?: readonly BarcodeInput[] | undefined
  /** Null takes the item out of its product, and its options away. */
  product?: string | null | undefined
  options?: Record<string, string> | undefined
  archived?: boolean | undefined
}

/** The fields whose changes are noted, as they are called in `item_change`. */
export const NOTED_FIELDS = [
  'name',
  'names',
  'tracking',
  'serialCapture',
  'custom',
  'baseUnit',
  'units',
  'barcodes',
  'product',
  'options',
] as const satisfies readonly (keyof CatalogueItem)[]

export type ItemChange = { what: string; before: unknown; after: unknown }
