import { cell, code, flag, oneOf, optional, required, text, whole } from '@plimsoll/files'
import { type CustomField, findCustomFields } from '@plimsoll/stock'
import type { SyncContext } from '@plimsoll/sync'
import { readBarcodesCell, readPairsCell, readUnitsCell } from './item-cells.ts'
import { NAMES } from './sheet.ts'

const LIST_MAX = 5_000

/** What an item may have in a file. An empty cell leaves what the item has. */
export const itemColumns = {
  sku: required('sku', NAMES.sku, code(200)),
  name: optional('name', NAMES.name, text(500)),
  names: optional('names', ['name by language', '多语言名称'], pairs()),
  nameZh: optional('name zh-CN', ['name zh', 'chinese name', '中文名称', '中文名'], text(500)),
  nameEn: optional('name en', ['english name', '英文名称', '英文名'], text(500)),
  barcodes: optional('barcodes', ['barcode', 'gtin', 'ean', 'upc', '条码', '条形码', '商品条码'], barcodes()),
  baseUnit: optional('base unit', ['unit', 'uom', '单位', '基本单位', '计量单位'], code(30)),
  units: optional('units', ['pack units', '换算', '包装单位', '单位换算'], units()),
  product: optional('product', ['product code', 'spu', 'style', '款号', '产品'], code(100)),
  options: optional('options', ['variant', '规格', '属性'], pairs()),
  tracking: optional(
    'tracking',
    ['tracked by', '跟踪方式', '管理方式'],
    oneOf({
      plain: ['none', '无', '普通'],
      lot: ['batch', '批号', '批次'],
      serial: ['serial number', '序列号'],
    }),
  ),
  archived: optional('archived', ['归档', '停用', '已归档'], flag()),
  location: optional('location', NAMES.location, code(100)),
  /** Opening stock in base units; absent is not zero: nothing is received then. */
  quantity: optional(
    'quantity',
    [...NAMES.quantity, 'opening stock', '期初库存', '期初数量'],
    whole({ min: 0 }),
  ),
}

/** A column for each custom field of the brand: `custom.color`, or what the field is called. */
export async function readCustomColumns({ database, organizationId }: SyncContext) {
  const fields = await findCustomFields(database.kysely, organizationId)
  return Object.fromEntries(
    fields.map((field) => [
      customColumn(field.key),
      optional(customColumn(field.key), [field.name], customCell(field)),
    ]),
  )
}

export function customColumn(key: string): string {
  return `custom.${key}`
}

function customCell({ type }: CustomField) {
  return cell<string | number | boolean>((value, complain) => {
    const written = value.trim()
    switch (type) {
      case 'string':
        return written
      case 'number':
        return /^-?\d+(\.\d+)?$/.test(written)
          ? Number(written)
          : complain('cell-invalid', 'is not a number such as 1.5')
      case 'boolean': {
        const read = flag().safeParse(written)
        return read.success ? read.data : complain('cell-invalid', 'is neither yes nor no')
      }
      default: {
        const never: never = type
        return never
      }
    }
  })
}

function pairs() {
  return cell((value, complain) => {
    const read = readPairsCell(checked(value, complain))
    return 'wrong' in read ? complain('cell-invalid', read.wrong) : read.pairs
  })
}

function units() {
  return cell((value, complain) => {
    const read = readUnitsCell(checked(value, complain))
    return 'wrong' in read ? complain('cell-invalid', read.wrong) : read.units
  })
}

/** As Excel shows a long number in a narrow column. */
const SCIENTIFIC = /^\d([.,]\d+)?E\+\d{1,3}$/i

function barcodes() {
  return cell((value, complain) => {
    const read = readBarcodesCell(checked(value, complain))
    const lost = read.find(({ barcode }) => SCIENTIFIC.test(barcode))
    return lost === undefined ? read : complain('digits-lost', `"${lost.barcode}" has lost its last digits`)
  })
}

function checked(value: string, complain: (code: 'cell-invalid', message: string) => string): string {
  if (value.length > LIST_MAX) return complain('cell-invalid', `has more than ${LIST_MAX} characters`)
  return value.includes('\u0000') ? complain('cell-invalid', 'holds the character U+0000') : value
}
