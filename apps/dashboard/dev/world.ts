/**
 * The development world: 100,000 items on five locations and six connections, drawn from one seed, with
 * orders that keep arriving. It imitates the hub's answers for building and testing screens; it is no part
 * of the hub and decides nothing about stock.
 */

export const locations = [
  { locationId: 'loc-rtm', code: 'RTM', name: 'Rotterdam 3PL', kind: 'third-party' },
  { locationId: 'loc-szx', code: 'SZX', name: '深圳仓 Shenzhen', kind: 'warehouse' },
  { locationId: 'loc-ewr', code: 'EWR', name: 'Newark overseas', kind: 'overseas' },
  { locationId: 'loc-lhr', code: 'LHR', name: 'London store', kind: 'store' },
  { locationId: 'loc-fba', code: 'FBA', name: 'Amazon FBA Europe', kind: 'marketplace' },
] as const

export const connections = [
  {
    id: 'con-shopify',
    connector: 'shopify',
    platform: 'Shopify',
    colour: '#5e8e3e',
    name: 'Fairlead EU shop',
  },
  {
    id: 'con-shopify-us',
    connector: 'shopify',
    platform: 'Shopify',
    colour: '#5e8e3e',
    name: 'Fairlead US shop',
  },
  {
    id: 'con-woo',
    connector: 'woocommerce',
    platform: 'WooCommerce',
    colour: '#7f54b3',
    name: 'Trade portal',
  },
  { id: 'con-amazon', connector: 'amazon', platform: 'Amazon', colour: '#c45500', name: 'Amazon Europe' },
  { id: 'con-ebay', connector: 'ebay', platform: 'eBay', colour: '#0064d2', name: 'eBay outlet' },
  { id: 'con-walmart', connector: 'walmart', platform: 'Walmart', colour: '#0053e2', name: 'Walmart US' },
] as const

export const itemCount = 100_000
const seed = 20_261_123

/** A random source that replays (mulberry32): the fixture must show the same world every time. */
export function createRandom(from: number): () => number {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const kinds = [
  ['DRY', 'Dry bag'],
  ['OIL', 'Oilskin jacket'],
  ['MER', 'Merino base layer'],
  ['ROP', 'Braided rope 12 mm'],
  ['LAN', 'Deck lantern'],
  ['KNI', 'Rigging knife'],
  ['BOO', 'Deck boots'],
  ['GLV', 'Sailing gloves'],
  ['CAP', 'Watch cap'],
  ['FLA', 'Steel flask'],
  ['CMP', 'Hand compass'],
  ['TEA', '高山乌龙茶 Oolong tea tin'],
] as const
const colours = [
  ['NVY', 'Navy'],
  ['RED', 'Signal red'],
  ['SND', 'Sand'],
  ['GRN', 'Bottle green'],
  ['BLK', 'Black'],
  ['YEL', 'Yellow'],
  ['GRY', 'Fog grey'],
] as const
const sizes = ['XS', 'S', 'M', 'L', 'XL', '2L', '10L', '30L'] as const

export function skuOf(index: number): string {
  const kind = kinds[index % kinds.length]
  const colour = colours[index % colours.length]
  const size = sizes[index % sizes.length]
  return `${kind?.[0]}-${colour?.[0]}-${size}-${String(index).padStart(5, '0')}`
}
export function nameOf(index: number): string {
  const kind = kinds[index % kinds.length]
  const colour = colours[index % colours.length]
  const size = sizes[index % sizes.length]
  return `${kind?.[1]}, ${colour?.[1]}, ${size}`
}
/** Compasses have serial numbers, tea comes in lots; everything else is counted plainly. */
export function trackingOf(index: number): 'plain' | 'lot' | 'serial' {
  const kind = kinds[index % kinds.length]?.[0]
  if (kind === 'CMP') return 'serial'
  return kind === 'TEA' ? 'lot' : 'plain'
}
export function indexOf(sku: string): number | undefined {
  const index = Number(sku.slice(-5))
  return Number.isInteger(index) && index >= 0 && index < itemCount && skuOf(index) === sku
    ? index
    : undefined
}

export type Figures = { onHand: number; reserved: number; held: number; incoming: number }
export type Cell = {
  desired: number
  acknowledged: number
  observed: number
  status: 'in-step' | 'pending' | 'held' | 'untracked' | 'drift'
}

export function createWorld() {
  const random = createRandom(seed)
  const width = locations.length
  const onHand = new Int32Array(itemCount * width)
  const reserved = new Int32Array(itemCount * width)
  const held = new Int32Array(itemCount * width)
  const incoming = new Int32Array(itemCount * width)
  for (let index = 0; index < itemCount; index++) {
    const depth = random() < 0.06 ? 0 : Math.ceil(random() ** 3 * 400)
    for (let place = 0; place < width; place++) {
      const at = index * width + place
      const stock = random() < 0.3 ? 0 : Math.round(depth * random())
      onHand[at] = stock
      reserved[at] = Math.round(stock * random() ** 4)
      held[at] = random() < 0.05 ? Math.round(stock * 0.1) : 0
      incoming[at] = random() < 0.04 ? Math.round(random() * 200) : 0
    }
    if (index % 4_211 === 17)
      reserved[index * width] = (onHand[index * width] ?? 0) + 2 + (index % 3) + depth * 4
  }
  /** Cells whose write still flies, by `index:connection`; the tick moves them on. */
  const flying = new Map<string, number>()

  function figuresAt(index: number, place: number): Figures {
    const at = index * width + place
    return {
      onHand: onHand[at] ?? 0,
      reserved: reserved[at] ?? 0,
      held: held[at] ?? 0,
      incoming: incoming[at] ?? 0,
    }
  }
  function availableOf(index: number): number {
    let sum = 0
    for (let at = index * width; at < (index + 1) * width; at++) {
      sum += (onHand[at] ?? 0) - (reserved[at] ?? 0) - (held[at] ?? 0)
    }
    return sum
  }
  const bufferOf = (connection: number) => (connection === 3 ? 3 : connection === 4 ? 5 : 0)
  function cellOf(index: number, connection: number): Cell | undefined {
    if ((index * 7 + connection * 3) % 5 === 0) return undefined
    const desired = Math.max(0, availableOf(index) - bufferOf(connection))
    if (connection === 5) return { desired, acknowledged: desired, observed: desired, status: 'held' }
    if (connection === 2 && index % 97 === 0) {
      return { desired, acknowledged: desired, observed: desired, status: 'untracked' }
    }
    if ((index + connection * 31) % 2_903 === 5) {
      return { desired, acknowledged: desired, observed: desired + 4, status: 'drift' }
    }
    const before = flying.get(`${index}:${connection}`)
    if (before !== undefined && before !== desired) {
      return { desired, acknowledged: before, observed: before, status: 'pending' }
    }
    return { desired, acknowledged: desired, observed: desired, status: 'in-step' }
  }
  /** One order of one unit: reserves it, and lets every other channel's write fly for a tick. */
  function sell(index: number, place: number, units: number): void {
    for (let connection = 0; connection < connections.length - 1; connection++) {
      const cell = cellOf(index, connection)
      if (cell) flying.set(`${index}:${connection}`, cell.acknowledged)
    }
    const at = index * width + place
    reserved[at] = (reserved[at] ?? 0) + units
  }
  function land(): void {
    flying.clear()
  }
  return { random, figuresAt, availableOf, cellOf, bufferOf, sell, land }
}
export type World = ReturnType<typeof createWorld>
