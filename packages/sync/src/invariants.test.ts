import { type ManualClock, manualClock } from '@plimsoll/connector-kit'
import { createTestDatabase, fromEnvironment, type TestDatabase } from '@plimsoll/database/testing'
import { findBrokenBalances, findBrokenReservations } from '@plimsoll/stock'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { changeConnection } from './connections/connections.ts'
import type { Fault, MemoryPlatform, Operation } from './testing/memory-platform.ts'
import { type Stepped, stepConnection, turns } from './testing/steps.ts'
import { createWorld, type World } from './testing/world.ts'
import { assertLease, LeaseLost } from './worker/leases.store.ts'

// The production worker, stepped by hand under a manual clock, on a real PostgreSQL.

/** Enough for a long search with PLIMSOLL_RUNS; an ordinary run takes a few seconds. */
const MS_MAX = 600_000

/** Shrinking would play hundreds of worlds: the first failure ends the run, and its seed replays it. */
function stepping<Arguments>(runs: number): fc.Parameters<Arguments> {
  return { ...fromEnvironment<Arguments>(runs), endOnFailure: true }
}

let database: TestDatabase

beforeAll(async () => {
  database = await createTestDatabase({ poolMax: 6 })
})
afterAll(async () => {
  expect(await findBrokenBalances(database.kysely)).toEqual([])
  expect(await findBrokenReservations(database.kysely)).toEqual([])
  await database.drop()
})

/** Every order of a shop is known as the shop has it: what is reserved, shipped and given back agrees. */
async function expectOrdersKnown(
  world: World,
  connectionId: string,
  platform: MemoryPlatform,
): Promise<void> {
  const known = await world.rows(sql<{ externalId: string; state: string; shipped: number; open: number }>`
    select sales_order.external_id, sales_order.state, shipped,
      coalesce((select sum(reservation.reserved - reservation.released - reservation.shipped)::bigint from reservation where owner_id = line_id), 0) as open
    from sales_order join order_line using (organization_id, order_id)
    where sales_order.organization_id = ${world.context.organizationId}
      and sales_order.connection_id = ${connectionId}`)
  const shown = [...platform.orders.values()].map((order) => ({
    externalId: order.externalId,
    state: order.state,
    shipped: order.shipped,
    open: order.state === 'open' ? order.units - order.shipped : 0,
  }))
  const byId = (a: { externalId: string }, b: { externalId: string }) =>
    a.externalId < b.externalId ? -1 : 1
  expect(known.sort(byId)).toEqual(shown.sort(byId))
}

test(
  'I3: each event any number of times, in any order, has the effect of one',
  async () => {
    const clock = manualClock()
    type Action = { kind: 'sell' | 'cancel' | 'ship'; pick: number }
    const anyAction: fc.Arbitrary<Action> = fc.record({
      kind: fc.constantFrom('sell' as const, 'sell' as const, 'cancel' as const, 'ship' as const),
      pick: fc.nat(9),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyAction, { minLength: 1, maxLength: 10 }),
        fc.array(fc.nat(1_000), { minLength: 30, maxLength: 30 }),
        async (actions, shuffle) => {
          const world = await createWorld(database, clock)
          await world.stock('bottle', 50)
          const { platform, connectionId } = await world.open('shop', { bottle: 50 })
          await clock.advance(5_000)
          // Webhooks are made when things happen and arrive when they please.
          const { webhooks } = world.connectorOf(connectionId)
          const sent: { at: number; event: ReturnType<typeof webhooks.parse> }[] = []
          for (const action of actions) {
            await clock.advance(1)
            const orders = [...platform.orders.values()]
            const target =
              action.kind === 'sell' ? platform.sell('bottle') : orders[action.pick % orders.length]
            if (target === undefined) continue
            if (action.kind === 'cancel') platform.cancel(target.externalId)
            if (action.kind === 'ship') platform.ship(target.externalId)
            const event = webhooks.parse({
              headers: {},
              body: Buffer.from(JSON.stringify({ kind: 'order', id: target.externalId })),
            })
            sent.push({ at: 0, event }, { at: 0, event }, { at: 0, event })
          }
          sent.forEach((each, index) => {
            each.at = shuffle[index % shuffle.length] ?? index
          })
          sent.sort((a, b) => a.at - b.at)

          const stepped = await stepConnection(world, connectionId)
          platform.fault = (operation) => (operation === 'orders' ? 'unsent' : undefined) // webhooks alone at first
          for (const [index, { event }] of sent.entries()) {
            await world.store(connectionId, event)
            if (index % 4 === 3) await stepped.turn()
          }
          await stepped.turn()
          await stepped.turn()
          await expectOrdersKnown(world, connectionId, platform)
          const availableByWebhooks = await world.available('bottle')

          platform.fault = () => undefined
          await turns(clock, stepped, 4, 1_100) // the poll tells it all once more, a deep read included
          await expectOrdersKnown(world, connectionId, platform)
          expect(await world.available('bottle')).toBe(availableByWebhooks)
          const [doubled] = await world.rows(sql<{ movements: number }>`
          select count(*)::int as movements from movement
          where organization_id = ${world.context.organizationId}
          group by command_key, kind having count(*) > 1`)
          expect(doubled).toBeUndefined()
        },
      ),
      stepping(8),
    )
  },
  MS_MAX,
)

