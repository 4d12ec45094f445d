import { processContext } from '../../apps/hub/src/process-context.ts'
import type { Database } from '../../packages/database/src/index.ts'
import { closeMonths, prepareMonths, startOfMonth } from '../../packages/stock/src/index.ts'

/** A brand with two years behind it: some hot items with many movements each, the rest spread over ordinary ones. */
export type HistoryBrand = {
  organizationId: string
  hotSkus: string[]
  /** The moment of the last movement. */
  now: Date
  movements: number
}

const MONTHS = 24
const HOT_ITEMS = 20
const LOCATIONS = 5
const MOVEMENTS_PER_STATEMENT = 200_000

/**
 * Seeds through the ledger's own trigger, in large statements: a fifth of all movements is of the hot items (10^5 each
 * of 10^7), the rest of as many items as give each a hundred. Months are closed as they end, as a hub would.
 */
export async function seedHistory(
  owner: Database,
  size: { movements: number; say(line: string): void },
): Promise<HistoryBrand> {
  const organizationId = processContext.uuid()
  const end = startOfMonth(new Date(processContext.clock.now()))
  const begin = startOfMonth(end, -(MONTHS - 1))
  const now = new Date(processContext.clock.now())
  const coldItems = Math.max(10, Math.round((size.movements * 0.8) / 100))
  const { pool } = owner
  await pool.query('set synchronous_commit = off')
  await pool.query(`insert into organization values ($1, 'Looking back', $2)`, [organizationId, begin])
  await pool.query(
    `insert into location select $1::uuid, md5('place ' || n)::uuid, 'L' || n, 'Location ' || n, 'warehouse', $2
     from generate_series(1, ${LOCATIONS}) as n`,
    [organizationId, begin],
  )
  await pool.query(
    `insert into item (organization_id, item_id, sku, name, created_at)
     select $1::uuid, md5('item ' || n)::uuid, case when n <= ${HOT_ITEMS} then 'HOT-' else 'SKU-' end || n, 'Item ' || n, $2
     from generate_series(1, $3::int) as n`,
    [organizationId, begin, HOT_ITEMS + coldItems],
  )
  await pool.query(
    `insert into balance_place
     select $1::uuid, md5('item ' || n)::uuid, md5('place ' || place)::uuid, '00000000-0000-0000-0000-000000000000'::uuid, $2
     from generate_series(1, $3::int) as n cross join generate_series(1, ${LOCATIONS}) as place
     order by 2, 3`,
    [organizationId, begin, HOT_ITEMS + coldItems],
  )
  for (let month = 0; month < MONTHS; month += 1) {
    await prepareMonths(owner.kysely, startOfMonth(begin, month))
  }
  let made = 0
  for (let month = 0; month < MONTHS; month += 1) {
    const since = startOfMonth(begin, month)
    const until = month === MONTHS - 1 ? now : startOfMonth(begin, month + 1)
    const upTo = Math.round((size.movements * (month + 1)) / MONTHS)
    while (made < upTo) {
      const to = Math.min(upTo, made + MOVEMENTS_PER_STATEMENT)
      await insertMovements(owner, { organizationId, coldItems, from: made, to, since, until, upTo, month })
      made = to
    }
    await closeMonths(owner, month === MONTHS - 1 ? now : new Date(until.getTime() + 3_600_000))
    size.say(`seeded ${made} of ${size.movements} movements`)
  }
  // Longer than the pool lets a statement of a hub run.
  const vacuum = { text: 'vacuum analyze', query_timeout: 3_600_000 }
  await pool.query(vacuum)
  return {
    organizationId,
    hotSkus: Array.from({ length: HOT_ITEMS }, (_, nth) => `HOT-${nth + 1}`),
    now,
    movements: made,
  }
}

/** Every fifth movement is of a hot item; one in fifty was heard of a day or two late. */
async function insertMovements(
  owner: Database,
  batch: {
    organizationId: string
    coldItems: number
    from: number
    to: number
    since: Date
    until: Date
    upTo: number
    month: number
  },
): Promise<void> {
  const { organizationId, coldItems, from, to, since, until, upTo } = batch
  await owner.pool.query(
    `insert into movement (organization_id, movement_id, item_id, location_id, lot_id, kind, on_hand_delta, reserved_delta,
       held_delta, incoming_delta, command_key, reason, actor, effective_at, recorded_at)
     select $1::uuid, md5('movement ' || n)::uuid,
       md5('item ' || case when n % 5 = 0 then 1 + n / 5 % ${HOT_ITEMS} else ${HOT_ITEMS} + 1 + n * 7919 % $2::bigint end)::uuid,
       md5('place ' || 1 + n / 100 % ${LOCATIONS})::uuid, '00000000-0000-0000-0000-000000000000'::uuid,
       case when n % 3 = 0 then 'ship' else 'receive' end, case when n % 3 = 0 then -1 else 2 end, 0, 0, 0, 'seed:' || n,
       null, 'bench', at - case when n % 50 = 0 then interval '30 hours' else interval '0' end, at
     from (
       select n, $5::timestamptz + ($6::timestamptz - $5::timestamptz) * ((n - $7::bigint)::float8 / ($8::bigint - $7::bigint)) as at
       from generate_series($3::bigint, $4::bigint - 1) as n
     ) as made`,
    [organizationId, coldItems, from, to, since, until, Math.min(from, monthStart(batch)), upTo],
  )
}

/** The number of the first movement of the month, so that moments rise through it. */
function monthStart({ month, upTo }: { month: number; upTo: number }): number {
  return Math.round((upTo * month) / (month + 1))
}
