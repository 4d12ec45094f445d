import type { FloorCount, FloorInbound, WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { type Body, failure, page, periodOf, success, textOf } from './envelope.ts'
import { consignmentNoOf } from './outbound.ts'

const inboundBody = z.object({
  ref_no: z.string().max(80),
  is_pickup: z.literal('N'),
  from_warehouse_code: z.string().min(1),
  to_warehouse_code: z.string().min(1),
  transport_type: z.enum(['A', 'S', 'E', 'G', 'R']),
  supplier_address: z.object({
    country: z.string().length(2),
    state: z.string().min(1),
    city: z.string(),
    plan_arrive_time: z.int(),
  }),
  print_box_no: z.enum(['Y', 'N']),
  remark: z.string().max(200).optional(),
  iconsignment_sku: z
    .array(
      z.object({
        box_no: z.string(),
        sku_code: z.string().min(1),
        plan_qty: z.int().min(1),
        batch_no: z.string().optional(),
      }),
    )
    .min(1),
})

/** Warehouses, SKUs, what lies there, what came in. */
export function stockCalls(floor: WarehouseFloor, now: () => number) {
  const { intake } = floor
  return {
    'com.basis.warehouse.getlist': () =>
      success(
        floor.facilities.map(({ id, name }) => ({
          warehouse_code: id,
          warehouse_name_cn: name,
          warehouse_name_en: name,
          country: id.slice(0, 2),
        })),
      ),
    'fu.wms.sku.getlist'(body: Body) {
      const wanted = z.array(z.string()).min(1).max(100).safeParse(body.lstsku)
      if (!wanted.success) return failure('ERR_LSTSKU', '最大支持100个SKU查询')
      const found = wanted.data.flatMap((sku) => floor.item(sku) ?? [])
      return success({
        skulist: found.map(({ sku, title, barcode }) => ({
          sku_id: '9020003123',
          sku_code: sku,
          sku_name: title,
          product_code: barcode ?? '',
          sku_status: 'S',
        })),
      })
    },
    'fu.wms.inventory.get'(body: Body) {
      return page(
        body,
        floor.counts().flatMap((count) => rowsOf(floor, count)),
        500,
        (row) => row,
      )
    },
    'fu.wms.inventory.getlog'(body: Body) {
      const isWithin = periodOf(
        { start: body.create_time_start, end: body.create_time_end },
        { nowMs: now(), daysMax: 30 },
      )
      if (isWithin === undefined) return failure('MISS_PARAM_RESOURCE', '查询时间跨度最长为30天')
      const found = intake
        .inbounds()
        .find((one) => consignmentNoOf(one, 'IC') === textOf(body.consignment_no))
      const flows = (found?.received ?? []).filter(({ receivedAtMs }) => isWithin(receivedAtMs))
      return page(body, flows, 500, ({ id, sku, quantity, condition, receivedAtMs }) => ({
        inventory_flow_id: `${found?.id}-${id}`,
        sku_code: sku,
        warehouse_code: found?.facilityId ?? '',
        business_type: 'I',
        business_ref_no: textOf(body.consignment_no),
        batch_no: '',
        io_qty: String(quantity),
        balance_stock: '0',
        stock_quality: condition === 'sellable' ? 'G' : 'B',
        create_time: Math.floor(receivedAtMs),
      }))
    },
    'fu.wms.inbound.create'(body: Body) {
      const read = inboundBody.safeParse(body)
      if (!read.success)
        return failure('ERR_PARAMETER', `参数${read.error.issues[0]?.path.map(String).join('.')}错误`)
      const taken = intake.announce({
        reference: undefined, // It looks at none: two alike are two.
        number: read.data.remark ?? '',
        facilityId: read.data.to_warehouse_code,
        lines: read.data.iconsignment_sku.map(({ sku_code, plan_qty, batch_no }) => ({
          sku: sku_code,
          quantity: plan_qty,
          lot: batch_no,
        })),
        details: { ref_no: read.data.ref_no },
      })
      if (taken.kind === 'unknown-sku') return failure('ERR_SKU_NOT_EXIST', 'SKU不存在', taken.sku)
      if (taken.kind === 'unknown-facility') return failure('ERR_WAREHOUSE_NOT_EXIST', '仓库不存在')
      return success({ consignment_no: consignmentNoOf(taken.inbound, 'IC'), ref_no: read.data.ref_no })
    },
    'fu.wms.inbound.getlist'(body: Body) {
      const isWithin = periodOf(
        { start: body.create_time_start, end: body.create_time_end },
        { nowMs: now(), daysMax: 93 },
      )
      if (isWithin === undefined) return failure('MISS_PARAM_RESOURCE', '最大支持3个月数据查询')
      const reference = textOf(body.ref_no)
      const found = intake
        .inbounds()
        .filter(
          (one) => isWithin(one.announcedAtMs) && (reference === '' || one.details.ref_no === reference),
        )
      return page(body, found, 100, toInboundJson)
    },
  }
}

/** By quality, and by batch where there are some: what is promised is taken from the first ones. */
function rowsOf(floor: WarehouseFloor, { sku, facilityId, damaged, committed, incoming }: FloorCount) {
  let promised = committed
  const row = (more: object) => ({
    customer_code: '',
    warehouse_code: facilityId,
    sku_id: '9020003123',
    sku_code: sku,
    batch_no: '',
    available_stock: 0,
    pending_stock: 0,
    onway_stock: 0,
    stock_quality: 'G',
    ...more,
  })
  const shelves = floor.shelf({ sku, facilityId })
  const good = (shelves.length > 0 ? shelves : [{ lot: undefined, sellable: 0 }]).map(
    ({ lot, sellable }, at) => {
      const pending = Math.min(promised, sellable)
      promised -= pending
      return row({
        batch_no: lot ?? '',
        // As text and as numbers.
        available_stock: at % 2 === 0 ? sellable - pending : String(sellable - pending),
        pending_stock: String(pending),
        onway_stock: at === 0 ? incoming : 0,
      })
    },
  )
  return damaged > 0 ? [...good, row({ stock_quality: 'B', available_stock: damaged })] : good
}

function toInboundJson(one: FloorInbound) {
  const names = { announced: 'A', arriving: 'P', closed: 'C', cancelled: 'X' } as const
  const units = (rows: readonly { sku: string; quantity: number }[], sku: string) =>
    rows.filter((row) => row.sku === sku).reduce((sum, { quantity }) => sum + quantity, 0)
  const skus = new Set([...one.lines, ...one.received].map(({ sku }) => sku))
  return {
    consignment_no: consignmentNoOf(one, 'IC'),
    ref_no: one.details.ref_no ?? '',
    to_warehouse_code: one.facilityId,
    status: names[one.state],
    create_time: Math.floor(one.announcedAtMs),
    lstsku: [...skus].map((sku) => ({
      box_no: '1',
      sku_code: sku,
      plan_qty: String(units(one.lines, sku)),
      received_qty: String(units(one.received, sku)),
      putaway_qty: String(units(one.received, sku)),
      exception_qty: '0',
    })),
  }
}
