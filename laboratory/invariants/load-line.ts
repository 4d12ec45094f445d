import type pg from 'pg'
import {
  type Books,
  type LevelBook,
  latestOf,
  type OrderState,
  openUnitsOf,
  type PlatformBook,
  partsOf,
  type Violation,
  type WriteBook,
} from './books.ts'

type LevelRow = {
  level_id: string
  connection_id: string
  stock_unit_id: string
  granted: number
  older: number | null
  current: number
  known: number
  under_way: { quantity: number; expected: number | null }[]
}

/** `promised`: units that people have ever promised to somebody by name. */
type ItemRow = { sku: string; is_claimed: boolean; available: number; promised: number }

type Line = { platform: PlatformBook; level: LevelBook; row: LevelRow }

/**
 * What a guarantee rests on, of each level whose units are dealt. What its platform could still sell, with what it has sold
 * and the hub has not seen, is no more than the bound that the hub goes by, at every moment; and as long as the hub says that
 * an item is guaranteed, no more than what it has granted the level, and all that it has granted of the item is there. `Guarantees` sees where that leads; this, which of it fails first.
 */
export class LoadLine {
  readonly #reader: pg.Client
  readonly #books: Books
  #lines: readonly Line[] = []
  #items: readonly ItemRow[] = []

  constructor(reader: pg.Client, books: Books) {
    this.#reader = reader
    this.#books = books
  }

  async check(isTouched: (tables: readonly string[]) => boolean): Promise<Violation[]> {
    if (!this.#books.isProtected) return []
    const before = new Map(
      this.#items.map((item) => [item.sku, { ...item, atLarge: this.#atLargeOf(item.sku) }]),
    )
    if (isTouched(['level', 'write', 'sales_order', 'order_line', 'balance', 'item_protection']))
      await this.#read()
    const claimed = new Set(this.#items.filter((item) => item.is_claimed).map(({ sku }) => sku))
    return [
      ...this.#lines.flatMap((line) => this.#bounded(line, claimed)),
      ...this.#items.filter((item) => item.is_claimed).flatMap((item) => this.#backed(item)),
      ...this.#items.flatMap((item) => promisedFreely(item, before.get(item.sku))),
    ]
  }

  /** Units of an item that all levels together could sell unseen; what is granted and not shown yet can be taken back. */
  #atLargeOf(sku: string): number {
    return this.#lines.reduce((sum, { platform, level, row }) => {
      const part = partsOf(this.#books, level.sku).find((each) => each.sku === sku)
      return sum + (boundOf(platform, row) ?? row.granted) * level.unitsPerListing * (part?.units ?? 0)
    }, 0)
  }

  #bounded({ platform, level, row }: Line, claimed: ReadonlySet<string>): Violation[] {
    const truth = exposureOf(this.#books, platform, level, row.known)
    if (truth === undefined) return []
    const onTheWay = writesTo(this.#books, platform, level)
      .map(({ quantity, expected }) => `, ${quantity} is on its way (expecting ${expected ?? 'anything'})`)
      .join('')
    const shows = `it shows ${level.quantity}${onTheWay}`
    const name = `${platform.name} may have sold or sell ${truth} of ${level.stockUnitId} that the hub has not seen (${shows})`
    const bound = boundOf(platform, row)
    if (bound !== undefined && truth > bound)
      return [{ invariant: 'guarantee', text: `${name}, and the hub takes ${bound} for the most` }]
    const isClaimed = partsOf(this.#books, level.sku).some(({ sku }) => claimed.has(sku))
    if (!isClaimed || truth <= row.granted) return []
    return [{ invariant: 'guarantee', text: `${name}, and it is granted ${row.granted}` }]
  }

  #backed({ sku, available }: ItemRow): Violation[] {
    const granted = this.#lines.map(({ platform, level, row }) => {
      const part = partsOf(this.#books, level.sku).find((each) => each.sku === sku)
      return { name: platform.name, units: row.granted * level.unitsPerListing * (part?.units ?? 0) }
    })
    const sum = granted.reduce((total, { units }) => total + units, 0)
    if (sum <= Math.max(0, available)) return []
    const words = granted.filter(({ units }) => units > 0).map(({ name, units }) => `${units} to ${name}`)
    const text = `${sku} is said to be guaranteed, ${available} are available, and granted are ${words.join(', ')}`
    return [{ invariant: 'guarantee', text }]
  }

