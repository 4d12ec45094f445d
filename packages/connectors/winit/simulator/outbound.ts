import { toBeijingTime } from '@plimsoll/connector-kit'
import {
  type FloorParcel,
  type FloorRequest,
  isOpen,
  type WarehouseFloor,
} from '@plimsoll/connector-kit/simulator'
import { z } from 'zod'
import { type Data, daysOf, failure, pageOf, success, textOf } from './envelope.ts'

const text = z.string().trim()
const createBody = z.object({
  sellerOrderNo: text.min(1).max(40),
  repeatable: z.enum(['Y', 'N']),
  warehouseID: text.min(1),
  deliveryWayID: text.min(1),
  recipientName: text,
  phoneNum: text.optional(),
  emailAddress: text.optional(),
  state: text.length(2),
  region: text.optional(),
  city: text,
  zipCode: text,
  address1: text,
  address2: text.optional(),
  productList: z
    .array(z.object({ productCode: text.min(1), productNum: z.int().min(1) }))
    .min(1)
    .max(100),
})

/** A list takes so many days. */
const DAYS_MAX = 32

export const numberOf = ({ id }: FloorRequest) => `WO${String(id).padStart(10, '0')}`

const names = {
  received: ['CFI', '出库确认中'],
  working: ['PKI', '拣选中'],
  held: ['WSC', '卖家确认处理方式'],
  shipped: ['DLI', '派送中'],
  rejected: ['VO', '已作废'],
  cancelled: ['VO', '已作废'],
} as const

const statusOf = ({ state }: FloorRequest) => names[state][0]

/** Outbound orders (海外仓出库单). */
export function outboundCalls(floor: WarehouseFloor, ways: readonly string[]) {
  const { requests } = floor
  const get = (number: string) => requests.all().find((one) => numberOf(one) === number)

  return {
    createOutboundOrder(data: Data) {
      const read = createBody.safeParse(data)
      if (!read.success)
        return failure('20001', `参数${read.error.issues[0]?.path.map(String).join('.')}错误`)
      const body = read.data
      if (body.address1 === '') return failure('20002', '街道1不能为空')
      if (body.recipientName === '') return failure('20002', '收件人姓名不能为空')
      if (body.city === '') return failure('20002', '城市不能为空')
      if (body.zipCode === '') return failure('20002', '邮编不能为空')
      if (!ways.includes(body.deliveryWayID)) return failure('20003', '派送方式不存在')
      const taken = requests.ask({
        reference: body.sellerOrderNo,
        number: body.sellerOrderNo,
        facilityId: body.warehouseID,
        recipient: {
          ...whoOf(body.recipientName),
          addressLines: [body.address1, ...(body.address2 ? [body.address2] : [])],
          city: body.city,
          region: body.region || undefined,
          postalCode: body.zipCode,
          country: body.state,
          phone: body.phoneNum || undefined,
          email: body.emailAddress || undefined,
        },
        lines: body.productList.map(({ productCode, productNum }) => ({
          sku: productCode,
          quantity: productNum,
        })),
        takesDuplicates: body.repeatable === 'Y',
      })
      if (taken.kind === 'duplicate') return failure('20004', `卖家订单号${body.sellerOrderNo}重复`)
      if (taken.kind === 'unknown-sku') return failure('20005', `商品编码${taken.sku}不存在`)
      if (taken.kind === 'unknown-facility') return failure('20006', '仓库不存在')
      return success({ outboundOrderNum: numberOf(taken.request) })
    },

    queryOutboundOrderList(data: Data) {
      const isWithin = daysOf(data.dateOrderedStartDate, data.dateOrderedEndDate, DAYS_MAX)
      if (isWithin === undefined) return failure('20007', '出库单提交时间错误')
      const [reference, status] = [textOf(data.sellerOrderNo), textOf(data.status)]
      const found = requests
        .all()
        .filter(
          (one) =>
            isWithin(one.receivedAtMs) &&
            (reference === '' || one.reference === reference) &&
            (status === '' ? statusOf(one) !== 'VO' : statusOf(one) === status),
        )
      const page = pageOf(data, found)
      if (page === undefined) return failure('20008', '分页参数错误')
      return success({
        currentPageNum: page.number,
        currentPageSize: page.size,
        total: page.total,
        list: page.list.map(toListJson),
      })
    },

    queryOutboundOrder(data: Data) {
      const found = get(textOf(data.outboundOrderNum))
      if (found === undefined) return failure('20009', '出库单不存在')
      return success({ list: [toJson(found)] })
    },

    voidOutboundOrder(data: Data) {
      const found = get(textOf(data.outboundOrderNum))
      if (found === undefined) return failure('20009', '出库单不存在')
      if (statusOf(found) === 'VO') return failure('20010', '出库单已作废')
      if (!isOpen(found) || requests.cancel(found.id, 'until-shipped') !== 'cancelled')
        return failure('20011', '出库单已派送，不能作废')
      return success({ outboundOrderNum: numberOf(found) })
    },
  }
}

