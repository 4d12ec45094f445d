/** The feeds of a warehouse, and the fields that each may be read into; the hub says what is wrong with any of them. */
export const inFeeds = ['levels', 'shipments', 'receipts', 'returns', 'items', 'adjustments'] as const
export type InFeed = (typeof inFeeds)[number]

const received = ['externalId', 'sku', 'quantity', 'condition', 'receivedAt'] as const
const receivedMore = ['line', 'lot', 'expiresOn', 'serials', 'complete', 'locationId', 'row'] as const
/** Those that most files have, and those that some have. */
export const feedFields = {
  levels: {
    usual: ['sku', 'locationId', 'onHand', 'available', 'committed', 'held', 'incoming'],
    more: ['change', 'lot', 'expiresOn', 'countedAt', 'stockUnitId', 'row'],
  },
  shipments: {
    usual: ['shipmentId', 'sku', 'quantity', 'parcel', 'carrier', 'trackingNumber', 'shippedAt', 'row'],
    more: ['externalId', 'state', 'problem', 'problemCode', 'trackingUrl', 'lineId', 'lot', 'serials'],
  },
  receipts: { usual: [...received, 'inboundId'], more: receivedMore },
  returns: { usual: [...received, 'returnId', 'number', 'shipmentId'], more: receivedMore },
  items: { usual: ['sku', 'title', 'barcode'], more: ['state', 'stockUnitId'] },
  adjustments: {
    usual: ['sku', 'change', 'at', 'row'],
    more: ['held', 'locationId', 'reason', 'stockUnitId'],
  },
} as const satisfies Record<InFeed, { usual: readonly string[]; more: readonly string[] }>
export type FieldName = (typeof feedFields)[InFeed]['usual' | 'more'][number]

/** Without these no row is understood. */
export const neededFields: Record<InFeed, readonly string[]> = {
  levels: ['sku'],
  shipments: ['shipmentId'],
  receipts: ['externalId', 'sku', 'quantity'],
  returns: ['externalId', 'sku', 'quantity'],
  items: ['sku'],
  adjustments: ['sku', 'change'],
}

/** Words of the warehouse's own that have to be explained: under which key, and by which of ours. */
export const explained = {
  shipments: {
    field: 'state',
    key: 'states',
    words: ['received', 'working', 'held', 'rejected', 'shipped', 'cancelled'],
  },
  receipts: { field: 'condition', key: 'conditions', words: ['sellable', 'damaged', 'disposed', 'waiting'] },
  returns: { field: 'condition', key: 'conditions', words: ['sellable', 'damaged', 'disposed', 'waiting'] },
} as const
type Word = (typeof explained)[keyof typeof explained]['words'][number]
/** The key of what a word means to a reader: what may be sold has no word of its own in our vocabulary. */
export function meaningOf(word: Word): Exclude<Word, 'sellable'> | 'good' {
  return word === 'sellable' ? 'good' : word
}
export type ExplainedFeed = keyof typeof explained

export const encodings = [
  'utf-8',
  'gb18030',
  'gbk',
  'big5',
  'shift_jis',
  'euc-kr',
  'windows-1252',
  'windows-1250',
  'windows-1251',
  'iso-8859-15',
  'utf-16le',
  'utf-16be',
]
export const formatKinds = ['csv', 'excel', 'fixed-width', 'xml', 'json', 'ndjson'] as const
export const datePatterns = [
  'YYYY-MM-DD HH:mm:ss',
  'YYYY-MM-DD HH:mm',
  'YYYY-MM-DD',
  'YYYY/MM/DD HH:mm',
  'YYYYMMDDHHmmss',
  'YYYYMMDD',
  'DD.MM.YYYY HH:mm',
  'DD.MM.YYYY',
  'DD/MM/YYYY HH:mm',
  'MM/DD/YYYY HH:mm',
]