  async #read(): Promise<void> {
    const [levels, items] = await Promise.all([
      this.#reader.query<LevelRow>(
        `select level_id, connection_id, stock_unit_id, granted::int as granted, exposure_older::int as older,
          exposure_current::int as current,
          coalesce((
            select sum(case when state in ('pending', 'open') then greatest(0, current - shipped) else 0 end + shipped - returned)
            from order_line join sales_order using (organization_id, order_id)
            where order_line.organization_id = $1 and order_line.connection_id = level.connection_id
              and order_line.stock_unit_id = level.stock_unit_id
          ), 0)::int as known,
          array(
            select json_build_object('quantity', quantity, 'expected', expected)
            from write where write.organization_id = $1 and write.level_id = level.level_id and settled_at is null order by write_id
          ) as under_way
        from level where organization_id = $1 and granted is not null and tracked order by level_id`,
        [this.#books.organizationId],
      ),
      this.#reader.query<ItemRow>(
        `select sku, state = 'guaranteed' and obstacles = '{}' as is_claimed, coalesce((
          select sum(on_hand - reserved - held) from balance
          where balance.organization_id = $1 and balance.item_id = item_protection.item_id
        ), 0)::int as available, coalesce((
          select sum(reserved_delta) from movement
          where movement.organization_id = $1 and movement.item_id = item_protection.item_id
            and kind = 'reserve' and actor = 'people'
        ), 0)::int as promised
        from item_protection join item using (organization_id, item_id)
        where item_protection.organization_id = $1 order by sku`,
        [this.#books.organizationId],
      ),
    ])
    this.#items = items.rows
    this.#lines = levels.rows.flatMap((row) => {
      const platform = this.#books.platforms.find(({ connectionId }) => connectionId === row.connection_id)
      const level = platform?.levels.get(row.stock_unit_id)
      return platform === undefined || level === undefined ? [] : [{ platform, level, row }]
    })
  }
}

/** What somebody is promised by name is taken from what no channel may sell already, as long as the item is guaranteed. */
function promisedFreely(
  { sku, promised }: ItemRow,
  before: (ItemRow & { atLarge: number }) | undefined,
): Violation[] {
  if (before === undefined || !before.is_claimed || promised <= before.promised) return []
  const units = promised - before.promised
  const free = Math.max(0, before.available - before.atLarge)
  if (units <= free) return []
  const text = `${units} of ${sku} were promised by name, and only ${free} were free: the channels could sell the others`
  return [{ invariant: 'guarantee', text }]
}

/** The bound as the hub has it; undefined: it knows of none. */
function boundOf({ style }: PlatformBook, row: LevelRow): number | undefined {
  if (row.older === null) return undefined
  const added = row.under_way.map(({ quantity, expected }) =>
    // One that compares lets no more be sold on top than it writes beyond what it expects.
    style === 'compare-and-set' && expected !== null
      ? Math.max(0, quantity - Math.max(0, expected))
      : Math.max(0, quantity),
  )
  return row.older + row.current + added.reduce((sum, units) => sum + units, 0)
}

/**
 * Units that it could come to sell without the hub knowing, with those that it has sold so already (less what it took back,
 * which the hub still counts as sold); undefined: it is not counted.
 */
function exposureOf(
  books: Books,
  platform: PlatformBook,
  level: LevelBook,
  known: number,
): number | undefined {
  const { stockUnitId, quantity } = level
  if (quantity === undefined) return undefined
  const orders = [...platform.orders.values()]
    .filter((order) => order.stockUnitId === stockUnitId)
    .map(latestOf)
  const soldOf = (state: OrderState) => openUnitsOf(state) + state.shipped - state.returned
  const sold = orders.reduce((sum, state) => sum + soldOf(state), 0)
  const untaken = orders.reduce((sum, state) => sum + soldOf(state) - state.taken, 0)
  const unseen = sold - known
  const sellable = Math.max(0, quantity - untaken)
  const writes = writesTo(books, platform, level)
  if (platform.style !== 'compare-and-set')
    return unseen + sellable + writes.reduce((sum, write) => sum + write.quantity, 0)
  // What is shown above what is expected must have been sold before the write acts.
  const after = writes.map(({ quantity: to, expected = 0 }) =>
    quantity >= expected ? quantity - expected + to : 0,
  )
  return unseen + Math.max(sellable, ...after)
}

/** Writes to a level that have left the hub and not been carried out. */
function writesTo(books: Books, { name, accepted }: PlatformBook, { stockUnitId }: LevelBook): WriteBook[] {
  const sent = books.underWay.filter(({ platform }) => platform === name).flatMap(({ writes }) => writes)
  return [...sent, ...accepted].filter((write) => write.stockUnitId === stockUnitId)
}
