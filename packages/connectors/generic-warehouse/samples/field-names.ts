import type { InFeed } from '../definition.ts'

/**
 * What warehouses call their columns, in English and Chinese (and a few in German), by our fields. Compared without
 * spaces, signs and capitals. The first that fits is suggested; nothing is taken for granted.
 */
const NAMES: Record<string, readonly string[]> = {
  sku: [
    ...[
      'sku',
      'article',
      'articleno',
      'articlenumber',
      'item',
      'itemno',
      'itemcode',
      'itemnumber',
      'product',
    ],
    ...['productcode', 'productno', 'material', 'partno', 'code', 'artikel', 'artikelnummer', 'clientsku'],
    ...[
      '客户sku',
      '商品sku',
      '商品编码',
      '商品编号',
      '货号',
      '物料编码',
      '物料号',
      '产品编码',
      '货品编码',
      '商品代码',
    ],
  ],
  locationId: [
    ...['hall', 'site', 'warehouse', 'warehousecode', 'wh', 'location', 'facility', 'lager', 'standort'],
    ...['仓库', '仓库编码', '仓库代码', '海外仓', '仓库名称', '库房'],
  ],
  onHand: [
    ...['onhand', 'stock', 'qtyonhand', 'quantityonhand', 'physical', 'total', 'totalqty', 'bestand', 'soh'],
    ...['库存', '库存数量', '在库', '在库数量', '总库存', '实物库存', '库存总数', '现有量', '在手库存'],
  ],
  available: [
    'available',
    'availableqty',
    'sellable',
    'free',
    'atp',
    'verfügbar',
    '可售',
    '可用',
    '可用库存',
    '可用数量',
    '可售库存',
  ],
  held: [
    ...['held', 'blocked', 'damaged', 'defective', 'quarantine', 'onhold', 'hold', 'gesperrt'],
    ...['冻结', '冻结数量', '不良品', '残次', '次品', '锁定', '冻结库存'],
  ],
  committed: [
    'committed',
    'reserved',
    'allocated',
    'promised',
    'reserviert',
    '占用',
    '待出库',
    '已分配',
    '占用数量',
    '预占',
    '占用库存',
  ],
  incoming: [
    'incoming',
    'inbound',
    'announced',
    'intransit',
    'onorder',
    '在途',
    '在途数量',
    '待入库',
    '采购在途',
  ],
  change: ['change', 'delta', 'difference', 'movement', '变动', '变动数量', '变化', '调整数量'],
  lot: ['lot', 'lotno', 'lotnumber', 'batch', 'batchno', 'charge', '批次', '批号', '批次号'],
  expiresOn: [
    'expires',
    'expiry',
    'expirydate',
    'expirationdate',
    'bestbefore',
    'bbd',
    'mhd',
    '有效期',
    '到期日',
    '失效日期',
    '保质期至',
    '过期日期',
  ],
  countedAt: [
    'countedat',
    'counted',
    'asof',
    'timestamp',
    'snapshotat',
    '盘点时间',
    '统计时间',
    '更新时间',
    '库存时间',
  ],
  title: [
    'title',
    'name',
    'description',
    'itemname',
    'productname',
    'bezeichnung',
    '名称',
    '商品名称',
    '品名',
    '产品名称',
  ],
  barcode: ['barcode', 'ean', 'gtin', 'upc', 'ean13', '条码', '条形码', '商品条码'],
  shipmentId: [
    ...['reference', 'ref', 'ourreference', 'customerreference', 'clientreference', 'shipmentid', 'referenz'],
    ...['参考号', '客户单号', '外部单号', '客户参考号', '外部订单号'],
  ],
  externalId: [
    ...[
      'delivery',
      'deliveryno',
      'receipt',
      'receiptno',
      'returnno',
      'documentno',
      'orderno',
      'wmsno',
      'grn',
      'asn',
    ],
    ...['出库单号', '入库单号', '退货单号', '单号', '单据号'],
  ],
  state: ['status', 'state', '状态', '单据状态', '订单状态'],
  problem: ['remark', 'reason', 'error', 'comment', 'message', '备注', '异常原因', '原因'],
  parcel: ['box', 'parcel', 'carton', 'package', 'packageid', 'sscc', 'karton', '箱号', '包裹号', '包裹'],
  carrier: ['carrier', 'courier', 'shipper', 'service', '承运商', '物流商', '快递公司', '物流公司', '渠道'],
  trackingNumber: [
    'tracking',
    'trackingno',
    'trackingnumber',
    'awb',
    'waybill',
    '跟踪号',
    '物流单号',
    '运单号',
    '快递单号',
    '追踪号',
  ],
  trackingUrl: ['trackingurl', 'trackinglink', '跟踪链接', '物流链接'],
  shippedAt: [
    'left',
    'shipped',
    'shippedat',
    'shipdate',
    'dispatched',
    'departed',
    '出库时间',
    '发货时间',
    '发货日期',
  ],
  lineId: ['line', 'lineno', 'lineid', 'position', '行号'],
  quantity: [
    'units',
    'quantity',
    'qty',
    'pieces',
    'amount',
    'menge',
    'qtyshipped',
    'qtyreceived',
    '数量',
    '件数',
    '出库数量',
    '收货数量',
    '入库数量',
    '退货数量',
  ],
  serials: ['serials', 'serial', 'serialno', 'serialnumber', 'sn', 'imei', '序列号', '序列号列表'],
  inboundId: [
    'reference',
    'asn',
    'inboundid',
    'inboundreference',
    'po',
    'purchaseorder',
    '参考号',
    '采购单号',
    '客户单号',
  ],
  number: ['rma', 'rmano', 'returnnumber', '退货编号', '退货单号'],
  line: ['line', 'lineno', 'position', '行号'],
  condition: [
    'condition',
    'grade',
    'quality',
    'disposition',
    '品质',
    '质量',
    '等级',
    '库存属性',
    '良次品',
    '成色',
  ],
  receivedAt: [
    'received',
    'receivedat',
    'receiptdate',
    'date',
    '收货时间',
    '入库时间',
    '上架时间',
    '退货时间',
  ],
  complete: ['complete', 'closed', 'final', '是否完成', '完成'],
  at: ['at', 'date', 'time', 'bookedat', '时间', '调整时间'],
  reason: ['reason', 'reasoncode', '原因', '调整原因'],
}

