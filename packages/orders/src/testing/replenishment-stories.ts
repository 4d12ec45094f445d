import { type Database, inTransaction } from '@plimsoll/database'
import { createTransfer, dispatchTransfer } from '@plimsoll/stock'
import { sql } from 'kysely'
import { changeReplenishmentSetting } from '../replenishment/change-settings.ts'
import type { PlanFigures } from '../replenishment/plan-figures.ts'
import { planItems } from '../replenishment/plan-items.ts'
import { createReplenishmentWorld, type ReplenishmentWorld } from './replenishment-world.ts'

type Row = {
  code: string
  urgency: string
  available: number
  incoming: number
  coverDays: number | null
  runsOutOn: string | null
  suggestion: string | null
  units: number
  source: string | null
  suggestionId: string | null
  figures: PlanFigures
}

export async function plansOf(world: ReplenishmentWorld, sku = 'MUG'): Promise<Map<string, Row>> {
  const found = await sql<Row>`
    select location.code, urgency, available, incoming, cover_days, runs_out_on::text, suggestion,
      suggested_units as units, source.code as source, suggestion_id, figures
    from replenishment
    join location using (organization_id, location_id)
    left join location as source on source.organization_id = replenishment.organization_id
      and source.location_id = source_location_id
    where replenishment.organization_id = ${world.context.organizationId} and item_id = ${world.itemId(sku)}`.execute(
    world.database.kysely,
  )
  return new Map(found.rows.map((row) => [row.code, row]))
}

export async function plan(world: ReplenishmentWorld, skus: readonly string[] = ['MUG'], measure = true) {
  const ids = skus.map((sku) => world.itemId(sku))
  await inTransaction(world.database, (tx) => planItems(tx, world.planning, ids, { measure }))
}

/** Orders at the end of each of the days before today. */
export async function sellDaily(
  world: ReplenishmentWorld,
  code: string,
  units: (daysAgo: number) => number,
  days = 56,
) {
  const { record, sell, daysAgo } = world
  for (let ago = days; ago >= 1; ago -= 1) {
    const count = units(ago)
    if (count > 0) await record(daysAgo(ago, EVENING), sell('MUG', code, count, daysAgo(ago, EVENING)))
  }
}

const EVENING = 23.999

export const stock = (world: ReplenishmentWorld, code: string, units: number, daysAgo: number, sku = 'MUG') =>
  world.record(world.daysAgo(daysAgo, 0), [world.movement(sku, code, { onHandDelta: units })])

export const store = (world: ReplenishmentWorld) => ({ database: world.database, context: world.context })
export const head = (key: string) => ({ key, actor: 'ann' })

/** The example of the guide. */
export async function createExample(database: Database): Promise<ReplenishmentWorld> {
  const world = await createReplenishmentWorld(database)
  await stock(world, 'MAIN', 456, 57)
  await sellDaily(world, 'MAIN', () => 1)
  // In stock for 40 days; then nothing for 16, and 120 came this morning.
  await stock(world, 'FBA', 400, 57)
  await sellDaily(world, 'FBA', (ago) => (ago <= 16 ? 0 : ago % 2 === 0 ? 4 : 16))
  await stock(world, 'FBA', 120, 0)
  await stock(world, 'BERLIN', 284, 57)
  await sellDaily(world, 'BERLIN', () => 4)
  await changeReplenishmentSetting(world.database, world.planning, {
    target: { sku: 'MUG', locationCode: null },
    changes: { packUnits: 24 },
    actor: 'ann',
  })
  const made = await createTransfer(store(world), head('sea-1'), {
    fromCode: 'MAIN',
    toCode: 'FBA',
    lines: [{ sku: 'MUG', quantity: 200 }],
  })
  if (made.kind === 'refused') throw new Error(made.message)
  const sent = { ...store(world), context: { ...world.context, now: () => world.daysAgo(25) } }
  await world.record(world.daysAgo(26), [world.movement('MUG', 'MAIN', { onHandDelta: 200 })])
  await dispatchTransfer(sent, head('sea-2'), { transferId: made.result.transferId })
  await plan(world)
  return world
}
