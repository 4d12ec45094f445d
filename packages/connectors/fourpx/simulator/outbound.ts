import { type FloorRequest, isOpen, type WarehouseFloor } from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { type Body, failure, page, periodOf, success, textOf } from './envelope.ts'

const text = z.string().trim()
const createBody = z.object({
  ref_no: text.max(80),
  from_warehouse_code: text.min(1),
  consignment_type: z.literal('S'),
  logistics_service_info: z.object({ logistics_product_code: text.min(1) }),
  sales_no: text.optional(),
  oconsignment_desc: z.object({
    country: text.length(2),
    state: text,
    city: text,
    post_code: text,
    street: text,
    company: text.optional(),
    first_name: text,
    last_name: text.optional(),
    phone: text.optional(),
    email: text.optional(),
  }),
  oconsignment_sku: z
    .array(z.object({ sku_code: text.min(1), qty: z.int().min(1), stock_quality: z.literal('G') }))
    .min(1)
    .max(100),
})

export function consignmentNoOf({ id }: { id: number }, kind: 'OC' | 'IC'): string {
  return `${kind}90027818${String(id).padStart(8, '0')}`
}

function statusOf({ state }: FloorRequest): string {
  const names = {
    received: 'S',
    working: 'P',
    held: 'E',
    shipped: 'C',
    rejected: 'X',
    cancelled: 'X',
  } as const
  return names[state]
}

/** Outbound consignments (出库委托). Two under one reference are two: the worst that is not ruled out. */
export function outboundCalls(floor: WarehouseFloor, products: readonly string[], now: () => number) {
  const { requests } = floor
  const get = (number: string): FloorRequest | undefined => {
    const found = requests.get(Number(number.slice(10)))
    return found !== undefined && consignmentNoOf(found, 'OC') === number ? found : undefined
  }

  return {
    'fu.wms.outbound.create'(body: Body) {
      const read = createBody.safeParse(body)
      if (!read.success)
        return failure('ERR_PARAMETER', `参数${read.error.issues[0]?.path.map(String).join('.')}错误`)
      const { ref_no, from_warehouse_code, logistics_service_info, oconsignment_desc, oconsignment_sku } =
        read.data
      const to = oconsignment_desc
      if (ref_no === '') return failure('ERR_OUTBOUND_CONSIGNMENT_REF_NO_EMPTY')
      if (to.street === '') return failure('ERR_OUTBOUND_CONSIGNMENT_STREET_EMPTY')
      if (to.first_name === '') return failure('ERR_OUTBOUND_CONSIGNMENT_FIRST_NAME_EMPTY')
      if (to.state === '' && to.city === '')
        return failure('ERR_OUTBOUND_CONSIGNMENT_CITY_EMPTY', '州或城市必须填写一个')
      if (!products.includes(logistics_service_info.logistics_product_code))
        return failure('ERR_LOGISTICS_PRODUCT_NOT_EXIST', '物流产品不存在')
      const [street = '', ...more] = to.street.split(', ')
      const taken = requests.ask({
        reference: ref_no,
        number: read.data.sales_no || ref_no,
        facilityId: from_warehouse_code,
        recipient: {
          name: [to.first_name, to.last_name].filter(Boolean).join(' '),
          company: to.company || undefined,
          addressLines: [street, ...(more.length > 0 ? [more.join(', ')] : [])],
          city: to.city,
          region: to.state || undefined,
          postalCode: to.post_code || undefined,
          country: to.country,
          phone: to.phone || undefined,
          email: to.email || undefined,
        },
        lines: oconsignment_sku.map(({ sku_code, qty }) => ({ sku: sku_code, quantity: qty })),
        details: { product: logistics_service_info.logistics_product_code },
        takesDuplicates: true,
      })
      if (taken.kind === 'unknown-sku') return failure('ERR_SKU_NOT_EXIST', 'SKU不存在', taken.sku)
      if (taken.kind !== 'received') return failure('ERR_WAREHOUSE_NOT_EXIST', '仓库不存在')
      return success({ consignment_no: consignmentNoOf(taken.request, 'OC'), ref_no })
    },

    'fu.wms.outbound.getlist'(body: Body) {
      const byCreation = periodOf(
        { start: body.create_time_start, end: body.create_time_end },
        { nowMs: now(), daysMax: 30 },
      )
      const byDeparture = periodOf(
        { start: body.complete_time_start, end: body.complete_time_end },
        { nowMs: now(), daysMax: 30 },
      )
      if (byCreation === undefined || byDeparture === undefined)
        return failure('MISS_PARAM_RESOURCE', '查询时间跨度最长为30天')
      const isByDeparture = body.complete_time_start !== undefined
      const wanted = {
        ref: textOf(body.ref_no),
        number: textOf(body.consignment_no),
        status: textOf(body.status),
      }
      const found = requests.all().filter((one) => {
        const leftAt = one.parcels.at(-1)?.shippedAtMs
        return (
          (wanted.ref === '' || one.reference === wanted.ref) &&
          (wanted.number === '' || consignmentNoOf(one, 'OC') === wanted.number) &&
          (wanted.status === '' || statusOf(one) === wanted.status) &&
          (isByDeparture ? leftAt !== undefined && byDeparture(leftAt) : byCreation(one.receivedAtMs))
        )
      })
      return page(body, found, 500, toJson)
    },

    'fu.wms.outbound.cancel'(body: Body) {
      if (textOf(body.cancel_type) === '') return failure('ERR_OUTBOUND_CONSIGNMENT_CANCEL_TYPE_EMPTY')
      const found = get(textOf(body.consignment_no))
      if (found === undefined) return failure('ERR_OUTBOUND_CONSIGNMENT_NOT_EXIST', '出库委托不存在')
      if (statusOf(found) === 'X')
        return failure('ERR_OUTBOUND_CONSIGNMENT_REPEAT_CANCEL', '出库委托 重复取消')
      if (!isOpen(found)) return failure('ERR_OUTBOUND_CONSIGNMENT_SHIPPED', '出库委托已经签出，不能操作')
      if (requests.cancel(found.id, 'until-shipped') !== 'cancelled')
        return failure('ERR_OUTBOUND_CONSIGNMENT_CANCEL_REFUSED', '拦截失败')
      return success({ consignment_no: consignmentNoOf(found, 'OC'), status: 'X', ref_no: found.reference })
    },
  }
}

