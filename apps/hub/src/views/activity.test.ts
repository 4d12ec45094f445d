import { randomUUID } from 'node:crypto'
import { type ActivityRow, activityPage } from '@plimsoll/client'
import { changeStock } from '@plimsoll/sync'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ServedHub, serveHub } from '../testing/served-hub.ts'
import { LiveScreens } from './live-screens.ts'

let served: ServedHub
beforeEach(async () => {
  served = await serveHub()
  await served.stock('MUG', 1)
})
afterEach(() => served.close())

const START = Date.parse('2030-01-01T00:00:00Z')

/** A movement with the id and the moment that are wanted, by any connection. */
async function insertMovement(
  row: { id: number; atMs: number; reason: string },
  run: (text: string, values: unknown[]) => Promise<unknown> = (text, values) =>
    served.database.pool.query(text, values),
) {
  const id = `0fffffff-0000-7000-8000-${String(row.id).padStart(12, '0')}`
  await run(
    `insert into balance_place (organization_id, item_id, location_id, lot_id, updated_at)
     select organization_id, item_id, location_id, '00000000-0000-0000-0000-000000000000', $1
     from item join location using (organization_id) where sku = 'MUG'`,
    [new Date(START + row.atMs)],
  )
  await run(
    `insert into movement (organization_id, movement_id, item_id, location_id, lot_id, kind, on_hand_delta,
       reserved_delta, held_delta, incoming_delta, command_key, reason, actor, effective_at, recorded_at)
     select organization_id, $1, item_id, location_id, '00000000-0000-0000-0000-000000000000', 'adjust', 1, 0, 0, 0,
       $2, $2, 'test', $3, $3
     from item join location using (organization_id) where sku = 'MUG'`,
    [id, row.reason, new Date(START + row.atMs)],
  )
}

async function walk(limit: number): Promise<string[]> {
  const seen: string[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const answer = await served.ask('GET', `/api/v1/activity?limit=${limit}${query}`)
    const page = activityPage.parse(answer.body)
    seen.push(...page.rows.map((row) => row.detail ?? ''))
    cursor = page.next
  }
  return seen
}

test.each([1, 2, 3, 50])(
  'pages of %i together are everything, also where ids and moments disagree',
  async (limit) => {
    // The one with the highest id was recorded first: it waited for a lock while the others overtook it.
    for (let nth = 1; nth <= 7; nth += 1) await insertMovement({ id: 8 - nth, atMs: nth, reason: `m${nth}` })
    expect(await walk(limit)).toEqual([
      ...[7, 6, 5, 4, 3, 2, 1].map((nth) => `adjust: m${nth}`),
      'receive: opening stock',
    ])
  },
)

test('the newest movements by hand are found by an index, without sorting', async () => {
  const client = await served.database.pool.connect()
  try {
    // A test's table is so small that reading it whole would be cheaper.
    await client.query('set enable_seqscan = off')
    const { rows } = await client.query(
      `explain select movement_id from movement where organization_id = '${served.hub.context.organizationId}'
         and kind in ('receive', 'adjust', 'count', 'hold', 'unhold')
       order by recorded_at desc, movement_id desc limit 50`,
    )
    const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    expect(plan).toContain('by_hand_at')
    // Partitions in order are merged by a key; that is no sorting.
    expect(plan).not.toMatch(/->\s+Sort\s|^Sort\s/m)
  } finally {
    client.release(true)
  }
})

