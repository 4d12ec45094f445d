import {
  type ExternalCount,
  type ExternalListing,
  hubIdOf,
  Malformed,
  quotableSentence,
  unitsBySku,
  type WarehouseReceipt,
  type WarehouseShipment,
  type WarehouseShipmentState,
} from '@plimsoll/connector-kit'
import {
  type Flow,
  type Inbound,
  type Inventory,
  type Outbound,
  RECIPIENT_FIELDS,
  type Sku,
} from './answers.ts'

/** 4PX's shapes and what they mean. Pure. */

/** @param found undefined where 4PX stores it and does not describe it */
export function toListing(skuCode: string, found: Sku | undefined): ExternalListing {
  return {
    externalId: skuCode,
    sku: skuCode,
    barcode: found?.product_code,
    title: found?.sku_name ?? found?.chinese_name ?? '',
    stockUnitId: skuCode,
    tracked: true,
    fulfilledBy: 'platform',
    sellsBeyondZero: false,
    // S is published, N a draft, X discarded.
    state: found?.sku_status === undefined || found.sku_status === 'S' ? 'active' : 'inactive',
  }
}

const GOOD = 'G'

/**
 * One count for each SKU and warehouse, of rows by batch and quality (G 良好, B 破损, C 违禁品, W 淋湿, M 霉变, E 异常). 可用 is
 * free and 待出 promised to consignments and still there; whatever is not G lies there and cannot be sent.
 */
export function toCounts(rows: readonly Inventory[]): ExternalCount[] {
  const byKey = Map.groupBy(rows, ({ warehouse_code, sku_code }) =>
    JSON.stringify([warehouse_code, sku_code]),
  )
  return [...byKey.values()].flatMap((own) => {
    const [first] = own
    if (first === undefined) return []
    const sum = (of: readonly Inventory[], pick: (row: Inventory) => number) =>
      of.reduce((total, row) => total + pick(row), 0)
    const lying = (row: Inventory) => row.available_stock + row.pending_stock
    const good = own.filter(({ stock_quality }) => stock_quality === GOOD)
    return [
      {
        stockUnitId: first.sku_code,
        locationId: first.warehouse_code,
        available: sum(good, (row) => row.available_stock),
        held: sum(own, lying) - sum(good, lying),
        incoming: sum(own, (row) => row.onway_stock),
        countedAt: undefined,
        onHand: sum(own, lying),
      },
    ]
  })
}

/** N 草稿, S 出库中, P 已下架 (picked), C 已出库, X 已取消, D 已删除, E 异常. */
function stateOf({ consignment_no, status }: Outbound): WarehouseShipmentState {
  switch (status) {
    case 'S':
      return 'received'
    case 'P':
      return 'working'
    case 'C':
      return 'shipped'
    case 'N':
    case 'E':
      return 'held'
    case 'X':
    case 'D':
      return 'cancelled'
    default:
      throw new Malformed(
        `consignment ${consignment_no} has a status that 4PX never documented`,
        status.slice(0, 100),
      )
  }
}

const troubles = new Map([
  ['G', '欠费: the account owes'],
  ['B', '计费异常: it can not be charged'],
  ['R', '审核失败: it was not approved'],
  ['S', '缺货: there is not enough stock'],
])

/** It may have changed twice within what its moments tell apart: they order nothing, and the content decides. */
export function toShipment(row: Outbound): WarehouseShipment {
  const state = stateOf(row)
  return {
    externalId: row.consignment_no,
    shipmentId: hubIdOf(row.ref_no),
    version: undefined,
    state,
    problem: state === 'held' ? problemOf(row) : undefined,
    parcels: state === 'shipped' ? [parcelOf(row)] : [],
  }
}

function problemOf(row: Outbound): { code: string; message: string } {
  const { status, sub_status, error_message_origin } = row
  if (status === 'N') return { code: 'N', message: '草稿: it is a draft' }
  const texts = RECIPIENT_FIELDS.flatMap((name) => (row[name] === undefined ? [] : [row[name]]))
  const reason = quotableSentence(error_message_origin ?? '', { without: texts })
  const name = troubles.get(sub_status ?? '') ?? '异常: something is wrong with it'
  return {
    code: sub_status === undefined ? 'E' : `E-${sub_status}`,
    message: reason === undefined ? name : `${name} (${reason})`,
  }
}

/** A consignment leaves whole. In how many boxes is told, and neither what is in which nor their numbers. */
function parcelOf(row: Outbound): WarehouseShipment['parcels'][number] {
  const { consignment_no, complete_time, outboundlist_sku } = row
  if (complete_time === undefined)
    throw new Malformed(`consignment ${consignment_no} has left and says not when`, '')
  const lines = outboundlist_sku
    .filter(({ qty }) => qty > 0)
    .map(({ sku_code, qty }) => ({ sku: sku_code, quantity: qty }))
  if (lines.length === 0) throw new Malformed(`consignment ${consignment_no} has left and says not what`, '')
  return {
    externalId: consignment_no,
    carrier: row.carrier_code ?? row.logistics_product_code,
    trackingNumber: row.shipping_no ?? row['4px_tracking_no'],
    trackingUrl: undefined,
    shippedAt: complete_time,
    lines: unitsBySku(lines).map(({ sku, quantity }) => ({
      lineId: undefined,
      sku,
      quantity,
      lot: undefined,
      serials: [],
    })),
  }
}

const openInbounds = new Set(['N', 'S', 'A', 'B', 'F', 'R', 'G', 'V', 'K', 'H', 'P', 'E'])

/** Whether more of it may come. C 已上架, X 已取消, D 已删除; all others are under way or wait for somebody. */
export function isInboundComplete({ consignment_no, status }: Inbound): boolean {
  if (status === 'C' || status === 'X' || status === 'D') return true
  if (openInbounds.has(status)) return false
  throw new Malformed(
    `inbound consignment ${consignment_no} has a status that 4PX never documented`,
    status.slice(0, 100),
  )
}

/** What was put away, by the entries of the inventory's log: they alone say when and of which quality. */
export function toReceipt(inbound: Inbound, flows: readonly Flow[]): WarehouseReceipt {
  return {
    externalId: inbound.consignment_no,
    inboundId: hubIdOf(inbound.ref_no),
    version: undefined,
    locationId: inbound.to_warehouse_code,
    isComplete: isInboundComplete(inbound),
    lines: flows
      .filter(
        ({ io_qty, business_ref_no }) =>
          io_qty > 0 && (business_ref_no ?? inbound.consignment_no) === inbound.consignment_no,
      )
      .map(({ inventory_flow_id, sku_code, io_qty, stock_quality, create_time }) => {
        if (create_time === undefined)
          throw new Malformed(
            `inbound consignment ${inbound.consignment_no} has units put away at no moment`,
            '',
          )
        return {
          externalId: inventory_flow_id,
          sku: sku_code,
          quantity: io_qty,
          condition: (stock_quality ?? GOOD) === GOOD ? ('sellable' as const) : ('damaged' as const),
          lot: undefined,
          expiresOn: undefined,
          serials: [],
          receivedAt: create_time,
        }
      }),
  }
}