/** It has no field for a firm, which people write behind the name. */
function whoOf(name: string): { name: string; company: string | undefined } {
  const [, own = name, company] = /^(.*) \(([^()]+)\)$/.exec(name) ?? []
  return { name: own, company }
}

const momentOf = (ms: number) => toBeijingTime(new Date(ms))

function leftAtOf({ state, parcels }: FloorRequest): string | null {
  const last = state === 'shipped' ? parcels.at(-1) : undefined
  return last === undefined ? null : momentOf(last.shippedAtMs)
}

function toListJson(request: FloorRequest) {
  const { recipient, state, parcels, lines } = request
  return {
    exwarehouseId: String(request.id),
    documentNo: numberOf(request),
    sellerOrderNo: request.reference,
    status: statusOf(request),
    statusName: names[state][1],
    warehouseId: Number(request.facilityId) || request.facilityId,
    warehouseName: request.facilityId,
    trackingNo: state === 'shipped' ? (parcels.at(-1)?.trackingNumber ?? '') : '',
    name: recipient.name,
    countryName: recipient.country,
    dateOrdered: momentOf(request.receivedAtMs),
    dateFinish: leftAtOf(request),
    sku: lines.map(({ sku, quantity }) => `${sku}@@${quantity}`).join(','),
  }
}

function toJson(request: FloorRequest) {
  const { recipient, state, parcels } = request
  const left = state === 'shipped' ? parcels : []
  return {
    outboundOrderNum: numberOf(request),
    outboundOrderID: String(request.id),
    sellerOrderNo: request.reference,
    isRepeat: 'N',
    status: statusOf(request),
    statusName: names[state][1],
    warehouseId: request.facilityId,
    recipientName: recipient.name,
    state: recipient.country,
    regionName: recipient.region ?? '',
    city: recipient.city,
    zipCode: recipient.postalCode ?? '',
    address1: recipient.addressLines[0] ?? '',
    address2: recipient.addressLines[1] ?? null,
    phoneNum: recipient.phone ?? '',
    emailAddress: recipient.email ?? '',
    orderedTime: momentOf(request.receivedAtMs),
    outboundDate: leftAtOf(request),
    trackingNum: left.at(-1)?.trackingNumber ?? '',
    carrier: left.at(-1)?.carrier ?? null,
    packageList: left.map((parcel) => toPackageJson(request, parcel)),
  }
}

function toPackageJson(request: FloorRequest, parcel: FloorParcel) {
  return {
    packageNum: `${numberOf(request)}-P${parcel.id}`,
    trackingNos: parcel.trackingNumber === undefined ? [] : [parcel.trackingNumber],
    outboundDate: momentOf(parcel.shippedAtMs),
    weight: '0.5',
    status: 'DLI',
    merchandiseList: parcel.lines.map(({ sku, quantity }) => ({
      productCode: sku,
      productNum: String(quantity),
      specification: '',
      itemList: [],
    })),
  }
}
