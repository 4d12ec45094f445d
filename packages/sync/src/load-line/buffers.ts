import { type Demand, demandNow, type MeasuredDemand, unitsSoldWithin } from './demand.ts'

/** How late a connection is, in milliseconds: from a sale to the hub's knowing of it, and from a change to its being shown. */
export type Delay = {
  /** Nearly always less. */
  seenMs: number
  writtenMs: number
  usualSeenMs: number
  usualWrittenMs: number
}

/** Of a connection that nothing was seen of or written to yet. */
export const UNMEASURED: Delay = {
  seenMs: 2_000,
  writtenMs: 2_000,
  usualSeenMs: 2_000,
  usualWrittenMs: 2_000,
}

/** A level that sells an item, by itself or in a kit. */
export type SellingLevel = {
  connectionId: string
  /** Base units of the item in one listing unit. */
  unitsEach: number
  measured: MeasuredDemand | null
}

/** What is kept back of an item, in base units, and from where on it is dealt where that is decided automatically. */
export type ItemBuffers = {
  itemId: string
  /** Null: dealing it would cost more sales than it saves. */
  tightenUnits: number | null
  /** By connection; those that keep nothing back are left out. */
  buffers: readonly { connectionId: string; units: number; autoUnits: number }[]
}

/** Automatically, one unit that is oversold counts as much as so many that shoppers were refused. */
export const OVERSOLD_WORTH = 4
/** Once it is dealt it must be worth so much less to stay so: coming and going costs sales too. */
const WORTH_KEPT = 2
const HOUR_MS = 3_600_000

/**
 * What each channel keeps back of an item: what the others may sell, but for a chance, of which it does not show yet that
 * it is gone. A platform counts its own sales, so what is sold on one channel alone needs none. Buffered, the chance is the
 * given one. Automatically it is that at which a unit more kept back costs as much as it saves; and the channel that sells
 * most keeps nothing back, or the last units would be shown nowhere.
 * @param world.pauseMs for how long a connection shows nothing when a level is brought down and up again by way of zero
 */
export function decideBuffers(
  itemId: string,
  levels: readonly SellingLevel[],
  world: {
    delayOf(connectionId: string): Delay
    pauseMs(connectionId: string): number
    now: Date
    oversellsPerMillion: number
    isDealt: boolean
  },
): ItemBuffers {
  const { delayOf, now } = world
  const sellers = sellersOf(levels, now)
  if (sellers.length < 2) return { itemId, tightenUnits: null, buffers: [] }
  const within = (weightMs: (seller: Seller) => number, perMillion: number) =>
    unitsSoldWithin(addUp(sellers, weightMs), HOUR_MS, perMillion)
  const autoPerMillion = 1_000_000 / OVERSOLD_WORTH
  const [first] = sellers.toSorted(bySales)
  const buffers = sellers.map(({ connectionId }) => {
    const own = delayOf(connectionId)
    const unseen = (lateBy: (delay: Delay) => number) => (seller: Seller) =>
      seller.connectionId === connectionId ? 0 : lateBy(delayOf(seller.connectionId))
    return {
      connectionId,
      units: within(
        unseen(({ seenMs }) => seenMs + own.writtenMs),
        world.oversellsPerMillion,
      ),
      autoUnits:
        connectionId === first?.connectionId
          ? 0
          : within(
              unseen(({ usualSeenMs }) => usualSeenMs + own.usualWrittenMs),
              autoPerMillion,
            ),
    }
  })
  const untilTight = ({ connectionId }: Seller) => {
    const { usualSeenMs, usualWrittenMs } = delayOf(connectionId)
    return usualSeenMs + 2 * usualWrittenMs
  }
  return {
    itemId,
    tightenUnits: isDealingWorth(sellers, world) ? Math.max(1, within(untilTight, autoPerMillion)) : null,
    buffers: buffers.filter(({ units, autoUnits }) => units > 0 || autoUnits > 0),
  }
}

/** Sales of one connection, in base units of the item. */
type Seller = { connectionId: string } & Sales
type Sales = { unitsPerHour: number; salesPerHour: number; squaredPerHour: number }

function sellersOf(levels: readonly SellingLevel[], now: Date): Seller[] {
  const byConnection = Map.groupBy(levels, ({ connectionId }) => connectionId)
  return [...byConnection].map(([connectionId, own]) => {
    const sales = { unitsPerHour: 0, salesPerHour: 0, squaredPerHour: 0 }
    for (const { measured, unitsEach } of own) {
      if (measured === null) continue
      const perHour = demandNow(measured, now) / measured.unitsPerSale
      sales.unitsPerHour += perHour * measured.unitsPerSale * unitsEach
      sales.salesPerHour += perHour
      sales.squaredPerHour += perHour * measured.squaredPerSale * unitsEach ** 2
    }
    return { connectionId, ...sales }
  })
}

function bySales(one: Seller, other: Seller): number {
  return other.unitsPerHour - one.unitsPerHour || (one.connectionId < other.connectionId ? -1 : 1)
}

/** What they sell together, as if for an hour: each counts for as long as is told of it. */
function addUp(sellers: readonly Seller[], weightMs: (seller: Seller) => number): Demand {
  const sum = (of: (sales: Sales) => number) =>
    sellers.reduce((total, seller) => total + (of(seller) * weightMs(seller)) / HOUR_MS, 0)
  const salesPerHour = sum((sales) => sales.salesPerHour)
  if (salesPerHour === 0) return { unitsPerHour: 0, unitsPerSale: 1, squaredPerSale: 1 }
  const unitsPerHour = sum((sales) => sales.unitsPerHour)
  const squaredPerHour = sum((sales) => sales.squaredPerHour)
  return {
    unitsPerHour,
    unitsPerSale: unitsPerHour / salesPerHour,
    squaredPerSale: squaredPerHour / salesPerHour,
  }
}

/**
 * Each time that an item runs out, every channel sells it on until it shows so. To deal its units before costs what the
 * channels would have sold while they show nothing, and on each channel but one some half a sale that its share did not
 * allow.
 */
function isDealingWorth(
  sellers: readonly Seller[],
  { delayOf, pauseMs, isDealt }: Parameters<typeof decideBuffers>[2],
): boolean {
  const units = sellers.reduce((sum, { unitsPerHour }) => sum + unitsPerHour, 0)
  const sales = sellers.reduce((sum, { salesPerHour }) => sum + salesPerHour, 0)
  if (sales === 0) return false
  const seenMs = sellers.reduce(
    (sum, { connectionId, unitsPerHour }) => sum + (delayOf(connectionId).usualSeenMs * unitsPerHour) / units,
    0,
  )
  const soldIn = (ms: (connectionId: string) => number) =>
    sellers.reduce(
      (sum, { connectionId, unitsPerHour }) => sum + (unitsPerHour * ms(connectionId)) / HOUR_MS,
      0,
    )
  const oversold = soldIn((connectionId) => seenMs + delayOf(connectionId).usualWrittenMs)
  const missed = soldIn(pauseMs) + ((sellers.length - 1) * units) / sales / 2
  return oversold * OVERSOLD_WORTH * (isDealt ? WORTH_KEPT : 1) > missed
}
