import type pg from 'pg'
import {
  type Books,
  type LevelBook,
  latestOf,
  openUnitsOf,
  type PlatformBook,
  partsOf,
  type Violation,
} from './books.ts'

/**
 * I5 under the load line. While the hub says that an item is guaranteed, and that nothing stands in the way, no shopper
 * can buy what is not there: all that platforms show of it, and all that writes on their way will make them show, comes to
 * no more than what nobody has bought yet. All of that is read from the platforms' books; only what the hub claims, and
 * what people have put into its ledger, from its rows.
 */
export class Guarantees {
  readonly #reader: pg.Client
  readonly #books: Books
  /** SKUs that the hub says are guaranteed. */
  #claimed: ReadonlySet<string> = new Set()
  /** Units by SKU that were put into the warehouse, and that nobody took or was promised but by orders. */
  #stocked: ReadonlyMap<string, number> = new Map()

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(isTouched: (tables: readonly string[]) => boolean): Promise<Violation[]> {
    if (!this.#books.isProtected) return []
    if (isTouched(['item_protection'])) await this.#readClaims()
    if (isTouched(['movement'])) await this.#readStock()
    const claimed = [...this.#claimed].filter((sku) => !this.#books.kits.has(sku))
    return claimed.flatMap((sku) => {
      const left = this.#leftOf(sku)
      const parts = this.#levelsOf(sku).map(({ platform, level, units }) => ({
        name: platform.name,
        units: units * mostSold(this.#books, platform, level),
      }))
      const most = parts.reduce((sum, { units }) => sum + units, 0)
      if (most <= left) return []
      const text = `${sku} is said to be guaranteed, ${left} are left, and ${most} may be sold: ${parts.map(({ name, units }) => `${units} on ${name}`).join(', ')}`
      return [{ invariant: 'guarantee', text }]
    })
  }

  /**
   * I6 under the load line: what is still owed once the world is calm. No unit is promised twice, and none lies idle while
   * a platform has nothing to sell.
   */
  differences(): string[] {
    const skus = [...this.#books.stocked.keys()]
    const free = new Map<string, number>()
    const beyond = skus.flatMap((sku) => {
      const levels = this.#levelsOf(sku).filter(({ level }) => level.quantity !== undefined)
      const shown = levels.reduce((sum, each) => sum + each.units * sellableOf(each), 0)
      const left = Math.max(0, this.#leftOf(sku))
      // The hub keeps as many units more as there are sold ones that are still in a platform's number.
      const untaken = levels.reduce((sum, each) => sum + each.units * untakenOf(each), 0)
      free.set(sku, left - shown - untaken)
      if (this.#claimed.has(sku) && shown > left)
        return [`${shown} of ${sku} are for sale, and ${left} are left`]
      // What is not dealt may show on each what there is once.
      return levels
        .filter((each) => each.units * sellableOf(each) > left)
        .map(
          ({ platform, level }) =>
            `${platform.name} shows ${level.stockUnitId}, and ${left} of ${sku} are left`,
        )
    })
    return [...beyond, ...this.#idle(free)]
  }

  /** Levels with nothing to sell, though all that one more unit of them takes is free. */
  #idle(free: ReadonlyMap<string, number>): string[] {
    return this.#books.platforms.flatMap((platform) =>
      [...platform.levels.values()].flatMap((level) => {
        if (level.quantity === undefined || sellableOf({ platform, level }) > 0) return []
        const parts = partsOf(this.#books, level.sku)
        const isIdle = parts.every(({ sku, units }) => (free.get(sku) ?? 0) >= level.unitsPerListing * units)
        if (!isIdle) return []
        const text = parts.map(({ sku }) => `${free.get(sku)} of ${sku}`).join(', ')
        return [`${platform.name} shows no ${level.stockUnitId}, and ${text} are free`]
      }),
    )
  }

  /** Every level that sells of an item, by itself or in a kit, and how many of it one unit there takes. */
  #levelsOf(sku: string): (OnPlatform & { units: number })[] {
    return this.#books.platforms.flatMap((platform) =>
      [...platform.levels.values()].flatMap((level) => {
        const part = partsOf(this.#books, level.sku).find((each) => each.sku === sku)
        return part === undefined ? [] : [{ platform, level, units: level.unitsPerListing * part.units }]
      }),
    )
  }

  #leftOf(sku: string): number {
    const sold = this.#levelsOf(sku).flatMap(({ platform, level, units }) =>
      [...platform.orders.values()]
        .filter(({ stockUnitId }) => stockUnitId === level.stockUnitId)
        .map((order) => {
          const latest = latestOf(order)
          return units * (openUnitsOf(latest) + latest.shipped - latest.returned)
        }),
    )
    return (this.#stocked.get(sku) ?? 0) - sold.reduce((sum, units) => sum + units, 0)
  }

  async #readClaims(): Promise<void> {
    const { rows } = await this.#reader.query<{ sku: string }>(
      `select sku from item_protection join item using (organization_id, item_id)
      where item_protection.organization_id = $1 and state = 'guaranteed' and obstacles = '{}' order by sku`,
      [this.#books.organizationId],
    )
    this.#claimed = new Set(rows.map(({ sku }) => sku))
  }

  async #readStock(): Promise<void> {
    const { rows } = await this.#reader.query<{ sku: string; units: number }>(
      `select sku, sum(on_hand_delta - reserved_delta)::int as units from movement join item using (organization_id, item_id)
      where movement.organization_id = $1 and not exists (
        select from sales_order where sales_order.organization_id = $1 and order_id = movement.reference_id
      ) group by sku order by sku`,
      [this.#books.organizationId],
    )
    this.#stocked = new Map(rows.map(({ sku, units }) => [sku, units]))
  }
}

/** What shoppers may buy of a level from now on, though nobody writes anything more: what it shows, and what is on its way. */
function mostSold(books: Books, platform: PlatformBook, level: LevelBook): number {
  const now = sellableOf({ platform, level })
  const underWay = books.underWay.filter((request) => request.platform === platform.name)
  const writes = [...underWay.flatMap((request) => request.writes), ...platform.accepted].filter(
    ({ stockUnitId }) => stockUnitId === level.stockUnitId,
  )
  if (platform.style !== 'compare-and-set')
    return now + writes.reduce((sum, { quantity }) => sum + quantity, 0)
  // It acts only where the expected number is there: what is above that must have been sold before.
  const after = writes.map(({ quantity, expected = 0 }) =>
    (level.quantity ?? 0) >= expected ? (level.quantity ?? 0) - expected + quantity : 0,
  )
  return Math.max(now, ...after)
}

type OnPlatform = { platform: PlatformBook; level: LevelBook }

function sellableOf({ platform, level }: OnPlatform): number {
  if (level.quantity === undefined) return Number.POSITIVE_INFINITY
  return Math.max(0, level.quantity - untakenOf({ platform, level }))
}

/** Units that are sold, and that the platform's number has not fallen by yet. */
function untakenOf({ platform, level }: OnPlatform): number {
  return [...platform.orders.values()]
    .filter((order) => order.stockUnitId === level.stockUnitId)
    .reduce((sum, order) => {
      const latest = latestOf(order)
      return sum + openUnitsOf(latest) + latest.shipped - latest.returned - latest.taken
    }, 0)
}
