import { z } from 'zod'

/**
 * What the API takes and answers about what items are: names, units, barcodes, products, custom fields. What it takes is
 * strict, so that a misspelt field is refused and not ignored. Factors are base units; instants are ISO 8601 in UTC.
 */

const text = z.string().max(1_000)
const names = z.record(z.string(), z.string())
/** By language tag; null takes the name away. */
const namesInput = z.record(z.string(), text.nullable())
const options = z.record(z.string(), z.string())
const customValue = z.union([text, z.number(), z.boolean()])

const tracking = z.enum(['plain', 'lot', 'serial'])
const serialCapture = z.enum(['receipt', 'shipment'])
const kitKind = z.enum(['none', 'virtual', 'assembled'])
const rounding = z.enum(['refuse', 'down', 'up', 'nearest'])
const factor = z.int('give a whole number of base units').min(2, 'give 2 or more base units')

export const unitInput = z.strictObject({ code: text, factor, rounding: rounding.optional() })
/** PUT /items/:sku/units/:unit: its code stands in the address. */
export const unitOfCode = unitInput.omit({ code: true })

/** POST /items/:sku/barcodes. Without a kind it is a GTIN where it looks like one; without a unit, the base unit's. */
export const barcodeInput = z.strictObject({
  barcode: text,
  kind: z.enum(['gtin', 'text']).optional(),
  unit: text.nullable().optional(),
})

/**
 * PATCH /items/:sku. What is absent is left alone; `names` and `custom` are put over those there are, null taking one
 * away; `units`, `barcodes` and `options` replace the whole.
 */
export const itemPatch = z.strictObject({
  name: text.optional(),
  names: namesInput.optional(),
  /** Fixed once the item has movements. */
  tracking: tracking.optional(),
  /** When serial numbers are told; `receipt` unless given, and fixed likewise. */
  serialCapture: serialCapture.optional(),
  custom: z.record(z.string(), customValue.nullable()).optional(),
  /** What one base unit is called; `each` unless given. */
  baseUnit: text.optional(),
  units: z.array(unitInput).max(50, 'has more than 50 units').optional(),
  barcodes: z.array(barcodeInput).max(100, 'has more than 100 barcodes').optional(),
  /** The code of a product; null takes the item out of it. */
  product: text.nullable().optional(),
  options: z.record(z.string(), text).optional(),
})
export type ItemPatch = z.infer<typeof itemPatch>

/** PUT /items/:sku */
export const itemDraft = itemPatch.extend({ name: text })
export type ItemDraft = z.infer<typeof itemDraft>

/** GET /items/:sku/catalogue, and what every change of an item answers. */
export const catalogueItem = z.object({
  itemId: z.string(),
  sku: z.string(),
  name: z.string(),
  names,
  tracking,
  serialCapture,
  /** PUT /items/:sku/kit says it, with the components. */
  kitKind,
  custom: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  baseUnit: z.string(),
  /** In order of factor. */
  units: z.array(z.object({ code: z.string(), factor: z.int(), rounding })),
  barcodes: z.array(
    z.object({
      barcode: z.string(),
      kind: z.enum(['gtin', 'text']),
      /** What one scan means; null is the base unit. */
      unit: z.string().nullable(),
    }),
  ),
  product: z.string().nullable(),
  options,
  /** Send it back as `If-Match: "3"` with a change. */
  version: z.int(),
  archivedAt: z.iso.datetime().nullable(),
})
export type CatalogueItem = z.infer<typeof catalogueItem>

/** POST /items/:sku/archive: with the listings that still sell the item, which a person should look at. */
export const archivedItem = catalogueItem.extend({
  listings: z.array(
    z.object({
      listingId: z.string(),
      connectionName: z.string(),
      externalId: z.string(),
      title: z.string(),
    }),
  ),
})
export type ArchivedItem = z.infer<typeof archivedItem>

/** GET /items/:sku/changes?cursor=&limit= newest first. */
export const itemChangePage = z.object({
  rows: z.array(
    z.object({
      changeId: z.string(),
      /** The field, `archived`, or `created`. */
      what: z.string(),
      before: z.unknown(),
      after: z.unknown(),
      actor: z.string(),
      changedAt: z.iso.datetime(),
    }),
  ),
  next: z.string().nullable(),
})
export type ItemChangePage = z.infer<typeof itemChangePage>

/** GET /item-codes/:code: what a scanner read. */
export const foundCode = z.object({
  matched: z.enum(['sku', 'barcode']),
  unit: z.string(),
  /** Base units that one scan means. */
  factor: z.int(),
  item: catalogueItem,
})
export type FoundCode = z.infer<typeof foundCode>

/** GET /items/:sku/conversion: `quantity` is a decimal as text, so that no float gets in its way. */
export const conversionQuery = z
  .strictObject({
    unit: text,
    quantity: z.string().max(60).optional(),
    baseUnits: z.string().max(60).optional(),
  })
  .refine(({ quantity, baseUnits }) => (quantity === undefined) !== (baseUnits === undefined), {
    path: ['quantity'],
    message: 'give either a quantity of the unit or base units',
  })
export const conversion = z.object({
  unit: z.string(),
  factor: z.int(),
  /** Of the unit, as it was asked for or as it comes out. */
  quantity: z.string(),
  baseUnits: z.int(),
  /** Base units beyond whole ones of the unit; negative where it was rounded up. */
  leftOver: z.int(),
  rounded: z.boolean(),
})
export type Conversion = z.infer<typeof conversion>

/** PUT /products/:code. What is absent is left alone; a new product needs a name. */
export const productInput = z.strictObject({
  name: text.optional(),
  names: namesInput.optional(),
  /** In the order in which people choose: `["colour", "size"]`. */
  optionNames: z.array(text).max(10, 'has more than 10 options').optional(),
})
export type ProductInput = z.infer<typeof productInput>

export const product = z.object({
  productId: z.string(),
  code: z.string(),
  name: z.string(),
  names,
  optionNames: z.array(z.string()),
  version: z.int(),
})
export type Product = z.infer<typeof product>

/** GET /products?cursor=&limit= in order of code; `variants` counts those that are not archived. */
export const productPage = z.object({
  rows: z.array(product.extend({ variants: z.int() })),
  next: z.string().nullable(),
})
export type ProductPage = z.infer<typeof productPage>

/** GET /products/:code: with all its variants, archived ones too, in order of SKU. */
export const productDetail = product.extend({ variants: z.array(catalogueItem) })
export type ProductDetail = z.infer<typeof productDetail>

/** PUT /custom-fields/:key */
export const customFieldInput = z.strictObject({
  type: z.enum(['string', 'number', 'boolean']),
  /** What people read; the key unless given. */
  name: text.optional(),
})
export const customField = z.object({
  key: z.string(),
  type: z.enum(['string', 'number', 'boolean']),
  name: z.string(),
})
export type CustomField = z.infer<typeof customField>

/** GET /custom-fields, in order of key. */
export const customFieldList = z.object({ rows: z.array(customField) })
export type CustomFieldList = z.infer<typeof customFieldList>
