import { type FloorRequest, isOpen, type WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { LENGTHS, ORDER_PAGE } from '../limits.ts'
import { failure, faultOf, isWithin, noData, pageOf, success, wholeNumber } from './envelope.ts'
import { idOf, orderCodeOf, statusOf, toOrderJson } from './order-json.ts'

const needed = (max: number) => z.string().trim().min(1).max(max)
const optional = (max: number) => z.string().max(max).nullish()
const orderBody = z.object({
  reference_no: optional(LENGTHS.number),
  platform: optional(20),
  shipping_method: needed(LENGTHS.method),
  warehouse_code: needed(32),
  country_code: z.string().length(2),
  province: needed(LENGTHS.province),
  city: needed(LENGTHS.city),
  company: optional(LENGTHS.company),
  address1: needed(LENGTHS.addressLine),
  address2: optional(LENGTHS.addressLine),
  zipcode: needed(LENGTHS.zipcode),
  name: needed(LENGTHS.name),
  last_name: optional(LENGTHS.name),
  phone: optional(LENGTHS.phone),
  email: optional(LENGTHS.email),
  order_desc: optional(LENGTHS.note),
  payment_time: z
    .string()
    .regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/)
    .nullish(),
  verify: z.union([z.literal(0), z.literal(1)]).default(0),
  items: z
    .array(
      z.object({
        product_sku: needed(LENGTHS.sku),
        quantity: z.int().min(1),
        transaction_id: optional(50),
        item_id: optional(50),
        product_declared_value: z
          .string()
          .regex(/^\d{1,8}(\.\d{1,2})?$/)
          .nullish(),
      }),
    )
    .min(1),
})
const listBody = z.object({
  page: wholeNumber,
  pageSize: wholeNumber,
  order_status: z.string().optional(),
  order_code_arr: z.array(z.string()).optional(),
  modify_date_from: z.string().optional(),
  modify_date_to: z.string().optional(),
})
const byCode = z.object({ order_code: needed(50) })

/** Outbound orders (出库单). */
export function orderRoutes(app: FastifyInstance, floor: WarehouseFloor, methods: readonly string[]): void {
  const { requests } = floor
  const get = (code: string): FloorRequest | undefined => {
    const found = requests.get(idOf(code))
    return found !== undefined && orderCodeOf(found) === code ? found : undefined
  }
  /** Of those under one reference the one that is not discarded, else the last. */
  const byReference = (reference: string): FloorRequest | undefined => {
    const own = requests.all().filter((one) => one.reference === reference)
    return own.find((one) => statusOf(one) !== 'X') ?? own.at(-1)
  }

  app.post('/order/create_order', async (request) => {
    const read = orderBody.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const body = read.data
    if (!floor.facilities.some(({ id }) => id === body.warehouse_code)) return failure('仓库代码不存在')
    if (!methods.includes(body.shipping_method)) return failure(`物流产品[${body.shipping_method}]不存在`)
    const reference = body.reference_no ?? ''
    const known = reference === '' ? undefined : byReference(reference)
    if (known !== undefined && statusOf(known) !== 'X')
      return failure(`参考号[${reference}]已存在`, '10103012')
    const taken = requests.ask({
      reference,
      number: body.items[0]?.transaction_id || reference,
      facilityId: body.warehouse_code,
      recipient: {
        name: [body.name, body.last_name].filter(Boolean).join(' '),
        company: body.company || undefined,
        addressLines: [body.address1, ...(body.address2 ? [body.address2] : [])],
        city: body.city,
        region: body.province,
        postalCode: body.zipcode,
        country: body.country_code,
        phone: body.phone || undefined,
        email: body.email || undefined,
      },
      lines: body.items.map(({ product_sku, quantity }) => ({ sku: product_sku, quantity })),
      details: { shipping_method: body.shipping_method, order_desc: body.order_desc ?? '' },
      takesDuplicates: true,
    })
    if (taken.kind === 'unknown-sku') return failure(`商品[${taken.sku}]不存在`, '10103021')
    if (taken.kind !== 'received') return failure('系统异常，请稍后再试', '10100500')
    // What is not approved waits as a draft.
    if (body.verify === 0)
      requests.step(taken.request.id, { step: 'hold', code: 'draft', message: '待发货审核' })
    const code = orderCodeOf(taken.request)
    return success({ order_code: code, data: { order_code: code } })
  })

  app.post('/order/get_order_by_code', async (request) => {
    const read = byCode.safeParse(request.body)
    const found = read.success ? get(read.data.order_code) : undefined
    return found === undefined ? failure('订单不存在', '10103086') : success({ data: toOrderJson(found) })
  })
  app.post('/order/get_order_by_ref_code', async (request) => {
    const read = z.object({ reference_no: needed(50) }).safeParse(request.body)
    const found = read.success ? byReference(read.data.reference_no) : undefined
    return found === undefined ? noData() : success({ data: toOrderJson(found) })
  })

  const list = (rows: readonly FloorRequest[], body: unknown, wanted: readonly string[]) => {
    const read = listBody.safeParse(body)
    if (!read.success) return faultOf(read.error)
    const { page, pageSize: size, order_status, order_code_arr, modify_date_from, modify_date_to } = read.data
    if (order_status !== undefined && !wanted.includes(order_status))
      return failure('参数[order_status]不符合要求')
    const states = order_status === undefined ? wanted : [order_status]
    const found = rows.filter(
      (one) =>
        states.includes(statusOf(one)) &&
        (order_code_arr === undefined
          ? isWithin(one.changedAtMs, modify_date_from, modify_date_to)
          : order_code_arr.includes(orderCodeOf(one))),
    )
    return pageOf(found, { page, size, sizeMax: ORDER_PAGE }, toOrderJson)
  }
  app.post('/order/get_order_list', async ({ body }) => list(requests.all(), body, ['W', 'D', 'N', 'P', 'X']))
  app.post('/order/get_draft_order_list', async ({ body }) => {
    // Here the state must be given.
    const has = z.object({ order_status: z.string() }).safeParse(body).success
    return has ? list(requests.all(), body, ['C', 'H']) : failure('参数[order_status]不能为空')
  })

  app.post('/order/cancel_order', async (request) => {
    const read = byCode.extend({ reason: needed(500) }).safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const found = get(read.data.order_code)
    if (found === undefined) return failure('订单不存在', '10103086')
    const order_code = read.data.order_code
    if (statusOf(found) === 'X') return { ...failure('订单已废弃', 10103099), order_code }
    if (!isOpen(found)) return { ...failure('订单已发货，不能取消'), order_code }
    // What is packed is stopped on the floor, which GoodCang says first.
    const isPacked = found.isPicked
    const isStopped = requests.cancel(found.id, 'until-shipped') === 'cancelled'
    return success({ order_code, cancel_status: isStopped ? (isPacked ? 1 : 2) : 3 })
  })
}
