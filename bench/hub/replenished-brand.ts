import { sql } from 'kysely'
import { processContext } from '../../apps/hub/src/process-context.ts'
import type { Database } from '../../packages/database/src/index.ts'
import { inTransaction } from '../../packages/database/src/index.ts'
import { type PlanningContext, planNext, wantSweep } from '../../packages/orders/src/index.ts'
import {
  defineKit,
  insertMovements,
  type NewMovement,
  prepareBalances,
  UNALLOCATED_LOT,
} from '../../packages/stock/src/index.ts'

const DAY_MS = 86_400_000

/** How an item sells at a place: units a day by days ago, and what lies there in the end. */
type Selling = {
  sku: string
  code: string
  left: number
  units(daysAgo: number): number
  stockedSince?: number
}

const places = [
  ['SZX', '深圳仓 Shenzhen', 'warehouse', 'CN', 'Asia/Shanghai'],
  ['FBA-US', 'Amazon FBA US', 'marketplace-fulfilled', 'US', 'America/Los_Angeles'],
  ['BER-3PL', 'Berlin 3PL', '3pl', 'DE', 'Europe/Berlin'],
] as const
const items = [
  ['LAMP-01', 'Desk lamp, walnut'],
  ['LAMP-02', 'Desk lamp, oak'],
  ['KETTLE-G', 'Gooseneck kettle'],
  ['MUG-BLUE', 'Enamel mug, blue'],
  ['TOWEL-L', '长绒棉浴巾 Bath towel, large'],
  ['NEW-VASE', 'Vase, launched last week'],
  ['TEA-SET', '茶具套装 Tea set, put together ahead'],
  ['TEA-CUP', 'Cup of the tea set'],
  ['TEA-POT', 'Pot of the tea set'],
] as const
const selling: Selling[] = [
  { sku: 'LAMP-01', code: 'SZX', left: 900, units: () => 2 },
  { sku: 'LAMP-01', code: 'FBA-US', left: 110, units: (ago) => (ago % 7 < 2 ? 9 : 5) },
  { sku: 'LAMP-01', code: 'BER-3PL', left: 0, units: (ago) => (ago < 6 ? 0 : 3) },
  { sku: 'LAMP-02', code: 'FBA-US', left: 640, units: (ago) => (ago % 3 === 0 ? 4 : 2) },
  { sku: 'KETTLE-G', code: 'SZX', left: 60, units: () => 0 },
  { sku: 'KETTLE-G', code: 'FBA-US', left: 45, units: (ago) => (ago === 20 ? 60 : 4) },
  { sku: 'KETTLE-G', code: 'BER-3PL', left: 20, units: () => 2 },
  { sku: 'MUG-BLUE', code: 'SZX', left: 4_000, units: (ago) => 6 + (ago % 4) },
  { sku: 'MUG-BLUE', code: 'BER-3PL', left: 1_500, units: (ago) => 5 + (ago % 3) },
  { sku: 'TOWEL-L', code: 'SZX', left: 300, units: () => 0 },
  { sku: 'NEW-VASE', code: 'BER-3PL', left: 60, units: (ago) => (ago <= 5 ? 3 : 0), stockedSince: 6 },
  { sku: 'TEA-SET', code: 'SZX', left: 2, units: (ago) => 3 + (ago % 2) },
  { sku: 'TEA-CUP', code: 'SZX', left: 500, units: () => 0 },
  { sku: 'TEA-POT', code: 'SZX', left: 70, units: () => 1 },
  { sku: 'TEA-CUP', code: 'BER-3PL', left: 6, units: () => 0 },
]
/** Base units in one tea set. */
const teaSet = { 'TEA-CUP': 4, 'TEA-POT': 1 }

/**
 * Ten weeks of sales at three places, put into a hub's database as its ledger would have written them day by day, and
 * planned: for browser tests of replenishment.
 * @returns plans all of it anew
 */
