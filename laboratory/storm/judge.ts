import type pg from 'pg'
import { attributeOversells } from '../../apps/hub/src/demo/oversells.ts'
import { LedgerInvariants } from '../invariants/ledger.ts'
import { countOrder, findKnownOrders } from '../invariants/orders.ts'
import { availableOf, type BookedStock, findSoldBeyond, type PlatformBooks, toEvents } from './books.ts'
import { judgeOrders, type OrderVerdict } from './judge-orders.ts'

export type Judged = OrderVerdict & {
  /** Levels whose platform does not show what it should, with what the hub knows of them. */
  outOfStep: OutOfStep[]
  parked: string[]
  /** Events that are stored and not applied yet. */
  waiting: number
  /** Where the ledger does not add up. */
  broken: string[]
  oversold: { units: number; elsewhere: number; raised: number; longestMs: number; worst: string[] }
  guaranteed: { items: number; oversold: string[] }
}

/** `isDealt`: of a guaranteed item, whose units the hub deals anew now and then, by way of zero. */
export type OutOfStep = { level: string; isDealt: boolean; text: string }

export type Brand = {
  organizationId: string
  opening: ReadonlyMap<string, number>
  /** Every confirmed change of stock. */
  stock: readonly BookedStock[]
  guaranteed: ReadonlySet<string>
}

/** Holds the platforms' own books against the hub's rows. It imports nothing of the packages, but plain rows and the books. */
export async function judgeStorm(
  client: pg.Client,
  brand: Brand,
  platforms: readonly PlatformBooks[],
): Promise<Judged> {
  const { organizationId, opening, stock, guaranteed } = brand
  const received = new Map(opening)
  for (const { sku, units } of stock) received.set(sku, (received.get(sku) ?? 0) + units)
  const available = availableOf(platforms, received)
  const known = (await findKnownOrders(client, organizationId)).map(countOrder)
  const broken = (await new LedgerInvariants(oneByOne(client), organizationId).check()).map(
    ({ invariant, text }) => `${invariant}: ${text}`,
  )
  const inLedger = await findAvailable(client, organizationId)
  for (const [sku, units] of available) {
    const has = inLedger.get(sku) ?? 0
    if (has !== units) broken.push(`${sku}: by the books ${units} are available, in the ledger ${has}`)
  }
  return {
    ...judgeOrders(platforms, known),
    outOfStep: await findOutOfStep(client, { organizationId, guaranteed }, platforms, available),
    parked: await findParked(client, organizationId),
    waiting: await countWaiting(client, organizationId),
    broken,
    oversold: sumUp(
      attributeOversells(
        toEvents(platforms, stock),
        platforms.map(({ name }) => name),
        opening,
      ),
    ),
    guaranteed: {
      items: guaranteed.size,
      oversold: findSoldBeyond(
        platforms,
        stock,
        new Map([...opening].filter(([sku]) => guaranteed.has(sku))),
      ).map(({ sku, shop, externalId, units }) => `${units} of ${sku} by ${externalId} in ${shop}`),
    },
  }
}

/** The invariants ask for several things at once; a client of the driver's would rather be asked for one. */
function oneByOne(client: pg.Client): pg.Client {
  let last: Promise<unknown> = Promise.resolve()
  const query = (text: string, values: unknown[]) => {
    const answer = last.then(() => client.query(text, values))
    last = answer
    return answer
  }
  return Object.assign(Object.create(client), { query })
}

/** So many of those that were shown too high for longest are named. */
const WORST_MAX = 8

function sumUp(oversells: ReturnType<typeof attributeOversells>): Judged['oversold'] {
  const sum = (by: 'elsewhere' | 'raised') =>
    oversells.filter((each) => each.by === by).reduce((total, { units }) => total + units, 0)
  return {
    units: sum('elsewhere') + sum('raised'),
    elsewhere: sum('elsewhere'),
    raised: sum('raised'),
    longestMs: Math.round(Math.max(0, ...oversells.map(({ forMs }) => forMs))),
    worst: [...oversells]
      .sort((a, b) => b.forMs - a.forMs)
      .slice(0, WORST_MAX)
      .map(
        ({ sku, shop, units, forMs, by }) => `${units} of ${sku} in ${shop}, ${by}, ${Math.round(forMs)} ms`,
      ),
  }
}

