import type { Language } from '../language.ts'

/**
 * The columns of a file of items that people are told of, by their names in the hub (`apps/hub/src/imports/item-columns.ts`)
 * and in Chinese files, each with a cell as it may stand there. A browser test sends the template to a real hub.
 */
export const itemColumns = [
  { name: 'sku', zh: '货号', cell: 'MUG-BLUE', zhCell: 'MUG-BLUE' },
  { name: 'name', zh: '名称', cell: 'Blue mug', zhCell: '蓝色马克杯' },
  { name: 'barcodes', zh: '条码', cell: '4006381333931', zhCell: '4006381333931' },
  { name: 'base unit', zh: '基本单位', cell: 'piece', zhCell: '个' },
  { name: 'units', zh: '包装单位', cell: 'case=12', zhCell: '箱=12' },
  { name: 'tracking', zh: '跟踪方式', cell: 'plain', zhCell: '普通' },
  { name: 'location', zh: '仓库', cell: '', zhCell: '' },
  { name: 'quantity', zh: '数量', cell: '24', zhCell: '24' },
] as const

/** Those that few need; a template without them is easier to read. */
export const rareColumns = [
  { name: 'name en', zh: '英文名称', cell: 'Blue mug', zhCell: 'Blue mug' },
  { name: 'name zh-CN', zh: '中文名称', cell: '蓝色马克杯', zhCell: '蓝色马克杯' },
  { name: 'product', zh: '产品', cell: 'MUG', zhCell: 'MUG' },
  { name: 'options', zh: '规格', cell: 'color=Blue | size=M', zhCell: '颜色=蓝 | 尺寸=M' },
  { name: 'archived', zh: '归档', cell: 'no', zhCell: 'no' },
] as const

export type ItemColumn = (typeof itemColumns)[number] | (typeof rareColumns)[number]

/** A second item, with what may be left out left out. */
const second = { sku: 'TEA-GREEN', name: { en: 'Green tea', zh: '绿茶' }, quantity: '10' }

/**
 * A file of two items to fill in, as spreadsheet programs open it. Pure.
 * @param location where the stock of its rows is; undefined: there is no location yet, and the hub makes one
 */
export function itemsTemplate(language: Language, location: string | undefined): string {
  const isChinese = language === 'zh'
  const header = itemColumns.map(({ name, zh }) => (isChinese ? zh : name))
  const rows = [
    itemColumns.map(({ name, cell, zhCell }) =>
      name === 'location' ? (location ?? '') : isChinese ? zhCell : cell,
    ),
    itemColumns.map(({ name }) => {
      if (name === 'sku' || name === 'quantity') return second[name]
      if (name === 'name') return second.name[language]
      return name === 'location' ? (location ?? '') : ''
    }),
  ]
  const lines = [header, ...rows].map((cells) => cells.map(toCell).join(','))
  // Excel takes a file without this mark for one of its own code page, and shows Chinese as noise.
  return `\uFEFF${lines.join('\r\n')}\r\n`
}

function toCell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