type Weather = { operation: Operation; fault: Fault }
type Scene = {
  step: 'sell' | 'cancel' | 'ship' | 'receive' | 'edit' | 'kill' | 'land' | 'turn'
  weather: Weather | undefined
  size: number
}

const anyScene: fc.Arbitrary<Scene> = fc.record({
  step: fc.constantFrom(
    'sell',
    'sell',
    'sell',
    'turn',
    'turn',
    'cancel',
    'ship',
    'receive',
    'edit',
    'kill',
    'land',
  ),
  weather: fc.option(
    fc.record({
      operation: fc.constantFrom<Operation>(
        'setLevels',
        'setLevels',
        'setLevels',
        'orders',
        'levels',
        'order',
      ),
      fault: fc.constantFrom<Fault>('unsent', 'lost', 'dropped', 'late', 'silent', 'throttled', 'malformed'),
    }),
    { nil: undefined, freq: 2 },
  ),
  size: fc.integer({ min: 1, max: 4 }),
})

/** A silent platform never answers: the turn that waits for it is left behind, as by a killed process. */
async function turnOrSilence(stepped: Stepped, platform: MemoryPlatform): Promise<'done' | 'silent'> {
  let fallSilent: () => void = () => undefined
  const silence = new Promise<'silent'>((resolve) => {
    fallSilent = () => resolve('silent')
  })
  const { fault } = platform
  platform.fault = (operation) => {
    const found = fault(operation)
    if (found === 'silent') setImmediate(fallSilent)
    return found
  }
  try {
    return await Promise.race([stepped.turn().then(() => 'done' as const), silence])
  } finally {
    platform.fault = fault
  }
}

async function play(
  world: World,
  clock: ManualClock,
  scenes: readonly Scene[],
  style: 'compare-and-set' | 'absolute',
) {
  await world.stock('bottle', 12)
  const { platform, connectionId } = await world.open(
    'shop',
    { bottle: 12 },
    { writeStyle: style, allOrNothing: style === 'compare-and-set' },
  )
  const other = await world.open('other', { bottle: 0 })
  let stepped = await stepConnection(world, connectionId)
  const beside = await stepConnection(world, other.connectionId)
  const takeOver = async () => {
    await clock.advance(world.context.pace.leaseMs + 1)
    stepped = await stepConnection(world, connectionId)
  }
  for (const { step, weather, size } of scenes) {
    platform.fault = (operation) => (operation === weather?.operation ? weather.fault : undefined)
    const orders = [...platform.orders.values()]
    const picked = orders[size % orders.length]
    if (step === 'sell') platform.sell('bottle', size)
    if (step === 'cancel' && picked !== undefined) platform.cancel(picked.externalId)
    if (step === 'ship' && picked !== undefined) platform.ship(picked.externalId)
    if (step === 'receive') await world.adjust('bottle', size)
    if (step === 'edit') platform.edit('bottle', size)
    if (step === 'land') platform.landLate()
    if (step === 'kill') await takeOver()
    if ((await turnOrSilence(stepped, platform)) === 'silent') await takeOver()
    other.platform.sell('bottle')
    await beside.turn()
    await clock.advance(80)
  }
  // The world calms down; convergence is owed only from here.
  platform.fault = () => undefined
  platform.landLate()
  await turns(clock, stepped, 3, 500)
  await clock.advance(41_000) // the latest effect of what is unknown has passed
  await turns(clock, stepped, 12, 600)
  await turns(clock, beside, 6, 600)
  await turns(clock, stepped, 6, 600)
  return { platform, connectionId, other, stepped }
}