function toJson(request: FloorRequest) {
  const { recipient, parcels, lines, state, problem, details } = request
  const last = state === 'shipped' ? parcels.at(-1) : undefined
  const subStatus = problem?.code === 'out-of-stock' ? 'S' : 'R'
  return {
    consignment_no: consignmentNoOf(request, 'OC'),
    customer_code: '',
    '4px_tracking_no': `4PX${String(request.id).padStart(10, '0')}CN`,
    ref_no: request.reference,
    from_warehouse_code: request.facilityId,
    status: statusOf(request),
    sub_status: state === 'held' ? subStatus : null,
    error_message_origin: state === 'held' ? (problem?.message ?? null) : null,
    consignment_type: 'S',
    logistics_product_code: details.product ?? 'F400',
    carrier_code: last?.carrier ?? null,
    shipping_no: last?.trackingNumber ?? null,
    sales_no: request.number,
    create_time: Math.floor(request.receivedAtMs),
    update_time: Math.floor(request.changedAtMs),
    complete_time: last === undefined ? null : Math.floor(last.shippedAtMs),
    country: recipient.country,
    state: recipient.region ?? '',
    city: recipient.city,
    district: '',
    post_code: recipient.postalCode ?? '',
    street: recipient.addressLines.join(', '),
    house_number: '',
    company: recipient.company ?? '',
    last_name: '',
    first_name: recipient.name,
    phone: recipient.phone ?? '',
    email: recipient.email ?? '',
    outboundlist_sku: lines.map(({ sku, quantity, shipped }) => ({
      sku_code: sku,
      qty: state === 'shipped' ? shipped : quantity,
      stock_quality: 'G',
      batch_no: '',
    })),
    outboundlist_serial_no: [],
    consignment_packages: [],
  }
}
