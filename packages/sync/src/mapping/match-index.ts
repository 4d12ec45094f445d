import { packSize } from './pack-size.ts'
import { plainSku } from './sku-forms.ts'
import { TitleIndex } from './title-index.ts'
import { titleTokens } from './title-tokens.ts'

/** An item that listings may sell: none that is archived. */
export type ItemToMatch = {
  itemId: string
  sku: string
  /** In every language. */
  names: readonly string[]
  /** As they are compared, with the base units that one scan means. */
  barcodes: readonly { comparable: string; units: number }[]
  /** What sets it apart from the other variants of its product: "Red", "L". */
  options: readonly string[]
}

/** An item by its place in the index; items stand there by SKU, whatever order they came in. */
export type MatchIndex = {
  items: readonly IndexedItem[]
  bySku: ReadonlyMap<string, number>
  /** By the SKU without signs; several items may be alike. */
  byPlainSku: ReadonlyMap<string, readonly number[]>
  byBarcode: ReadonlyMap<string, { item: number; units: number }>
  titles: TitleIndex
}

export type IndexedItem = {
  itemId: string
  sku: string
  options: readonly { value: string; tokens: readonly string[] }[]
  /** Of a pack, as its name says. */
  packSize: number
}

/** Everything that listings are compared with, in memory. */
export function createMatchIndex(items: readonly ItemToMatch[]): MatchIndex {
  const inOrder = [...items].sort((a, b) => (a.sku < b.sku ? -1 : 1))
  const bySku = new Map<string, number>()
  const byPlainSku = new Map<string, number[]>()
  const byBarcode = new Map<string, { item: number; units: number }>()
  const titles: { owner: number; text: string }[] = []
  for (const [nth, { sku, names, barcodes, options }] of inOrder.entries()) {
    bySku.set(sku, nth)
    const plain = plainSku(sku)
    if (plain !== '') byPlainSku.set(plain, [...(byPlainSku.get(plain) ?? []), nth])
    for (const { comparable, units } of barcodes) byBarcode.set(comparable, { item: nth, units })
    const own = options.join(' ')
    for (const name of new Set(names)) titles.push({ owner: nth, text: `${name} ${own}` })
  }
  return {
    items: inOrder.map(({ itemId, sku, names, options }) => ({
      itemId,
      sku,
      options: options.map((value) => ({ value, tokens: titleTokens(value) })),
      packSize: names.map(packSize).find((size) => size !== undefined) ?? 1,
    })),
    bySku,
    byPlainSku,
    byBarcode,
    titles: new TitleIndex(titles),
  }
}