test.each(['compare-and-set', 'absolute'] as const)(
  'I6: after faults, edits and take-overs stop, a %s platform shows what is desired, and every order is known',
  async (style) => {
    const clock = manualClock()
    await fc.assert(
      fc.asyncProperty(fc.array(anyScene, { minLength: 4, maxLength: 14 }), async (scenes) => {
        const world = await createWorld(database, clock)
        const { platform, connectionId, other } = await play(world, clock, scenes, style)
        const left = Math.max(0, await world.available('bottle'))
        await expectOrdersKnown(world, connectionId, platform)
        await expectOrdersKnown(world, other.connectionId, other.platform)
        expect([platform.quantityOf('bottle'), other.platform.quantityOf('bottle')]).toEqual([left, left])
        expect((await world.level(connectionId, 'bottle')).desired).toBe(left)
        const [unsettled] = await world.rows(sql<{ state: string }>`
          select state from write where organization_id = ${world.context.organizationId} and settled_at is null`)
        expect(unsettled).toBeUndefined()
      }),
      stepping(10),
    )
  },
  MS_MAX,
)

test(
  'I12: what the platform does not count is never read as zero, and never written',
  async () => {
    const clock = manualClock()
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('untrack', 'receive', 'turn', 'import'), { maxLength: 6 }),
        async (steps) => {
          const world = await createWorld(database, clock)
          await world.stock('bottle', 9)
          await world.stock('gift', 9)
          const { platform, connectionId } = await world.open(
            'shop',
            { bottle: 4, gift: undefined },
            { writeStyle: 'absolute' },
          )
          const stepped = await stepConnection(world, connectionId)
          for (const step of ['turn', ...steps, 'untrack', 'turn', 'receive', 'turn']) {
            if (step === 'untrack') platform.edit('bottle', undefined)
            if (step === 'receive') for (const sku of ['bottle', 'gift']) await world.adjust(sku, 1)
            if (step === 'import') await world.import(connectionId)
            await turns(clock, stepped, 2, 1_200)
          }
          const writesToUncounted = platform.writes.filter((write) => write.from === undefined)
          expect(writesToUncounted).toEqual([])
          expect(platform.quantityOf('gift')).toBeUndefined()
          expect(platform.quantityOf('bottle')).toBeUndefined()
          expect(await world.level(connectionId, 'bottle')).toMatchObject({
            tracked: false,
            problemCode: 'untracked',
          })
          const [zeroed] = await world.rows(sql<{ observed: number }>`
        select observed from level where organization_id = ${world.context.organizationId} and observed = 0`)
          expect(zeroed).toBeUndefined()
        },
      ),
      stepping(5),
    )
  },
  MS_MAX,
)

test('I4: what was acknowledged survives a kill in the middle of a write, is applied once, and the write is read back', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 }, { writeStyle: 'absolute' })
  const first = await stepConnection(world, connectionId)
  await turns(clock, first, 3)

  // The order is acknowledged to the platform; the write that another sale makes due is cut by the kill.
  const order = platform.sell('bottle', 2)
  expect(await world.webhook(connectionId, { kind: 'order', id: order?.externalId })).toEqual({
    kind: 'stored',
    fresh: 1,
  })
  await world.adjust('bottle', -3)
  platform.fault = (operation) => (operation === 'setLevels' ? 'silent' : undefined)
  expect(await turnOrSilence(first, platform)).toBe('silent')
  platform.fault = () => undefined
  const [sent] = await world.rows(sql<{ state: string }>`
    select state from write where organization_id = ${world.context.organizationId} order by sent_at desc limit 1`)
  expect(sent?.state).toBe('sent')

  await clock.advance(world.context.pace.leaseMs + 1)
  const second = await stepConnection(world, connectionId)
  await second.turn()
  const [unknown] = await world.rows(sql<{ state: string }>`
    select state from write where organization_id = ${world.context.organizationId} order by sent_at desc limit 1`)
  expect(unknown?.state).toBe('unknown')
  expect(platform.calls.slice(-6)).toContain('levels')

  await world.webhook(connectionId, { kind: 'order', id: order?.externalId }) // the platform was not sure either
  await turns(clock, second, 6, 600)
  expect(await world.available('bottle')).toBe(5)
  expect(platform.quantityOf('bottle')).toBe(5)
  await expectOrdersKnown(world, connectionId, platform)
})