async function findAvailable(client: pg.Client, organizationId: string): Promise<Map<string, number>> {
  const { rows } = await client.query<{ sku: string; available: number }>(
    `select sku, sum(on_hand - reserved - held)::bigint as available
    from item join balance using (organization_id, item_id)
    where organization_id = $1 group by sku order by sku`,
    [organizationId],
  )
  return new Map(rows.map((row) => [row.sku, row.available]))
}

async function findParked(client: pg.Client, organizationId: string): Promise<string[]> {
  const { rows } = await client.query<{ told: string }>(
    `select concat_ws(' ', topic, subject, reason_code, reason) as told from inbox
    where organization_id = $1 and state = 'parked' order by inbox_id`,
    [organizationId],
  )
  return rows.map(({ told }) => told)
}

async function countWaiting(client: pg.Client, organizationId: string): Promise<number> {
  const { rows } = await client.query<{ waiting: number }>(
    `select count(*) as waiting from inbox where organization_id = $1 and state in ('pending', 'fetch') and topic = 'order'`,
    [organizationId],
  )
  return rows[0]?.waiting ?? 0
}

/**
 * What each platform shows against the hub's own number for it and, past the hub, against the books: without protection
 * all that is available; of what is guaranteed, all platforms together no more than that.
 */
async function findOutOfStep(
  client: pg.Client,
  { organizationId, guaranteed }: Pick<Brand, 'organizationId' | 'guaranteed'>,
  platforms: readonly PlatformBooks[],
  available: ReadonlyMap<string, number>,
): Promise<OutOfStep[]> {
  const { rows } = await client.query<{
    connectionId: string
    stockUnitId: string
    externalLocationId: string
    desired: number | null
    known: string
  }>(
    `select connection_id as "connectionId", stock_unit_id as "stockUnitId",
      external_location_id as "externalLocationId", desired,
      concat_ws(' ', 'acknowledged', acknowledged, 'observed', observed, 'recheck', recheck_at, 'problem', problem_code,
        'protection', protection, case when exists (
          select from lane_entry
          where lane_entry.organization_id = level.organization_id and lane_entry.level_id = level.level_id
        ) then 'queued' end) as known
    from level where organization_id = $1 order by level_id`,
    [organizationId],
  )
  const levels = new Map(
    rows.map((row) => [`${row.connectionId} ${row.stockUnitId} ${row.externalLocationId}`, row]),
  )
  const found: OutOfStep[] = []
  const together = new Map<string, number>()
  for (const { connectionId, name, state } of platforms) {
    for (const { sku, quantity, stockUnitId, locationId } of state.levels) {
      const level = levels.get(`${connectionId} ${stockUnitId} ${locationId}`)
      const units = Math.max(0, available.get(sku) ?? 0)
      together.set(sku, (together.get(sku) ?? 0) + Math.max(0, quantity ?? 0))
      const isRight = guaranteed.has(sku) || quantity === units
      if (level?.desired === quantity && isRight) continue
      found.push({
        level: `${name} ${sku}`,
        isDealt: guaranteed.has(sku),
        text: `${name} shows ${quantity} of ${sku}, the hub wants ${level?.desired ?? null}, ${units} are available (${level?.known ?? 'unknown'})`,
      })
    }
  }
  for (const sku of guaranteed) {
    const [shown, units] = [together.get(sku) ?? 0, Math.max(0, available.get(sku) ?? 0)]
    if (shown <= units) continue
    const text = `all platforms together show ${shown} of ${sku}, guaranteed, and ${units} are available`
    found.push({ level: `all ${sku}`, isDealt: false, text })
  }
  return found
}