/** A screen that gathers what it is told, and waits for a row. */
function openScreen(screens = new LiveScreens(served.hub.context)) {
  const rows: ActivityRow[] = []
  let wake: () => void = () => undefined
  screens.join((event, data) => {
    if (event !== 'activity') return
    rows.push(...(data as ActivityRow[]))
    wake()
  })
  return {
    screens,
    rows,
    close: () => screens.close(),
    /** What a commit's notification does. */
    hear: () => screens.hear({ kind: 'screen', topics: ['activity'], itemIds: [] }),
    async until(isThere: (known: ActivityRow[]) => boolean) {
      while (!isThere(rows)) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
const has = (reason: string) => (rows: ActivityRow[]) =>
  rows.some((row) => row.detail === `adjust: ${reason}`)

test('of two transactions that commit out of order a screen is told both', async () => {
  const screen = openScreen()
  const slow = await served.database.pool.connect()
  try {
    await slow.query('begin; set local idle_in_transaction_session_timeout = 0')
    await insertMovement({ id: 1, atMs: 1, reason: 'slow' }, (text, values) => slow.query(text, values))
    // Begun later, with later ids and moments, and committed first; more of them than a screen was once told.
    for (let nth = 2; nth <= 60; nth += 1) {
      // Another item would do too: what matters is that none waits for the slow one's locks.
      await insertOther({ id: nth, atMs: nth, reason: `quick ${nth}` })
    }
    screen.hear()
    await screen.until(has('quick 60'))
    expect(has('slow')(screen.rows)).toBe(false)
    await slow.query('commit')
    screen.hear()
    await screen.until(has('slow'))
    expect(has('quick 2')(screen.rows)).toBe(true)
  } finally {
    slow.release()
    screen.close()
  }
})

async function insertOther(row: { id: number; atMs: number; reason: string }) {
  await served.database.pool.query(
    `insert into item values ((select organization_id from organization), $1, $2, 'Other', now(), null)
     on conflict do nothing`,
    ['00000000-0000-7000-8000-000000000001', 'OTHER'],
  )
  await insertMovement(row, (text, values) =>
    served.database.pool.query(text.replace("sku = 'MUG'", "sku = 'OTHER'"), values),
  )
}

test('a burst is told whole, each row once, and a screen that joins later is told what it could have missed', async () => {
  const screen = openScreen()
  const commands = Array.from({ length: 150 }, (_, nth) => ({
    kind: 'adjust' as const,
    key: randomUUID(),
    actor: 'test',
    sku: 'MUG',
    locationCode: 'MAIN',
    quantity: 1,
    reason: `burst ${nth}`,
    effectiveAt: undefined,
  }))
  await changeStock(served.hub.context, commands)
  screen.hear()
  await screen.until((rows) => rows.filter((row) => row.detail?.startsWith('adjust: burst')).length >= 150)
  await insertMovement({ id: 1, atMs: 1, reason: 'after' })
  screen.hear()
  await screen.until(has('after'))
  const ids = screen.rows.map((row) => row.id)
  expect(new Set(ids).size).toBe(ids.length)

  const late = openScreen(screen.screens)
  late.hear()
  await late.until(has('after'))
  expect(late.rows.length).toBeGreaterThan(150)
  screen.close()
})

test('an order and its cancellation are two rows: a screen that knows the one is told the other', async () => {
  const order = async (state: string, at: number) =>
    sql`
      insert into sales_order (organization_id, order_id, connection_id, external_id, number, state, placed_at,
        content_hash, test, seen_by, seen_at, applied_at, changed_at)
      select organization_id, ${'00000000-0000-7000-8000-00000000000a'}::uuid, organization_id, '1', '#1', ${state},
        now(), 'x', false, 'webhook', now(), now(), ${new Date(START + at)}
      from organization
      on conflict (organization_id, order_id) do update
        set state = excluded.state, changed_at = excluded.changed_at`.execute(served.database.kysely)
  const screen = openScreen()
  await order('open', 1)
  screen.hear()
  await screen.until((rows) => rows.some((row) => row.kind === 'order'))
  await order('cancelled', 2)
  screen.hear()
  await screen.until((rows) => rows.some((row) => row.kind === 'order-cancelled'))
  const [placed, cancelled] = ['order', 'order-cancelled'].map((kind) =>
    screen.rows.find((row) => row.kind === kind),
  )
  expect(placed?.id).not.toBe(cancelled?.id)
  expect(await walk(1)).toEqual(['#1', 'receive: opening stock'])
  screen.close()
})
