import { toBeijingTime } from '@plimsoll/connector-kit'
import type { FloorInbound, FloorReturn, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { LENGTHS, ORDER_PAGE } from '../limits.ts'
import { failure, faultOf, isWithin, noData, pageOf, success, wholeNumber } from './envelope.ts'
import { codeOf, idOf, orderCodeOf } from './order-json.ts'

const inboundBody = z
  .object({
    reference_no: z.string().max(50).nullish(),
    transit_type: z.literal(0),
    receiving_shipping_type: z.int().min(0).max(5),
    warehouse_code: z.string().min(1).max(32),
    tracking_number: z.string().max(35).nullish(),
    eta_date: z.iso.date(),
    receiving_desc: z.string().max(255).nullish(),
    verify: z.coerce.number().int().min(0).max(1).default(0),
    items: z
      .array(
        z.object({
          box_no: wholeNumber.min(1),
          box_details: z
            .array(
              z.object({ product_sku: z.string().min(1).max(LENGTHS.sku), quantity: wholeNumber.min(1) }),
            )
            .min(1),
        }),
      )
      .min(1),
  })
  .refine(({ verify, tracking_number }) => verify === 0 || tracking_number, { path: ['tracking_number'] })
const inboundList = z.object({
  page: wholeNumber,
  page_size: wholeNumber,
  create_date_from: z.string().optional(),
  create_date_to: z.string().optional(),
  modify_date_from: z.string().optional(),
  modify_date_to: z.string().optional(),
})
const returnList = z.object({
  currentPage: wholeNumber,
  pageSize: wholeNumber,
  startUpdateTime: z.string().optional(),
  endUpdateTime: z.string().optional(),
})

/** Inbound orders (入库单), what was put away of them, and returns (退件单). */
export function intakeRoutes(app: FastifyInstance, floor: WarehouseFloor): void {
  const { intake } = floor
  app.post('/inbound_order/create_grn', async (request) => {
    const read = inboundBody.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const { warehouse_code, reference_no, tracking_number, receiving_desc, verify, items } = read.data
    const taken = intake.announce({
      reference: undefined, // It looks at none: two alike are two.
      number: receiving_desc ?? '',
      facilityId: warehouse_code,
      lines: items.flatMap(({ box_details }) =>
        box_details.map(({ product_sku, quantity }) => ({ sku: product_sku, quantity })),
      ),
      details: { reference_no, tracking_number, verify },
    })
    if (taken.kind === 'unknown-sku') return failure(`商品[${taken.sku}]不存在`, '10103021')
    if (taken.kind === 'unknown-facility') return failure('仓库代码不存在')
    return success({ data: { receiving_code: inboundCodeOf(taken.inbound) } })
  })
  app.post('/inbound_order/get_grn_list', async (request) => {
    const read = inboundList.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const { page, page_size: size, ...dates } = read.data
    const found = intake
      .inbounds()
      .filter(
        (one) =>
          isWithin(one.announcedAtMs, dates.create_date_from, dates.create_date_to) &&
          isWithin(one.changedAtMs, dates.modify_date_from, dates.modify_date_to),
      )
    return pageOf(found, { page, size, sizeMax: ORDER_PAGE }, toInboundJson)
  })
  app.post('/inbound_order/get_batch', async (request) => {
    const { receiving_code } = z.object({ receiving_code: z.string() }).parse(request.body)
    const found = intake.inbound(idOf(receiving_code))
    if (found === undefined || found.received.length === 0) return noData()
    return success({
      data: found.received.map(({ sku, quantity, condition, receivedAtMs }) => ({
        receiving_code,
        receiving_status: inboundStatusOf(found),
        product_sku: sku,
        quantity: String(quantity),
        putaway_time: toBeijingTime(new Date(receivedAtMs)),
        inventory_type: condition === 'sellable' ? 1 : 2,
        shelf_lift: 0,
        shelf_life_list: [],
      })),
    })
  })
  app.post('/return_order/list', async (request) => {
    const read = returnList.safeParse(request.body)
    if (!read.success) return faultOf(read.error)
    const { currentPage: page, pageSize: size, startUpdateTime, endUpdateTime } = read.data
    const found = intake
      .returns()
      .filter(({ changedAtMs }) => isWithin(changedAtMs, startUpdateTime, endUpdateTime))
    return pageOf(found, { page, size, sizeMax: 100 }, (one) => toReturnJson(floor, one))
  })
}

function inboundCodeOf({ id, announcedAtMs }: FloorInbound): string {
  return codeOf('RV', id, announcedAtMs)
}

function inboundStatusOf({ state, details }: FloorInbound): number {
  switch (state) {
    case 'announced':
      return details.verify === 0 ? 0 : 7
    case 'arriving':
      return 8
    case 'closed':
      return 10
    case 'cancelled':
      return 100
  }
}

function toInboundJson(one: FloorInbound) {
  const units = (rows: readonly { quantity: number }[]) =>
    rows.reduce((sum, { quantity }) => sum + quantity, 0)
  return {
    receiving_code: inboundCodeOf(one),
    reference_no: one.details.reference_no ?? null,
    transit_type: 0,
    receiving_shipping_type: 1,
    receiving_status: inboundStatusOf(one),
    sm_code: '',
    warehouse_code: one.facilityId,
    tracking_number: one.details.tracking_number || null,
    box_total_count: 1,
    sku_total_count: units(one.lines),
    overseas_box_total: null,
    overseas_sku_total: one.received.length === 0 ? null : units(one.received),
    create_at: toBeijingTime(new Date(one.announcedAtMs)),
    update_at: toBeijingTime(new Date(one.changedAtMs)),
    remark: one.number,
  }
}

function toReturnJson(floor: WarehouseFloor, one: FloorReturn) {
  const request = one.requestId === undefined ? undefined : floor.requests.get(one.requestId)
  const isWaiting = one.lines.every(({ condition }) => condition === 'waiting')
  return {
    asro_code: codeOf('R', one.id, one.createdAtMs),
    order_code: request === undefined ? '' : orderCodeOf(request),
    reference_no: one.reference,
    asro_status: one.isComplete ? '5' : isWaiting ? '4' : '7',
    cass_type: '1',
    asro_add_time: toBeijingTime(new Date(one.createdAtMs)),
    asro_audit_time: toBeijingTime(new Date(one.createdAtMs)),
    asro_putaway_time: one.isComplete ? toBeijingTime(new Date(one.changedAtMs)) : '0000-00-00 00:00:00',
    warehouse_code: one.facilityId,
    tracking_no: '',
    product_detail: [...Map.groupBy(one.lines, ({ sku }) => sku)].map(([sku, own]) => {
      const units = (wanted: string) =>
        own.filter(({ condition }) => condition === wanted).reduce((sum, { quantity }) => sum + quantity, 0)
      return {
        product_sku: sku,
        sellable_qty: units('sellable'),
        unsellable_qty: units('damaged'),
        destruction_qty: units('disposed'),
        return_auth: 1,
      }
    }),
  }
}
