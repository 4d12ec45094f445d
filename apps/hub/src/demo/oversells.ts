/**
 * Why units were sold that were not there, from the shops' own books alone: for every order that a shop took beyond what
 * there was, since when that shop showed too much, and by what it came to.
 */
export type BookEvent = { atNs: bigint; sku: string } & (
  | { kind: 'order'; shop: string; units: number }
  /** What the shop shows from then on. */
  | { kind: 'write'; shop: string; quantity: number }
  /** Units that came into stock or left it. */
  | { kind: 'stock'; units: number }
)

export type Oversell = {
  sku: string
  shop: string
  units: number
  atNs: bigint
  /** How long the shop had shown more than there was, milliseconds. */
  forMs: number
  /** `elsewhere`: a sale in another shop or a loss, not told to this one yet; `raised`: a write showed too much. */
  by: 'elsewhere' | 'raised'
}

/** @param opening what each shop showed, and what there was, per SKU, before anything happened */
export function attributeOversells(
  events: readonly BookEvent[],
  shops: readonly string[],
  opening: ReadonlyMap<string, number>,
): Oversell[] {
  const sorted = [...events].sort((a, b) => (a.atNs < b.atNs ? -1 : a.atNs > b.atNs ? 1 : 0))
  const bySku = Map.groupBy(sorted, (event) => event.sku)
  return [...bySku].flatMap(([sku, own]) => attributeItem(sku, own, shops, opening.get(sku) ?? 0))
}

type Excess = { sinceNs: bigint; by: Oversell['by'] }

function attributeItem(
  sku: string,
  events: readonly BookEvent[],
  shops: readonly string[],
  opening: number,
): Oversell[] {
  let truth = opening
  const shown = new Map(shops.map((shop) => [shop, opening]))
  const excess = new Map<string, Excess>()
  const found: Oversell[] = []
  for (const event of events) {
    if (event.kind === 'order') {
      truth -= event.units
      shown.set(event.shop, (shown.get(event.shop) ?? 0) - event.units)
      const units = Math.min(event.units, Math.max(0, -truth))
      if (units > 0) {
        const since = excess.get(event.shop)
        const forMs = since === undefined ? 0 : Number(event.atNs - since.sinceNs) / 1e6
        found.push({ sku, shop: event.shop, units, atNs: event.atNs, forMs, by: since?.by ?? 'elsewhere' })
      }
    } else if (event.kind === 'stock') truth += event.units
    else shown.set(event.shop, event.quantity)
    for (const shop of shops) {
      const isTooMuch = (shown.get(shop) ?? 0) > Math.max(0, truth)
      if (!isTooMuch) excess.delete(shop)
      else if (!excess.has(shop)) {
        const by = event.kind === 'write' && event.shop === shop ? 'raised' : 'elsewhere'
        excess.set(shop, { sinceNs: event.atNs, by })
      }
    }
  }
  return found
}