export async function seedReplenishedBrand(
  database: Database,
  organizationId: string,
): Promise<() => Promise<void>> {
  const now = new Date()
  const context = { organizationId, uuid: () => processContext.uuid(), now: () => now }
  const ids = await insertCatalogue(database, organizationId, now)
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  const byDay = Map.groupBy(
    selling.flatMap((each) => movementsOf(each, ids, midnight)),
    ({ effectiveAt }) => effectiveAt.getTime(),
  )
  for (const [at, movements] of [...byDay].sort(([a], [b]) => a - b)) {
    const then = { ...context, now: () => new Date(at) }
    await inTransaction(database, async (tx) => {
      await prepareBalances(tx, then, movements)
      await insertMovements(tx, then, movements)
    })
  }
  await inTransaction(database, async (tx) => {
    const components = Object.entries(teaSet).map(([sku, quantity]) => ({ sku, quantity }))
    const said = { sku: 'TEA-SET', kind: 'assembled', components, actor: 'seed', reason: null } as const
    const { kind } = await defineKit(tx, context, { ...said, expectedVersion: undefined })
    if (kind !== 'defined') throw new Error(`The tea set could not be made a kit: ${kind}.`)
  })
  const planning: PlanningContext = { ...context, now: () => new Date(), findGranted: async () => new Map() }
  return async () => {
    await inTransaction(database, (tx) => wantSweep(tx, organizationId))
    while (await inTransaction(database, (tx) => planNext(tx, planning)));
  }
}

type Ids = { itemId(sku: string): string; locationId(code: string): string }

async function insertCatalogue(database: Database, organizationId: string, now: Date): Promise<Ids> {
  const itemIds = new Map(items.map(([sku]) => [sku as string, processContext.uuid()]))
  const locationIds = new Map(places.map(([code]) => [code as string, processContext.uuid()]))
  const of = (map: ReadonlyMap<string, string>) => (name: string) => {
    const id = map.get(name)
    if (id === undefined) throw new Error(`The brand has no ${name}.`)
    return id
  }
  const ids = { itemId: of(itemIds), locationId: of(locationIds) }
  for (const [sku, name] of items) {
    await sql`
      insert into item (organization_id, item_id, sku, name, created_at)
      values (${organizationId}, ${ids.itemId(sku)}, ${sku}, ${name}, ${now})`.execute(database.kysely)
  }
  for (const [code, name, kind, country, timeZone] of places) {
    await sql`
      insert into location (organization_id, location_id, code, name, kind, country, time_zone, created_at)
      values (${organizationId}, ${ids.locationId(code)}, ${code}, ${name}, ${kind}, ${country}, ${timeZone}, ${now})`.execute(
      database.kysely,
    )
  }
  return ids
}

/** Stock at the beginning, orders that were sent the same day, and in the end what is left. */
function movementsOf({ sku, code, left, units, stockedSince = 69 }: Selling, ids: Ids, midnight: number) {
  const base = { itemId: ids.itemId(sku), locationId: ids.locationId(code), lotId: UNALLOCATED_LOT }
  const movement = (ago: number, hour: number, told: Partial<NewMovement>): NewMovement => ({
    ...{ onHandDelta: 0, reservedDelta: 0, heldDelta: 0, incomingDelta: 0 },
    ...{ kind: 'receive', referenceKind: null, referenceId: null, reason: null, actor: 'seed' },
    commandKey: processContext.uuid(),
    ...base,
    ...told,
    effectiveAt: new Date(midnight - ago * DAY_MS + hour * 3_600_000),
  })
  const days = Array.from({ length: stockedSince - 1 }, (_, nth) => stockedSince - 1 - nth)
  const sold = days.map((ago) => [ago, units(ago)] as const).filter(([, count]) => count > 0)
  const total = sold.reduce((sum, [, count]) => sum + count, left)
  return [
    movement(stockedSince, 1, { onHandDelta: total }),
    ...sold.flatMap(([ago, count]) => {
      const order = { referenceKind: 'order', referenceId: processContext.uuid() } as const
      return [
        movement(ago, 9, { kind: 'reserve', reservedDelta: count, ...order }),
        movement(ago, 16, { kind: 'ship', onHandDelta: -count, reservedDelta: -count, ...order }),
      ]
    }),
  ]
}