test('I4: the fencing number of a former holder is refused, and nothing of it is applied', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10 })
  const first = await stepConnection(world, connectionId)
  await turns(clock, first, 2)
  await clock.advance(world.context.pace.leaseMs + 1)
  const second = await stepConnection(world, connectionId)

  platform.sell('bottle', 1)
  expect(await first.turn()).toBeUndefined()
  expect(first.isLost()).toBe(true)
  expect(await world.available('bottle')).toBe(10)
  await expect(
    world.context.database.kysely
      .transaction()
      .execute((tx) => assertLease(tx, world.context.organizationId, { connectionId, fencing: 1 })),
  ).rejects.toThrow(LeaseLost)

  await second.turn()
  expect(await world.available('bottle')).toBe(9)
})

test('I5: after take-overs nothing is raised while a call of any former holder may still act; zeros go at once', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  await world.stock('glass', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 10, glass: 10 })
  const first = await stepConnection(world, connectionId)
  await world.adjust('bottle', -1)
  platform.fault = (operation) => (operation === 'setLevels' ? 'silent' : undefined)
  expect(await turnOrSilence(first, platform)).toBe('silent')
  platform.fault = () => undefined

  await clock.advance(world.context.pace.leaseMs + 1)
  await world.adjust('bottle', 6)
  await world.adjust('glass', -10)
  const second = await stepConnection(world, connectionId)
  await turns(clock, second, 3)
  expect([platform.quantityOf('bottle'), platform.quantityOf('glass')]).toEqual([9, 0])

  // The second one's own calls have ended; the first one's may not have.
  await clock.advance(world.context.pace.leaseMs + 1)
  const third = await stepConnection(world, connectionId)
  await turns(clock, third, 3)
  expect(platform.quantityOf('bottle')).toBe(9)
  await clock.advance(20_000)
  await turns(clock, third, 2)
  expect(platform.quantityOf('bottle')).toBe(15)
})

test(
  'I7: decreases are on the platform before the first increase leaves',
  async () => {
    const clock = manualClock()
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ before: fc.integer({ min: 0, max: 9 }), after: fc.integer({ min: 0, max: 9 }) }),
          {
            minLength: 2,
            maxLength: 12,
          },
        ),
        fc.constantFrom('compare-and-set' as const, 'absolute' as const),
        fc.integer({ min: 1, max: 4 }),
        async (listings, writeStyle, batchMax) => {
          const world = await createWorld(database, clock)
          for (const [index, { after }] of listings.entries()) await world.stock(`item-${index}`, after)
          const shown = Object.fromEntries(listings.map(({ before }, index) => [`item-${index}`, before]))
          const { platform, connectionId } = await world.open('shop', shown, { writeStyle, batchMax })
          const stepped = await stepConnection(world, connectionId)
          await turns(clock, stepped, 3)
          const raises = platform.writes.map((write) => write.to > (write.from ?? 0))
          expect(raises).toEqual([...raises].sort((a, b) => Number(a) - Number(b)))
          listings.forEach(({ after }, index) => {
            expect(platform.quantityOf(`item-${index}`)).toBe(after)
          })
        },
      ),
      stepping(8),
    )
  },
  MS_MAX,
)

test('shadow works everything out and writes nothing', async () => {
  const clock = manualClock()
  const world = await createWorld(database, clock)
  await world.stock('bottle', 10)
  const { platform, connectionId } = await world.open('shop', { bottle: 3 }, { state: 'shadow' })
  const stepped = await stepConnection(world, connectionId)
  platform.sell('bottle')
  await turns(clock, stepped, 4, 1_200)
  expect(platform.writes).toEqual([])
  expect(await world.available('bottle')).toBe(9)
  expect(await world.level(connectionId, 'bottle')).toMatchObject({ desired: 9 })

  await changeConnection(world.context, connectionId, { kind: 'go-live' })
  await clock.advance(world.context.pace.leaseMs + 1)
  await turns(clock, await stepConnection(world, connectionId), 2)
  expect(platform.quantityOf('bottle')).toBe(9)
})
