import { toBeijingDay, toBeijingTime } from '@plimsoll/connector-kit'
import { type FloorParcel, type FloorRequest, isOpen } from '@plimsoll/connector-kit/simulator'
import { CUSTOMER } from './account.ts'

/** What GoodCang shows of an outbound order. */

/** `G296-261126-1001`. */
export function codeOf(prefix: string, id: number, madeAtMs: number): string {
  return `${prefix}${CUSTOMER.code}-${toBeijingDay(new Date(madeAtMs)).slice(2).replaceAll('-', '')}-${id}`
}

export function idOf(code: string): number {
  return Number(/-(\d{1,9})$/.exec(code)?.[1] ?? Number.NaN)
}

export function orderCodeOf({ id, receivedAtMs }: FloorRequest): string {
  return codeOf('', id, receivedAtMs)
}

export function statusOf({ state, problem }: FloorRequest): 'C' | 'W' | 'D' | 'H' | 'N' | 'P' | 'X' {
  switch (state) {
    case 'received':
    case 'working':
      return 'W'
    case 'shipped':
      return 'D'
    case 'cancelled':
    case 'rejected':
      return 'X'
    case 'held':
      if (problem?.code === 'draft') return 'C'
      if (problem?.code === 'address') return 'P'
      return problem?.code === 'on-hold' ? 'H' : 'N'
  }
}

export function toOrderJson(request: FloorRequest) {
  const { recipient, state, problem, parcels, lines, details } = request
  const [address1 = '', address2 = ''] = recipient.addressLines
  const last = parcels.at(-1)
  const isShipped = state === 'shipped'
  return {
    order_code: orderCodeOf(request),
    reference_no: request.reference,
    platform: 'OTHER',
    order_status: statusOf(request),
    shipping_method: details.shipping_method ?? 'FEDEX-SMALLPARCEL',
    tracking_no: isShipped ? (last?.trackingNumber ?? '') : labelOf(request),
    warehouse_code: request.facilityId,
    order_weight: '0.000',
    order_desc: details.order_desc ?? '',
    date_create: toBeijingTime(new Date(request.receivedAtMs)),
    date_release: toBeijingTime(new Date(request.receivedAtMs)),
    date_shipping:
      isShipped && last !== undefined ? toBeijingTime(new Date(last.shippedAtMs)) : '0000-00-00 00:00:00',
    date_modify: toBeijingTime(new Date(request.changedAtMs)),
    abnormal_problem_reason: state === 'held' ? (problem?.message ?? '') : '',
    consignee_country_code: recipient.country,
    consignee_state: recipient.region ?? '',
    consignee_city: recipient.city,
    consignee_address1: address1,
    consignee_address2: address2,
    consignee_address3: '',
    consignee_zipcode: recipient.postalCode ?? '',
    consignee_doorplate: '',
    consignee_company: recipient.company ?? null,
    consignee_name: recipient.name,
    consignee_last_name: '',
    consignee_phone: recipient.phone ?? '',
    consignee_email: recipient.email ?? '',
    items: lines.map(({ sku, quantity }) => ({
      product_sku: sku,
      quantity,
      transaction_id: request.number,
      item_id: '',
      fba_product_code: '',
    })),
    fee_details: { totalFee: 0, SHIPPING: 0, OPF: 0, currency_code: 'USD' },
    orderBoxInfo: isShipped && needsBoxes(request) ? parcels.flatMap((parcel) => boxOf(request, parcel)) : [],
  }
}

/** The label is made as somebody begins; the parcel carries it later. */
function labelOf(request: FloorRequest): string {
  if (!isOpen(request) || request.state !== 'working') return ''
  return `1Z${String(request.id).padStart(10, '0')}${String(request.parcels.length + 1).padStart(3, '0')}`
}

/** One box with all that was ordered is named nowhere. */
function needsBoxes({ parcels, lines }: FloorRequest): boolean {
  return parcels.length > 1 || lines.some(({ quantity, shipped }) => quantity !== shipped)
}

function boxOf(request: FloorRequest, parcel: FloorParcel) {
  return parcel.lines.map(({ sku, quantity }) => ({
    order_code: orderCodeOf(request),
    box_no: `1-${parcel.id}`,
    ob_length: '10.00',
    ob_width: '10.00',
    ob_height: '10.00',
    ob_weight: '1.00',
    ob_add_time: toBeijingTime(new Date(parcel.shippedAtMs)),
    tracking_number: parcel.trackingNumber,
    product_barcode: `${CUSTOMER.code}-${sku}`,
    ob_qty: quantity,
  }))
}
