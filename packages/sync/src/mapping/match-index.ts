import { packSize } from './pack-size.ts'
import { plainSku } from './sku-forms.ts'
import { TitleGatherer, type TitleIndex } from './title-index.ts'
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
  const gatherer = new MatchGatherer()
  gatherer.add(items)
  return gatherer.toIndex()
}

/** Takes items in page by page: reading all of them into words at once would hold a process up for seconds. */
export class MatchGatherer {
  readonly #items: (IndexedItem & { plain: string; barcodes: ItemToMatch['barcodes'] })[] = []
  readonly #titles = new TitleGatherer()

  add(items: readonly ItemToMatch[]): void {
    for (const { itemId, sku, names, barcodes, options } of items) {
      const nth = this.#items.length
      this.#items.push({
        itemId,
        sku,
        plain: plainSku(sku),
        barcodes,
        options: options.map((value) => ({ value, tokens: titleTokens(value) })),
        packSize: names.map(packSize).find((size) => size !== undefined) ?? 1,
      })
      const own = options.join(' ')
      for (const name of new Set(names)) this.#titles.add(nth, `${name} ${own}`)
    }
  }

  toIndex(): MatchIndex {
    const all = this.#items
    const order = Array.from(all.keys()).sort((a, b) => ((all[a]?.sku ?? '') < (all[b]?.sku ?? '') ? -1 : 1))
    const placeOf = new Int32Array(all.length)
    for (const [place, nth] of order.entries()) placeOf[nth] = place
    const items = order.flatMap((nth) => all[nth] ?? [])
    const bySku = new Map<string, number>()
    const byPlainSku = new Map<string, number[]>()
    const byBarcode = new Map<string, { item: number; units: number }>()
    for (const [place, { sku, plain, barcodes }] of items.entries()) {
      bySku.set(sku, place)
      const alike = byPlainSku.get(plain)
      if (alike !== undefined) alike.push(place)
      else if (plain !== '') byPlainSku.set(plain, [place])
      for (const { comparable, units } of barcodes) byBarcode.set(comparable, { item: place, units })
    }
    return { items, bySku, byPlainSku, byBarcode, titles: this.#titles.toIndex(placeOf) }
  }
}
