/** What items are called, grouped under, counted in and scanned by: owned by `packages/stock`. */

export interface ProductTable {
  organizationId: string
  productId: string
  code: string
  name: string
  names: Record<string, string>
  optionNames: string[]
  version: number
  createdAt: Date
}

export interface UnitOfMeasureTable {
  organizationId: string
  itemId: string
  code: string
  factor: number
  rounding: 'refuse' | 'down' | 'up' | 'nearest'
}

export interface BarcodeTable {
  organizationId: string
  comparable: string
  itemId: string
  barcode: string
  kind: 'gtin' | 'text'
  unitCode: string | null
  position: number
}

export interface CustomFieldTable {
  organizationId: string
  key: string
  type: 'string' | 'number' | 'boolean'
  name: string
  createdAt: Date
}

export interface ItemChangeTable {
  organizationId: string
  itemId: string
  changeId: string
  what: string
  before: unknown
  after: unknown
  actor: string
  changedAt: Date
}
