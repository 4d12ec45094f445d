import {
  beijingMoment,
  looseList,
  looseText,
  looseUnits,
  maybeUnits,
  neededText,
} from '@plimsoll/connector-kit'
import { z } from 'zod'

/** Winit's answers, as far as the hub reads them. */

export const warehouses = looseList(
  z.object({ warehouseID: neededText, warehouseCode: looseText, warehouseName: looseText }),
)

/** Without a list it is no page: an empty answer must not read as an empty warehouse. */
const listed = z.custom<object>(
  (value) => typeof value === 'object' && value !== null && 'list' in value,
  'it has no list',
)

/** A page. Its length stands outside (`total`), or inside `pageParams`. */
export const pageOf = <Row>(row: z.ZodType<Row>) =>
  listed
    .pipe(
      z.object({
        list: looseList(row),
        total: maybeUnits,
        pageParams: z.object({ totalCount: maybeUnits }).nullish(),
      }),
    )
    .transform(({ list, total, pageParams }) => ({ list, total: total ?? pageParams?.totalCount }))

export const storage = z.object({
  productCode: neededText,
  specification: looseText,
  inventory: looseUnits,
  reservedInventory: looseUnits,
  pipelineInventory: looseUnits,
})
export type Storage = z.infer<typeof storage>

export const item = z.object({
  skuCode: neededText,
  specification: looseText,
  name: looseText,
  cnName: looseText,
  isActive: looseText,
})
export type Item = z.infer<typeof item>

export const listedOrder = z.object({
  documentNo: neededText,
  sellerOrderNo: looseText,
  status: z.string(),
  dateFinish: beijingMoment,
  trackingNo: looseText,
})
export type ListedOrder = z.infer<typeof listedOrder>
/** Rows whose inside is not readable are parked one by one. */
export const anyRow = z.looseObject({})

const parcel = z.object({
  packageNum: looseText,
  outboundDate: beijingMoment,
  trackingNos: looseList(looseText),
  merchandiseList: looseList(
    z.object({ productCode: neededText, specification: looseText, productNum: looseUnits }),
  ),
})
export type Parcel = z.infer<typeof parcel>

const order = z.object({
  outboundOrderNum: neededText,
  sellerOrderNo: looseText,
  status: z.string(),
  outboundDate: beijingMoment,
  trackingNum: looseText,
  carrier: looseText,
  deliverywayName: looseText,
  packageList: looseList(parcel),
})
export type Order = z.infer<typeof order>

/** As documented it is the answer itself; public clients find it in a list of one. */
export const orders = z.union([
  order.transform((one) => [one]),
  listed.pipe(z.object({ list: looseList(order) })).transform(({ list }) => list),
])

export const made = z.object({ outboundOrderNum: neededText })
export const voided = z.unknown()
