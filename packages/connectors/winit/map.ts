import {
  type ExternalCount,
  type ExternalListing,
  hubIdOf,
  Malformed,
  unitsBySku,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import type { Item, ListedOrder, Order, Parcel, Storage } from './answers.ts'

/** Winit's shapes and what they mean. Pure. */

const JOINT = '@@'

/** A product (商品编码) with its 规格, where the account has such: Winit itself writes `@@` between parts, in its lists. */
export function unitIdOf(code: string, specification: string | undefined): string {
  return specification === undefined ? code : `${code}${JOINT}${specification}`
}

export function productOf(stockUnitId: string): { code: string; specification: string | undefined } {
  const at = stockUnitId.indexOf(JOINT)
  return at < 0
    ? { code: stockUnitId, specification: undefined }
    : { code: stockUnitId.slice(0, at), specification: stockUnitId.slice(at + JOINT.length) }
}

export function toListing({ skuCode, specification, name, cnName, isActive }: Item): ExternalListing {
  const id = unitIdOf(skuCode, specification)
  return {
    externalId: id,
    sku: id,
    barcode: undefined,
    title: name ?? cnName ?? '',
    stockUnitId: id,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    state: isActive === 'N' ? 'inactive' : 'active',
  }
}

/** 在库库存 is all that lies there, with what orders have reserved (待出库) and without defective units, which are another list. */
export function toCount(row: Storage, warehouseId: string): ExternalCount {
  return {
    stockUnitId: unitIdOf(row.productCode, row.specification),
    locationId: warehouseId,
    available: Math.max(0, row.inventory - row.reservedInventory),
    held: 0,
    incoming: row.pipelineInventory,
    countedAt: undefined,
    onHand: row.inventory,
  }
}

const states: ReadonlyMap<string, WarehouseShipmentState> = new Map([
  ['DR', 'held'], // 草稿
  ['CFI', 'received'], // 出库确认中
  ['CF', 'received'], // 出库确认
  ['WSC', 'held'], // 卖家确认处理方式
  ['PKI', 'working'], // 拣选中
  ['PKC', 'working'], // 拣选完成
  ['PAI', 'working'], // 打包中
  ['PAC', 'working'], // 打包完成
  ['FC', 'working'], // 费用确认中
  ['VOI', 'working'], // 作废处理中: it may yet leave
  ['HPO', 'shipped'], // 移交邮局
  ['DLI', 'shipped'], // 派送中
  ['DLC', 'shipped'], // 派送完成
  ['VO', 'cancelled'], // 已作废
])

export function stateOf(status: string, number: string): WarehouseShipmentState {
  const state = states.get(status)
  if (state === undefined)
    throw new Malformed(
      `outbound order ${number} has a status that Winit never documented`,
      status.slice(0, 100),
    )
  return state
}

const problems = new Map([
  ['DR', '草稿: it is a draft'],
  ['WSC', '卖家确认处理方式: it waits for your word at Winit'],
])

/** An order that has not left: the list says all of it. */
export function toOpenShipment({ documentNo, sellerOrderNo, status }: ListedOrder): WarehouseShipment {
  const state = stateOf(status, documentNo)
  const message = problems.get(status)
  return {
    externalId: documentNo,
    shipmentId: hubIdOf(sellerOrderNo),
    version: undefined,
    state,
    problem: state === 'held' && message !== undefined ? { code: status, message } : undefined,
    parcels: [],
  }
}

/** An order that has left, package by package. One that says less of them than it needs is unreadable. */
export function toShippedShipment(order: Order): WarehouseShipment {
  const { outboundOrderNum, sellerOrderNo, status, packageList } = order
  if (packageList.length === 0)
    throw new Malformed(`outbound order ${outboundOrderNum} has left and says not what`, '')
  return {
    externalId: outboundOrderNum,
    shipmentId: hubIdOf(sellerOrderNo),
    version: undefined,
    state: stateOf(status, outboundOrderNum),
    problem: undefined,
    parcels: packageList.map((parcel, index) => toParcel(order, parcel, index)),
  }
}

function toParcel(order: Order, parcel: Parcel, index: number): WarehouseShipment['parcels'][number] {
  const { outboundOrderNum, packageList } = order
  const shippedAt = parcel.outboundDate ?? order.outboundDate
  if (shippedAt === undefined)
    throw new Malformed(`outbound order ${outboundOrderNum} has left and says not when`, '')
  const lines = parcel.merchandiseList
    .filter(({ productNum }) => productNum > 0)
    .map(({ productCode, specification, productNum }) => ({
      sku: unitIdOf(productCode, specification),
      quantity: productNum,
    }))
  if (lines.length === 0)
    throw new Malformed(`a package of outbound order ${outboundOrderNum} says not what is in it`, '')
  const own = parcel.trackingNos.find((number) => number !== undefined)
  return {
    externalId: parcel.packageNum ?? `${outboundOrderNum}-${index + 1}`,
    carrier: order.carrier ?? order.deliverywayName,
    // The order's own number names nothing where there are several packages.
    trackingNumber: own ?? (packageList.length === 1 ? order.trackingNum : undefined),
    trackingUrl: undefined,
    shippedAt,
    lines: unitsBySku(lines).map(({ sku, quantity }) => ({
      lineId: undefined,
      sku,
      quantity,
      lot: undefined,
      serials: [],
    })),
  }
}
