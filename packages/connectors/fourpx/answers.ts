import { looseList, looseText, looseUnits, maybeUnits, neededText } from '@plimsoll/connector-kit'
import { z } from 'zod'

/** 4PX's answers, as far as the hub reads them. Its moments are milliseconds since the epoch, as numbers or as text. */
const momentMs = z
  .union([z.int(), z.string().regex(/^\s*\d{0,16}\s*$/)])
  .nullish()
  .transform((value) => {
    const ms = Number(value ?? 0)
    return ms > 0 ? new Date(ms) : undefined
  })
  .refine((at) => at === undefined || !Number.isNaN(at.getTime()), 'not a moment')

export const warehouses = z.union([
  z.array(z.unknown()),
  z.object({ warehouse_list: z.array(z.unknown()) }).transform(({ warehouse_list }) => warehouse_list),
])
export const warehouse = z.object({
  warehouse_code: neededText,
  warehouse_name_cn: looseText,
  warehouse_name_en: looseText,
})

/** A page; `total` counts rows in some lists and pages in others, so that nothing but its falling is used. */
export const pageOf = <Row>(row: z.ZodType<Row>) => z.object({ data: z.array(row), total: maybeUnits })

export const inventory = z.object({
  warehouse_code: neededText,
  sku_code: neededText,
  stock_quality: neededText,
  available_stock: looseUnits,
  pending_stock: looseUnits,
  onway_stock: looseUnits,
})
export type Inventory = z.infer<typeof inventory>

export const sku = z.object({
  sku_code: neededText,
  sku_name: looseText,
  chinese_name: looseText,
  product_code: looseText,
  sku_status: looseText,
})
export const skus = z.object({ skulist: looseList(sku) })
export type Sku = z.infer<typeof sku>

const recipient = {
  state: looseText,
  city: looseText,
  district: looseText,
  post_code: looseText,
  street: looseText,
  house_number: looseText,
  company: looseText,
  last_name: looseText,
  first_name: looseText,
  phone: looseText,
  email: looseText,
}
export const RECIPIENT_FIELDS = Object.keys(recipient) as (keyof typeof recipient)[]

export const outbound = z.object({
  consignment_no: neededText,
  ref_no: looseText,
  from_warehouse_code: looseText,
  status: z.string(),
  sub_status: looseText,
  error_message_origin: looseText,
  logistics_product_code: looseText,
  carrier_code: looseText,
  shipping_no: looseText,
  '4px_tracking_no': looseText,
  complete_time: momentMs,
  update_time: momentMs,
  outboundlist_sku: looseList(z.object({ sku_code: neededText, qty: looseUnits })),
  ...recipient,
})
export type Outbound = z.infer<typeof outbound>
/** Rows whose inside is not readable are parked one by one. */
export const anyRow = z.looseObject({})

export const made = z.object({ consignment_no: neededText })
export const cancelled = z.object({ status: looseText })

export const inbound = z.object({
  consignment_no: neededText,
  ref_no: looseText,
  to_warehouse_code: neededText,
  status: z.string(),
  create_time: momentMs,
  lstsku: looseList(z.object({ sku_code: neededText, putaway_qty: maybeUnits })),
})
export type Inbound = z.infer<typeof inbound>

export const flow = z.object({
  inventory_flow_id: neededText,
  sku_code: neededText,
  business_ref_no: looseText,
  io_qty: z.union([z.int(), z.string().regex(/^\s*[+-]?\d{1,15}(\.0*)?\s*$/)]).transform(Number),
  stock_quality: looseText,
  create_time: momentMs,
})
export type Flow = z.infer<typeof flow>