/** Of a delta these mean a change, of a snapshot what lies there. */
const place = ['locationId'] as const
const received = [
  'sku',
  'quantity',
  'condition',
  'lot',
  'expiresOn',
  'serials',
  'receivedAt',
  'line',
  'complete',
] as const
/** In the order in which they choose: what is more particular first. */
export const FEED_FIELDS: Record<InFeed, readonly string[]> = {
  levels: [
    'sku',
    ...place,
    'available',
    'committed',
    'held',
    'incoming',
    'onHand',
    'change',
    'lot',
    'expiresOn',
    'countedAt',
  ],
  items: ['sku', 'title', 'barcode', 'state'],
  shipments: [
    ...['shipmentId', 'externalId', 'state', 'problem', 'parcel', 'trackingNumber', 'trackingUrl', 'carrier'],
    ...['shippedAt', 'lineId', 'sku', 'quantity', 'lot', 'serials'],
  ],
  receipts: ['inboundId', 'externalId', ...received, ...place],
  returns: ['shipmentId', 'returnId', 'number', 'externalId', ...received, ...place],
  adjustments: ['sku', ...place, 'change', 'held', 'at', 'reason'],
}

/** The column that each field of a feed is suggested to come from; a column is suggested once. */
export function suggestColumns(feed: InFeed, columns: readonly string[]): Record<string, string> {
  const free = new Map(columns.map((column) => [column, bare(column)]))
  const found: Record<string, string> = {}
  const take = (field: string, fits: (name: string, known: readonly string[]) => boolean) => {
    if (Object.hasOwn(found, field)) return
    const column = [...free].find(([, name]) => fits(name, NAMES[field] ?? []))?.[0]
    if (column === undefined) return
    found[field] = column
    free.delete(column)
  }
  for (const field of FEED_FIELDS[feed])
    take(field, (name, known) => name === bare(field) || known.includes(name))
  return found
}

function bare(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
}
