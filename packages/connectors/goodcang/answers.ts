import {
  beijingMoment,
  looseList,
  looseText,
  looseUnits,
  maybeUnits,
  neededText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/** GoodCang's answers, as far as the hub reads them; names as in `open.goodcang.com/docs_api`. */

export const account = z.object({
  data: z.object({
    customer_code: neededText,
    account_list: looseList(z.object({ firm_name: looseText })),
  }),
})

export const warehouse = z.object({ warehouse_code: neededText, warehouse_name: looseText })

export const product = z.object({
  product_sku: neededText,
  product_status: looseText,
  product_title_cn: looseText,
  product_title_en: looseText,
})
export type Product = z.infer<typeof product>

export const inventory = z.object({
  product_sku: neededText,
  warehouse_code: neededText,
  onway: looseUnits,
  pending: looseUnits,
  sellable: looseUnits,
  unsellable: looseUnits,
  reserved: looseUnits,
  /** In older answers it is left out. */
  pi_freeze: maybeUnits,
})
export type Inventory = z.infer<typeof inventory>

/** What the answer says of the recipient, so that nothing of it is quoted. */
const consignee = {
  consignee_name: looseText,
  consignee_last_name: looseText,
  consignee_company: looseText,
  consignee_address1: looseText,
  consignee_address2: looseText,
  consignee_address3: looseText,
  consignee_doorplate: looseText,
  consignee_city: looseText,
  consignee_state: looseText,
  consignee_zipcode: looseText,
  /** So spelt in one of the calls. */
  consigne_zipcode: looseText,
  consignee_phone: looseText,
  consignee_email: looseText,
}

export const order = z.object({
  order_code: neededText,
  reference_no: looseText,
  order_status: z.string(),
  shipping_method: looseText,
  tracking_no: looseText,
  abnormal_problem_reason: looseText,
  date_shipping: beijingMoment,
  items: looseList(z.object({ product_sku: neededText, quantity: looseUnits })),
  orderBoxInfo: looseList(
    z.object({
      box_no: neededText,
      product_barcode: neededText,
      ob_qty: looseUnits,
      tracking_number: looseText,
    }),
  ),
  ...consignee,
})
export type Order = z.infer<typeof order>
/** All that a return needs of its order. */
export const orderReference = z.object({ order_code: neededText, reference_no: looseText })
/** Rows whose inside is not readable are parked one by one. */
export const anyRow = z.looseObject({})

export const madeOrder = z
  .object({
    order_code: looseText,
    data: z.union([z.object({ order_code: looseText }), z.array(z.never()), z.null()]).optional(),
  })
  .transform(
    ({ order_code, data }) => order_code ?? (data && 'order_code' in data ? data.order_code : undefined),
  )
  .refine((code) => code !== undefined, 'order_code: it is missing')
  .transform(String)

export const cancelled = z.object({ cancel_status: maybeUnits })

export const madeInbound = z.object({ data: z.object({ receiving_code: neededText }) })

export const inbound = z.object({
  receiving_code: neededText,
  reference_no: looseText,
  receiving_status: looseUnits,
  warehouse_code: neededText,
})
export type Inbound = z.infer<typeof inbound>

export const putAway = z.object({
  product_sku: neededText,
  quantity: looseUnits,
  putaway_time: beijingMoment,
  inventory_type: looseUnits,
})
export type PutAway = z.infer<typeof putAway>

export const returned = z.object({
  asro_code: neededText,
  order_code: looseText,
  reference_no: looseText,
  asro_status: looseUnits,
  asro_add_time: beijingMoment,
  asro_audit_time: beijingMoment,
  asro_putaway_time: beijingMoment,
  warehouse_code: neededText,
  product_detail: looseList(
    z.object({
      product_sku: neededText,
      sellable_qty: looseUnits,
      unsellable_qty: looseUnits,
      destruction_qty: looseUnits,
    }),
  ),
})
export type Returned = z.infer<typeof returned>
